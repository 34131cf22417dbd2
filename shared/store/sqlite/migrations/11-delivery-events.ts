/**
 * Deliveries in narrow rows. An event has as many deliveries as endpoints, so what these have in common is written once:
 *
 *   delivery_events      what the deliveries of an event have in common that were made at one time with the same lane keys; the
 *                        endpoints of another `ordering` have a row of their own
 *   delivery_endpoints   the endpoints that have deliveries; a number stands for each
 *   delivery_scopes      the organizations and directories that have deliveries, in pairs; '' is null
 *   deliveries           one event for one endpoint: where it stands in the log, and what has become of it
 *   attempts             its HTTP requests
 *
 * `sending` is no status here but a lease on a delivery of an open status, so that claiming one leaves its status alone, and all
 * indexes but a small one of what is leased. Whatever changes the status takes the lease back. `deliveries_queue` is the only other
 * index that a delivery moves in; `deliveries_stuck` has the rare statuses that operators look for. The last delivery that refers to
 * a row of the first three tables takes it along.
 */
export const DELIVERY_EVENTS = `
  DROP INDEX deliveries_queue;
  DROP INDEX deliveries_by_endpoint;
  DROP INDEX deliveries_by_organization;
  DROP INDEX deliveries_by_directory;
  DROP INDEX deliveries_by_event;
  DROP INDEX deliveries_stuck;
  ALTER TABLE deliveries RENAME TO former_deliveries;
  ALTER TABLE attempts RENAME TO former_attempts;

  CREATE TABLE delivery_events (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    lane_keys TEXT NOT NULL,
    body TEXT,
    created_at INTEGER NOT NULL
  );
  CREATE TABLE delivery_endpoints (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE delivery_scopes (
    no INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL,
    directory_id TEXT NOT NULL,
    UNIQUE (organization_id, directory_id)
  );
  CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    event INTEGER NOT NULL,
    endpoint INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER,
    lease_owner TEXT,
    lease_until INTEGER,
    last_error TEXT,
    updated_at INTEGER NOT NULL
  );
  CREATE TABLE attempts (
    delivery_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    id TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    response TEXT NOT NULL,
    PRIMARY KEY (delivery_id, started_at, id)
  ) WITHOUT ROWID;

  INSERT INTO delivery_events (id, type, lane_keys, body, created_at)
    SELECT event_id, min(event_type), lane_keys, body, created_at FROM former_deliveries
    GROUP BY event_id, lane_keys, body, created_at;
  CREATE INDEX delivery_events_id ON delivery_events (id);
  INSERT INTO delivery_endpoints (id) SELECT DISTINCT endpoint_id FROM former_deliveries;
  INSERT INTO delivery_scopes (organization_id, directory_id)
    SELECT DISTINCT organization_id, directory_id FROM former_deliveries;
  CREATE INDEX delivery_scopes_directory ON delivery_scopes (directory_id);
  INSERT INTO deliveries
    SELECT former.id, delivery_events.no, delivery_endpoints.no, delivery_scopes.no, partition, "offset", seq,
      iif(status = 'sending', 'pending', status), attempts, next_attempt_at,
      iif(status = 'sending', coalesce(lease_owner, ''), NULL), iif(status = 'sending', lease_until, NULL),
      last_error, updated_at
    FROM former_deliveries AS former
    CROSS JOIN delivery_events ON delivery_events.id = event_id AND delivery_events.lane_keys = former.lane_keys
      AND delivery_events.body IS former.body AND delivery_events.created_at = former.created_at
    CROSS JOIN delivery_endpoints ON delivery_endpoints.id = endpoint_id
    CROSS JOIN delivery_scopes USING (organization_id, directory_id)
    ORDER BY former.id;
  INSERT INTO attempts SELECT delivery_id, started_at, id, duration_ms, status, error, response FROM former_attempts
    ORDER BY delivery_id, started_at, id;
  DROP TABLE former_deliveries;
  DROP TABLE former_attempts;

  CREATE INDEX deliveries_queue ON deliveries (endpoint, status, partition, "offset", seq);
  CREATE INDEX deliveries_leased ON deliveries (endpoint, partition, "offset", seq) WHERE lease_owner IS NOT NULL;
  CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, id);
  CREATE INDEX deliveries_by_scope ON deliveries (scope, id);
  CREATE INDEX deliveries_by_event ON deliveries (event);
  CREATE INDEX deliveries_stuck ON deliveries (status, id) WHERE status NOT IN ('pending', 'delivered');

  CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN
    DELETE FROM delivery_events WHERE no = OLD.event AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = OLD.event);
    DELETE FROM delivery_scopes WHERE no = OLD.scope AND NOT EXISTS (SELECT 1 FROM deliveries WHERE scope = OLD.scope);
    DELETE FROM delivery_endpoints
      WHERE no = OLD.endpoint AND NOT EXISTS (SELECT 1 FROM deliveries WHERE endpoint = OLD.endpoint);
  END;
`;
