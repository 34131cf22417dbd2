/** The registry's table of replays. */
export const REPLAYS = `
  CREATE TABLE replays (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    endpointId TEXT,
    state TEXT
  );
  CREATE INDEX replays_endpointId ON replays (endpointId, id);
  CREATE INDEX replays_state ON replays (state, id);
`;
