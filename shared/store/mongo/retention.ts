import { TOMBSTONE_LIFE_MS } from '../../directory/commit.js';
import { idAt, UNFINISHED_STATUSES } from '../../webhooks/delivery.js';
import {
  beginning,
  beginningThatIsOver,
  fateOf,
  logStartAfter,
  type Cutoffs,
  type RetentionStore,
} from '../retention.js';
import { anyOf, slices, slot, type CommitDocument, type PositionDocument } from './collections.js';
import { attemptsOf } from './deliveries.js';
import type { MongoConnection } from './connection.js';
import { removeSome } from './remove-some.js';
import { isFinalForUpsert } from './failures.js';
import type { Positions } from './positions.js';

const ASKED_PER_CALL = 500;

/** No TTL index: a directory's newest commit and a partition's newest position must never go. */
export const createRetention = (connection: MongoConnection, positions: Positions): RetentionStore => ({
  shortenLog: prepareShortenLog(connection, positions),
  purgeEvents: preparePurgeEvents(connection, positions),
  purgeDeliveries: preparePurgeDeliveries(connection),
  async purgeTombstones({ now, events }, limit) {
    const past = Math.min(now, events + TOMBSTONE_LIFE_MS);
    const resources = await purgeRows(connection, 'resources', past, limit);
    const memberships = await purgeRows(connection, 'memberships', past, limit);
    return resources + memberships + (await purgeRows(connection, 'held', now, limit));
  },
});

function prepareShortenLog(connection: MongoConnection, positions: Positions): RetentionStore['shortenLog'] {
  return async (partition, cutoffs, limit) => {
    const [found, cursors, newest] = await Promise.all([
      connection.call(({ logStarts }, session) => logStarts.findOne({ _id: partition }, { session })),
      connection.call((collections, session) =>
        collections.cursors.find({ _id: { $gte: `${partition}:`, $lt: `${partition};` } }, { session }).toArray(),
      ),
      positions.tail(partition),
    ]);
    const start = found?.position ?? 0;
    // What a step that was cut short has left behind.
    await removePositions(connection, partition, start);
    const entries = await entriesOf(connection, await positions.run(partition, start + 1, limit));
    const bounds = { newest, cursors: cursors.map(({ position }) => position) };
    const last = logStartAfter(start, entries, cutoffs, bounds);
    if (last === start) return 0;
    // The start comes first: from here on no reader asks for the positions that go.
    await connection.call(
      ({ logStarts }, session) =>
        logStarts.updateOne({ _id: partition }, { $max: { position: last } }, { session, upsert: true }),
      isFinalForUpsert,
    );
    await removePositions(connection, partition, last);
    return last - start;
  };
}

const removePositions = (connection: MongoConnection, partition: number, upTo: number) =>
  connection.call(({ positions }, session) =>
    positions.deleteMany({ partition, position: { $lte: upTo } }, { session }),
  );

/** What is to be known of the run of positions; it ends before a commit that is gone. */
async function entriesOf(connection: MongoConnection, run: readonly PositionDocument[]) {
  const [commits, progress] = await Promise.all([
    connection.call(async (collections, session) => {
      const options = { session, projection: { at: 1, published: 1, lastSeq: 1 } };
      const found = await collections.commits.find({ _id: anyOf(run.map(({ commit }) => commit)) }, options).toArray();
      return new Map(found.map((commit) => [commit._id, commit]));
    }),
    connection.call(async (collections, session) => {
      const ids = [...new Set(run.map(({ directoryId }) => directoryId))];
      const found = await collections.progress.find({ _id: anyOf(ids) }, { session }).toArray();
      return new Map(found.map(({ _id, seq }) => [_id, seq]));
    }),
  ]);
  return run.flatMap(({ position, commit, directoryId, givenAt }) => {
    const found = commits.get(commit);
    if (found === undefined) return [];
    const { at, published, lastSeq } = found;
    return [{ position, givenAt, at, published, lastSeq, progress: progress.get(directoryId) ?? 0 }];
  });
}

