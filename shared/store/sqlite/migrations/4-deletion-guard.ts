/**
 * What the deletion guard knows of a directory, and the events that it holds back. `heads.guard` is null where it knows nothing,
 * which is the rule.
 */
export const DELETION_GUARD = `
  ALTER TABLE heads ADD COLUMN guard TEXT;
  ALTER TABLE heads ADD COLUMN failure_told_at INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE held_events (
    directory INTEGER NOT NULL,
    "order" INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (directory, "order")
  );

  CREATE TABLE held_keys (
    directory INTEGER NOT NULL,
    key TEXT NOT NULL,
    "order" INTEGER NOT NULL,
    PRIMARY KEY (directory, key, "order")
  ) WITHOUT ROWID;
  CREATE INDEX held_keys_by_order ON held_keys (directory, "order");
`;
