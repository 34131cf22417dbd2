/**
 * Events by id: nearly all are found by the time in it, without an index that every commit would pay for. `astray` are those whose
 * commit is of another time; see `isAstray` in shared/store/seek.ts.
 */
export const EVENT_IDS = `
  ALTER TABLE events ADD COLUMN astray INTEGER;
  UPDATE events SET astray = 1 FROM commits
    WHERE commits.directory = events.directory AND events.seq BETWEEN commits.first_seq AND commits.last_seq
      AND substr(id, 1, 8) || substr(id, 10, 4) NOT BETWEEN printf('%012x', at - 1000) AND printf('%012x', at + 1000);
  CREATE INDEX events_astray ON events (id) WHERE astray IS NOT NULL;
`;
