import { eraseUserFrom, eraseUserFromHeld } from '../../directory/erase.js';
import type { Change, HeldEvent } from '../../directory/commit.js';
import { eraseUser } from '../../events/erase.js';
import { UNFINISHED_STATUSES } from '../../webhooks/delivery.js';
import type { ErasureStore } from '../erasure.js';
import { anyOf, slot, type CommitDocument } from './collections.js';
import { attemptsOf } from './deliveries.js';
import type { MongoConnection } from './connection.js';
import { removeSome } from './remove-some.js';

/** Each commit can be some megabytes. */
const COMMITS_PER_CALL = 50;

export const createErasure = (connection: MongoConnection): ErasureStore => ({
  eraseUser: prepareEraseUser(connection),
  eraseDirectory: prepareEraseDirectory(connection),
  // The server's files, its oplog and its backups are the operator's.
  scrub: async () => undefined,
});

/** Goes on by the number of the commit: one without events may have changes that name the user. */
function prepareEraseUser(connection: MongoConnection): ErasureStore['eraseUser'] {
  return async (directoryId, userId, after, limit) => {
    if (after === 0) await eraseFromHeld(connection, directoryId, userId);
    const size = Math.min(limit, COMMITS_PER_CALL);
    const found = await connection.call(({ commits }, session) =>
      commits
        .find({ directoryId, number: { $gt: after } }, { session, sort: { number: 1 } })
        .limit(size)
        .toArray(),
    );
    let events = 0;
    for (const commit of found) events += await eraseFromCommit(connection, commit, userId);
    return { events, next: found.length === size ? found.at(-1)?.number : undefined };
  };
}

/** Held events are about the user by their lane keys: few of them are. */
async function eraseFromHeld(connection: MongoConnection, directoryId: string, userId: string): Promise<void> {
  const found = await connection.call(({ held }, session) =>
    held.find({ directoryId, keys: userId, live: true }, { session, projection: { event: 1 } }).toArray(),
  );
  const writes = found.flatMap(({ _id, event }) => {
    const erased = event === null ? undefined : eraseUserFromHeld(JSON.parse(event) as HeldEvent, userId);
    if (erased === undefined) return [];
    // Only while it is live: one that is released or discarded meanwhile has become a tombstone.
    const filter = { _id, directoryId, live: true };
    return [{ updateOne: { filter, update: { $set: { event: JSON.stringify(erased) } } } }];
  });
  if (writes.length === 0) return;
  await connection.call(({ held }, session) => held.bulkWrite(writes, { session, ordered: false }));
}

async function eraseFromCommit(connection: MongoConnection, commit: CommitDocument, userId: string): Promise<number> {
  const erasedIds: string[] = [];
  const events = commit.events.map((event) => {
    const body = eraseUser(event.body, userId);
    if (body === undefined) return event;
    erasedIds.push(event.id);
    return { ...event, body };
  });
  const changes = commit.changes.includes(userId)
    ? JSON.stringify(eraseUserFrom(JSON.parse(commit.changes) as Change[], userId))
    : commit.changes;
  if (erasedIds.length > 0 || changes !== commit.changes) {
    await connection.call(({ commits }, session) =>
      commits.updateOne(slot(commit.directoryId, commit.number), { $set: { events, changes } }, { session }),
    );
  }
  if (erasedIds.length > 0) await eraseAnswers(connection, erasedIds);
  return erasedIds.length;
}

/** What receivers said to the events. A delivery that was settled meanwhile is done by the next pass. */
async function eraseAnswers(connection: MongoConnection, eventIds: readonly string[]): Promise<void> {
  const told = await connection.call(({ deliveries }, session) =>
    deliveries
      .find({ eventId: anyOf(eventIds) }, { session, projection: { attemptLog: 1, lastError: 1, updatedAt: 1 } })
      .toArray(),
  );
  const erased = (error: string | null | undefined) => (error === null || error === undefined ? null : 'erased');
  const writes = told.map(({ _id, lastError, updatedAt, ...rest }) => ({
    updateOne: {
      filter: { _id, updatedAt },
      update: {
        $set: {
          lastError: erased(lastError),
          attemptLog: attemptsOf(rest).map((attempt) => ({ ...attempt, response: '', error: erased(attempt.error) })),
        },
      },
    },
  }));
  if (writes.length === 0) return;
  await connection.call(({ deliveries }, session) => deliveries.bulkWrite(writes, { session, ordered: false }));
}

function prepareEraseDirectory(connection: MongoConnection): ErasureStore['eraseDirectory'] {
  return async (directoryId, unfinished, limit) => {
    const over = unfinished === 'keep' ? { status: { $nin: [...UNFINISHED_STATUSES] } } : {};
    const deliveries = await removeSome(connection, 'deliveries', { directoryId, ...over }, limit);
    if (deliveries > 0) return deliveries;
    // What is to be delivered is read from the events.
    const waiting = await connection.call((all, session) => all.deliveries.findOne({ directoryId }, { session }));
    if (waiting !== null) return 0;
    const commits = await emptyCommits(connection, directoryId, Math.min(limit, COMMITS_PER_CALL));
    if (commits > 0) return commits;
    // The rows that the final commit has swept are tombstones; a late writer may have brought others back.
    const resources = await removeSome(connection, 'resources', { directoryId }, limit);
    const memberships = await removeSome(connection, 'memberships', { directoryId }, limit);
    return resources + memberships + (await removeSome(connection, 'held', { directoryId }, limit));
  };
}

/** Takes the contents out of all commits but the final one. They keep their places in the log, which readers go through. */
async function emptyCommits(connection: MongoConnection, directoryId: string, limit: number): Promise<number> {
  const found = await connection.call(async ({ commits }, session) => {
    const newest = await commits.findOne({ directoryId }, { session, sort: { number: -1 }, projection: { number: 1 } });
    return commits
      .find(
        {
          directoryId,
          number: { $lt: newest?.number ?? 0 },
          $or: [{ eventCount: { $gt: 0 } }, { changes: { $ne: '[]' } }],
        },
        { session, projection: { partition: 1 } },
      )
      .limit(limit)
      .toArray();
  });
  const [first] = found;
  if (first === undefined) return 0;
  const ids = anyOf(found.map(({ _id }) => _id));
  const { partition } = first;
  await connection.call(({ positions }, session) =>
    positions.updateMany({ partition, commit: ids }, { $set: { eventCount: 0 } }, { session }),
  );
  await connection.call(({ commits }, session) =>
    commits.updateMany({ directoryId, _id: ids }, { $set: { events: [], eventCount: 0, changes: '[]' } }, { session }),
  );
  return found.length;
}