function preparePurgeEvents(connection: MongoConnection, positions: Positions): RetentionStore['purgeEvents'] {
  return async (directoryId, cutoffs, limit) => {
    const old = await oldCommits(connection, directoryId, cutoffs, limit);
    const [first] = old;
    if (first === undefined) return 0;
    const [head, progress, placeOf] = await Promise.all([
      connection.call(({ commits }, session) =>
        commits.findOne({ directoryId }, { session, sort: { number: -1 }, projection: { lastSeq: 1 } }),
      ),
      connection.call((collections, session) => collections.progress.findOne({ _id: directoryId }, { session })),
      positions.of(first.partition, old),
    ]);
    const standing = { lastSeq: head?.lastSeq ?? 0, progress: progress?.seq ?? 0 };
    const past = old.map((commit) => ({ ...commit, inLog: placeOf.has(commit._id) }));
    const over = beginningThatIsOver(past, cutoffs, standing, limit);
    const needed = await neededOf(
      connection,
      over.flatMap(({ events }) => events.map(({ id }) => id)),
    );
    const chosen = beginning(over, ({ events }) => !events.some(({ id }) => needed.has(id)));
    if (chosen.length === 0) return 0;
    // In order: if it is cut short, what is left is still a chain without a gap.
    const writes = chosen.map(({ number }) => ({ deleteOne: { filter: slot(directoryId, number) } }));
    await connection.call(({ commits }, session) => commits.bulkWrite(writes, { session, ordered: true }));
    return chosen.length;
  };
}

type OldCommit = Omit<CommitDocument, 'changes' | 'counts' | 'nonce'>;

async function oldCommits(
  connection: MongoConnection,
  directoryId: string,
  { events: before }: Cutoffs,
  limit: number,
): Promise<OldCommit[]> {
  const projection = { changes: 0, counts: 0, nonce: 0, 'events.body': 0 };
  const found = await connection.call(({ commits }, session) =>
    commits
      .find({ directoryId }, { session, sort: { number: 1 }, projection })
      .limit(limit)
      .toArray(),
  );
  return beginning(found, ({ at }) => at < before);
}

/** Which of the events have deliveries that are not over. */
async function neededOf(connection: MongoConnection, eventIds: readonly string[]): Promise<ReadonlySet<string>> {
  const unfinished = anyOf(UNFINISHED_STATUSES);
  const found = await Promise.all(
    slices(eventIds, ASKED_PER_CALL).map((slice) =>
      connection.call(({ deliveries }, session) =>
        deliveries.distinct('eventId', { eventId: anyOf(slice), status: unfinished }, { session }),
      ),
    ),
  );
  return new Set(found.flat());
}

function preparePurgeDeliveries(connection: MongoConnection): RetentionStore['purgeDeliveries'] {
  return async (cutoffs, afterId, limit) => {
    const where = { _id: { $gt: afterId, $lt: idAt(cutoffs.attempts) } };
    const projection = { laneKeys: 0 };
    const rows = await connection.call(({ deliveries }, session) =>
      deliveries
        .find(where, { session, sort: { _id: 1 }, projection })
        .limit(limit)
        .toArray(),
    );
    const fated = rows.map((row) => {
      const young = attemptsOf(row).filter(({ startedAt }) => startedAt >= cutoffs.attempts);
      return { row, young, old: attemptsOf(row).length - young.length, fate: fateOf(row, cutoffs) };
    });
    const removed = fated.filter(({ fate }) => fate === 'remove');
    const trimmed = fated.filter(({ fate, old }) => fate === 'trim' && old > 0);
    // Only as they were read: one that was begun anew meanwhile is left to a later sweep.
    const asRead = ({ row: { _id, updatedAt } }: (typeof fated)[number]) => ({ _id, updatedAt });
    const writes = [
      ...removed.map((one) => ({ deleteOne: { filter: asRead(one) } })),
      ...trimmed.map((one) => ({ updateOne: { filter: asRead(one), update: { $set: { attemptLog: one.young } } } })),
    ];
    if (writes.length > 0) {
      await connection.call(({ deliveries }, session) => deliveries.bulkWrite(writes, { session, ordered: false }));
    }
    return {
      deliveries: removed.length,
      attempts: [...removed, ...trimmed].reduce((sum, { old }) => sum + old, 0),
      lastId: rows.length === limit ? rows.at(-1)?._id : undefined,
    };
  };
}

const purgeRows = (
  connection: MongoConnection,
  table: 'resources' | 'memberships' | 'held',
  before: number,
  limit: number,
): Promise<number> => removeSome(connection, table, { live: false, purgeAt: { $gt: 0, $lt: before } }, limit);
