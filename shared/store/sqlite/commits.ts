import { GENESIS, type Commit, type Head } from '../../directory/commit.js';
import { NO_REMOVALS, type GuardState } from '../../directory/guard.js';
import { NOTHING_LOADED, type Loaded, type Needs } from '../../directory/needs.js';
import { pairOf } from '../../directory/resource.js';
import { checkNumbering, isNext } from '../check-commit.js';
import type { CommitStore } from '../port.js';
import { prepareChanges } from './changes.js';
import { json, number } from './columns.js';
import type { Database } from './database.js';
import { MEMBERSHIP_COLUMNS, RESOURCE_COLUMNS, toMembership, toResource } from './rows.js';

/**
 * A commit is one transaction: its head, its place in the log, its events and its changes. The position in the log partition
 * is given here and not by the relay: transactions come one after another, so positions have no gap and need no second write.
 */
export function createCommits(database: Database): CommitStore {
  const readHead = prepareHead(database);
  const load = prepareLoad(database);
  const writeLog = prepareLog(database);
  const applyChanges = prepareChanges(database);
  return {
    async head(directoryId) {
      return readHead(directoryId);
    },
    async load(directoryId, needs) {
      return load(directoryId, needs);
    },
    async commit(commit) {
      checkNumbering(commit);
      return database.durably(() => {
        if (!isNext(commit, readHead(commit.directoryId))) return 'conflict';
        const directory = writeLog(commit);
        applyChanges(directory, commit.changes);
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
  const insertEvent = database.prepare('INSERT INTO events (directory, seq, id, type, body) VALUES (?, ?, ?, ?, ?)');
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
    for (const { seq, id, type, body } of events) insertEvent.run(directory, seq, id, type, body);
    return directory;
  };
}

function prepareLoad(database: Database): (directoryId: string, needs: Needs) => Loaded {
  const directoryNo = database.prepare('SELECT no FROM heads WHERE directory_id = ?');
  const byId = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE directory = ? AND id = ?`);
  // Most keys are looked up to find nobody: one step in the index, and no more.
  const bearers = database.prepare('SELECT resource FROM index_keys WHERE directory = ? AND type = ? AND key = ?');
  const byRow = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE row = ?`);
  const byPair = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships WHERE directory = ? AND group_id = ? AND member_id = ?`);
  const byGroup = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships WHERE directory = ? AND group_id = ?`);
  const heldKey = database.prepare('SELECT key FROM held_keys WHERE directory = ? AND key = ? LIMIT 1');
  return (directoryId, needs) => {
    const head = directoryNo.get(directoryId);
    if (head === undefined) return NOTHING_LOADED;
    const directory = number(head, 'no');
    const resources = [
      ...[...needs.ids].flatMap((id) => byId.all(directory, id)),
      ...needs.keys
        .flatMap(({ type, key }) => bearers.all(directory, type, key))
        .flatMap((row) => byRow.all(number(row, 'resource'))),
    ].map(toResource);
    const memberships = [
      ...needs.memberships
        .filter(({ groupId }) => !needs.members.has(groupId))
        .flatMap(({ groupId, memberId }) => byPair.all(directory, groupId, memberId)),
      ...[...needs.members].flatMap((groupId) => byGroup.all(directory, groupId)),
    ].map(toMembership);
    return {
      resources: [...new Map(resources.map((row) => [row.id, row])).values()],
      memberships: [...new Map(memberships.map((row) => [pairOf(row), row])).values()],
      heldKeys: [...needs.heldKeys].filter((key) => heldKey.get(directory, key) !== undefined),
    };
  };
}
