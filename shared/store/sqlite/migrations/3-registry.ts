/** One table for each of the registry's, with a column for each of its `REGISTRY_LOOKUPS` beside the record's JSON. */
export const REGISTRY = `
  CREATE TABLE organizations (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL);

  CREATE TABLE directories (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    organizationId TEXT
  );
  CREATE INDEX directories_organizationId ON directories (organizationId, id);

  CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    directoryId TEXT
  );
  CREATE INDEX tokens_directoryId ON tokens (directoryId, id);

  CREATE TABLE endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    organizationId TEXT,
    directoryId TEXT
  );
  CREATE INDEX endpoints_organizationId ON endpoints (organizationId, id);
  CREATE INDEX endpoints_directoryId ON endpoints (directoryId, id);

  CREATE TABLE adminKeys (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    hash TEXT
  );
  CREATE INDEX adminKeys_hash ON adminKeys (hash, id);
`;
