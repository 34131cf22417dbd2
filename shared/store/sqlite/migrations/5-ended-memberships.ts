/** The memberships that ended because their user or group was deleted: no event tells of these, and the past is told with them. `ended_with` is its id. */
export const ENDED_MEMBERSHIPS = `
  CREATE TABLE ended_memberships (
    directory INTEGER NOT NULL,
    ended_with TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    member_type TEXT NOT NULL,
    PRIMARY KEY (directory, ended_with, group_id, member_id)
  ) WITHOUT ROWID;
`;
