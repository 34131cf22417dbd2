/**
 * Deliveries, attempts and how far their makers have come. Only `deliveries_queue` has the status, so that a delivery which
 * succeeds at once rewrites one index entry per step; `deliveries_stuck` has the rare statuses that operators look for.
 */
export const DELIVERIES = `
  CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    directory_id TEXT NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    lane_keys TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE INDEX deliveries_queue ON deliveries (endpoint_id, partition, status, "offset", seq);
  CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
  CREATE INDEX deliveries_by_organization ON deliveries (organization_id, id);
  CREATE INDEX deliveries_by_directory ON deliveries (directory_id, id);
  CREATE INDEX deliveries_by_event ON deliveries (event_id, id);
  CREATE INDEX deliveries_stuck ON deliveries (status, id) WHERE status NOT IN ('pending', 'sending', 'delivered');

  CREATE TABLE attempts (
    delivery_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    response TEXT NOT NULL,
    PRIMARY KEY (delivery_id, started_at, id)
  );

  CREATE TABLE delivery_progress (
    directory_id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE log_cursors (
    consumer_group TEXT NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, partition)
  ) WITHOUT ROWID;

  CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;
