/** The registry's table of set-up links. */
export const SETUP_LINKS = `
  CREATE TABLE setupLinks (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    directoryId TEXT,
    hash TEXT
  );
  CREATE INDEX setupLinks_directoryId ON setupLinks (directoryId, id);
  CREATE INDEX setupLinks_hash ON setupLinks (hash, id);
`;
