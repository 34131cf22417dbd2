/** Where each partition's log begins, and the erasures under way (a table of the registry). */
export const RETENTION = `
  CREATE TABLE log_starts (partition INTEGER PRIMARY KEY, position INTEGER NOT NULL);

  CREATE TABLE erasures (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    directoryId TEXT,
    state TEXT
  );
  CREATE INDEX erasures_directoryId ON erasures (directoryId, id);
  CREATE INDEX erasures_state ON erasures (state, id);
`;
