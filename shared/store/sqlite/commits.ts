import { GENESIS, type Commit, type Head } from '../../directory/commit.js';
import { NO_REMOVALS, type GuardState } from '../../directory/guard.js';
import { failPoint } from '../../runtime/fail-point.js';
import { checkNumbering, isNext } from '../check-commit.js';
import type { CommitStore } from '../port.js';
import { prepareChanges } from './changes.js';
import { json, number } from './columns.js';
import type { Database } from './database.js';
import { prepareInsertEvents } from './event-inserts.js';
import { createGroupCommit } from './group-commit.js';
import { prepareLoad } from './load.js';

/**
 * A commit is one transaction, which it shares with others of its moment: its head, its place in the log, its events and its changes. The position in the log partition
 * is given here and not by the relay: transactions come one after another, so positions have no gap and need no second write.
 */
export function createCommits(database: Database): CommitStore {
  const readHead = prepareHead(database);
  const load = prepareLoad(database);
  const writeLog = prepareLog(database);
  const applyChanges = prepareChanges(database);
  const group = createGroupCommit(database);
  return {
    async head(directoryId) {
      return readHead(directoryId);
    },
    load,
    async commit(commit) {
      checkNumbering(commit);
      return group.join(() => {
        if (!isNext(commit, readHead(commit.directoryId))) return 'conflict';
        const directory = writeLog(commit);
        applyChanges(directory, commit.changes);
        failPoint('commit.written');
        return 'committed';
      });
    },
    async confirmHead(directoryId, expected) {
      return readHead(directoryId).number === expected;
    },
  };
}

function prepareHead(database: Database): (directoryId: string) => Head {
  const select = database.prepare(`
    SELECT number, last_seq, at, counts, deleted, guard, failure_told_at FROM heads WHERE directory_id = ?`);
  return (directoryId) => {
    const row = select.get(directoryId);
    if (row === undefined) return GENESIS;
    return {
      number: number(row, 'number'),
      lastSeq: number(row, 'last_seq'),
      at: number(row, 'at'),
      counts: json(row, 'counts') as Head['counts'],
      deleted: number(row, 'deleted') === 1,
      guard: row['guard'] === null ? NO_REMOVALS : (json(row, 'guard') as GuardState),
      failureToldAt: number(row, 'failure_told_at'),
    };
  };
}

/** Writes the new head, the commit's place in its partition and its events; answers the directory's `no`. */
function prepareLog(database: Database): (commit: Commit) => number {
  const writeHead = database.prepare(`
    INSERT INTO heads (directory_id, number, last_seq, at, counts, deleted, guard, failure_told_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (directory_id) DO UPDATE SET number = excluded.number, last_seq = excluded.last_seq, at = excluded.at,
      counts = excluded.counts, deleted = excluded.deleted, guard = excluded.guard,
      failure_told_at = excluded.failure_told_at
    RETURNING no`);
  const nextPosition = database.prepare(
    'SELECT coalesce(max(position), 0) + 1 AS position FROM commits WHERE partition = ?',
  );
  const insertCommit = database.prepare(`
    INSERT INTO commits (partition, position, directory, number, first_seq, last_seq, at, published)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0)`);
  const insertEvents = prepareInsertEvents(database);
  return (commit) => {
    const { directoryId, partition, lastSeq, at, deleted, failureToldAt, events } = commit;
    const firstSeq = lastSeq - events.length + 1;
    const counts = JSON.stringify(commit.counts);
    const guard = commit.guard === NO_REMOVALS ? null : JSON.stringify(commit.guard);
    const state = [counts, deleted ? 1 : 0, guard, failureToldAt] as const;
    const head = writeHead.get(directoryId, commit.number, lastSeq, at, ...state);
    const next = nextPosition.get(partition);
    if (head === undefined || next === undefined)
      throw new Error('a statement that always answers a row answered none');
    const directory = number(head, 'no');
    insertCommit.run(partition, number(next, 'position'), directory, commit.number, firstSeq, lastSeq, at);
    insertEvents(directory, at, events);
    return directory;
  };
}
