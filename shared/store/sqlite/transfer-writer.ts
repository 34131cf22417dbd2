import type { Head } from '../../directory/commit.js';
import { NO_REMOVALS } from '../../directory/guard.js';
import type { Attempt, Delivery } from '../../webhooks/delivery.js';
import type { Settlement } from '../deliveries.js';
import type { Store } from '../port.js';
import type { DirectoryWriter, EndedMembership, MovedCommit, TransferWriter } from '../transfer.js';
import { prepareChanges } from './changes.js';
import { number } from './columns.js';
import type { Database } from './database.js';
import { prepareInsertEvents } from './event-inserts.js';

/** Commits that wait for their places, in one transaction. */
const PLACED_PER_TURN = 1000;

export function createTransferWriter(database: Database, { deliveries }: Pick<Store, 'deliveries'>): TransferWriter {
  const insertHead = prepareInsertHead(database);
  const insertCommit = prepareInsertCommit(database);
  const insertEnded = prepareInsertEnded(database);
  const applyChanges = prepareChanges(database);
  const startLog = database.prepare('INSERT INTO log_starts (partition, position) VALUES (?, ?)');
  const place = preparePlaces(database);
  const writerOf = (directory: number): DirectoryWriter => ({
    async commits(commits) {
      database.lazily(() => {
        for (const commit of commits) insertCommit(directory, commit);
      });
    },
    async resources(rows) {
      const puts = rows.map((resource) => ({ kind: 'put' as const, resource, isNew: true }));
      database.lazily(() => applyChanges(directory, puts));
    },
    async memberships(rows) {
      const joins = rows.map((membership) => ({ kind: 'join' as const, membership }));
      database.lazily(() => applyChanges(directory, joins));
    },
    async ended(rows) {
      database.lazily(() => {
        for (const row of rows) insertEnded(directory, row);
      });
    },
    async held(events) {
      const holds = events.map((event) => ({ kind: 'hold' as const, event }));
      database.lazily(() => applyChanges(directory, holds));
    },
  });
  return {
    async directory(directoryId, head) {
      return writerOf(database.lazily(() => insertHead(directoryId, head)));
    },
    async logStart({ partition, position }) {
      database.lazily(() => startLog.run(partition, position));
    },
    async deliveries(rows) {
      await deliveries.insert(
        rows.map(({ delivery }) => delivery),
        [],
      );
      for (const { delivery, attempts } of rows) {
        const settlements = attempts.map((attempt) => settlementOf(delivery, attempt));
        if (attempts.length > 0) await deliveries.settle(settlements, delivery.updatedAt);
      }
    },
    async finish() {
      while (database.lazily(place) > 0);
    },
  };
}

/** One that leaves the delivery as it is. */
const settlementOf = (delivery: Delivery, attempt: Attempt): Settlement => ({
  ...{ deliveryId: delivery.id, attempt, status: delivery.status, attempts: delivery.attempts },
  ...{ nextAttemptAt: delivery.nextAttemptAt, lastError: delivery.lastError },
});

function prepareInsertHead(database: Database): (directoryId: string, head: Head) => number {
  const insert = database.prepare(`
    INSERT INTO heads (directory_id, number, last_seq, at, counts, deleted, guard, failure_told_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  return (directoryId, { number: newest, lastSeq, at, counts, deleted, guard, failureToldAt }) => {
    const known = isUntouched(guard) ? null : JSON.stringify(guard);
    const values = [newest, lastSeq, at, JSON.stringify(counts), deleted ? 1 : 0, known, failureToldAt] as const;
    return insert.insert(directoryId, ...values);
  };
}

const isUntouched = (guard: Head['guard']): boolean => JSON.stringify(guard) === JSON.stringify(NO_REMOVALS);

/** One without a place waits before the log, at a place of its own below 0, for `preparePlaces`. */
function prepareInsertCommit(database: Database): (directory: number, commit: MovedCommit) => void {
  const insert = database.prepare(`
    INSERT INTO commits (partition, position, directory, number, first_seq, last_seq, at, published)
    VALUES (?1, coalesce(?2, (SELECT min(0, coalesce(min(position), 0)) - 1 FROM commits WHERE partition = ?1)),
      ?3, ?4, ?5, ?6, ?7, ?8)`);
  const insertEvents = prepareInsertEvents(database);
  return (directory, { partition, position, number: nth, lastSeq, at, published, events }) => {
    const firstSeq = lastSeq - events.length + 1;
    insert.run(partition, position, directory, nth, firstSeq, lastSeq, at, published ? 1 : 0);
    insertEvents(directory, at, events);
  };
}

function prepareInsertEnded(database: Database): (directory: number, row: EndedMembership) => void {
  const insert = database.prepare(`
    INSERT INTO ended_memberships (directory, ended_with, group_id, member_id, member_type) VALUES (?, ?, ?, ?, ?)`);
  return (directory, { id, groupId, memberId, memberType }) =>
    void insert.run(directory, id, groupId, memberId, memberType);
}

/**
 * Gives some of the waiting commits their places; answers how many. Those that are published were in a part of the log that it no
 * longer has, and get the last places of that part; the others come after all, oldest first, as a relay would have placed them.
 */
function preparePlaces(database: Database): () => number {
  const waiting = (published: 0 | 1, order: 'ASC' | 'DESC') =>
    database.prepare(`
      SELECT partition, position FROM commits WHERE position < 0 AND published = ${published}
      ORDER BY at ${order}, number ${order} LIMIT ${PLACED_PER_TURN}`);
  const [past, unpublished] = [waiting(1, 'DESC'), waiting(0, 'ASC')];
  const placeBefore = database.prepare(`
    UPDATE commits SET position = coalesce(
      (SELECT min(position) FROM commits AS placed WHERE placed.partition = ?1 AND placed.position > 0),
      (SELECT position FROM log_starts WHERE log_starts.partition = ?1) + 1) - 1
    WHERE partition = ?1 AND position = ?2`);
  const placeAfter = database.prepare(`
    UPDATE commits SET position = 1 + max(
      coalesce((SELECT position FROM log_starts WHERE log_starts.partition = ?1), 0),
      (SELECT max(0, max(position)) FROM commits AS placed WHERE placed.partition = ?1))
    WHERE partition = ?1 AND position = ?2`);
  return () => {
    const rows = past.all();
    for (const row of rows) placeBefore.run(number(row, 'partition'), number(row, 'position'));
    if (rows.length > 0) return rows.length;
    const next = unpublished.all();
    for (const row of next) placeAfter.run(number(row, 'partition'), number(row, 'position'));
    return next.length;
  };
}
