/**
 * Deliveries by their ids alone, without a row number beside them, so that one is found and inserted in one tree fewer. Leases are
 * in memory: delivery-leases.ts.
 */
export const LEAN_DELIVERIES = `
  DROP TRIGGER deliveries_removed;
  DROP INDEX deliveries_queue;
  DROP INDEX deliveries_leased;
  DROP INDEX deliveries_by_endpoint;
  DROP INDEX deliveries_by_scope;
  DROP INDEX deliveries_by_event;
  DROP INDEX deliveries_stuck;
  ALTER TABLE deliveries RENAME TO former_deliveries;

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
    last_error TEXT,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO deliveries
    SELECT id, event, endpoint, scope, partition, "offset", seq, status, attempts, next_attempt_at, last_error, updated_at
    FROM former_deliveries ORDER BY id;
  DROP TABLE former_deliveries;

  CREATE INDEX deliveries_queue ON deliveries (endpoint, status, partition, "offset", seq);
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
