/**
 * Commits and what they carry. `heads.no` stands for a directory in the other tables and `resources.row` for a resource in the
 * index: short keys make a commit a fifth faster. Large rows are kept out of WITHOUT ROWID tables, where they would take twice
 * the space.
 */
export const DIRECTORIES = `
  CREATE TABLE heads (
    no INTEGER PRIMARY KEY,
    directory_id TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    counts TEXT NOT NULL,
    deleted INTEGER NOT NULL
  );

  CREATE TABLE commits (
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    directory INTEGER NOT NULL,
    number INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (partition, position)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX commits_chain ON commits (directory, number);
  CREATE INDEX commits_unpublished ON commits (partition, position) WHERE published = 0;

  CREATE TABLE events (
    directory INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (directory, seq)
  );

  CREATE TABLE resources (
    row INTEGER PRIMARY KEY,
    directory INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    keys TEXT NOT NULL,
    UNIQUE (directory, id)
  );
  CREATE INDEX resources_by_type ON resources (directory, type, id);

  CREATE TABLE index_keys (
    directory INTEGER NOT NULL,
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    resource INTEGER NOT NULL,
    PRIMARY KEY (directory, type, key, resource)
  ) WITHOUT ROWID;

  CREATE TABLE memberships (
    directory INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    member_type TEXT NOT NULL,
    PRIMARY KEY (directory, group_id, member_id)
  ) WITHOUT ROWID;
  CREATE INDEX memberships_by_member ON memberships (directory, member_id);
`;
