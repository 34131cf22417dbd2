import type { mongo } from 'mongoose';
import { newId } from '../../runtime/ids.js';
import {
  DELIVERY_STATUSES,
  OPEN_STATUSES,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
} from '../../webhooks/delivery.js';
import { idsByAttempts, type DeliveryOrder, type DeliveryStore, type Settlement } from '../deliveries.js';
import { anyOf, slices, type DeliveryDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { prepareSearch } from './delivery-search.js';
import { isFinalForUpsert } from './failures.js';

const WRITES_PER_CALL = 500;
const MOVED_PER_CALL = 2000;
/** The newest attempts that a delivery keeps: more than several replays make, and far below a document's 16 MB. */
const ATTEMPTS_KEPT = 200;

/** What is read of a delivery when its attempts are not asked for. */
export const WITHOUT_ATTEMPTS = { attemptLog: 0, nonce: 0 } as const;
/** The attempts without what was answered. */
const OUTLINES = {
  ...{ 'attemptLog.id': 1, 'attemptLog.deliveryId': 1, 'attemptLog.endpointId': 1, 'attemptLog.startedAt': 1 },
  ...{ 'attemptLog.durationMs': 1, 'attemptLog.status': 1, 'attemptLog.error': 1 },
} as const;
/** The start of the retry schedule. */
const ANEW = { attempts: 0, nextAttemptAt: null } as const;

export const createDeliveries = (connection: MongoConnection): DeliveryStore => ({
  ...prepareIntake(connection),
  ...prepareSteps(connection),
  ...prepareQueue(connection),
  ...prepareRecords(connection),
  ...prepareSearch(connection),
});

/** From the log's records to rows. */
function prepareIntake(connection: MongoConnection): Pick<DeliveryStore, 'insert' | 'progress'> {
  return {
    async insert(deliveries, progress) {
      await insertNew(connection, deliveries);
      // After the rows that it vouches for: a crash in between brings the records again, and their rows are there already.
      for (const slice of slices(progress, WRITES_PER_CALL)) {
        const writes = slice.map(({ directoryId, seq }) => ({
          updateOne: { filter: { _id: directoryId }, update: { $max: { seq } }, upsert: true },
        }));
        await connection.call(
          (collections, session) => collections.progress.bulkWrite(writes, { session, ordered: false }),
          isFinalForUpsert,
        );
      }
    },
    async progress(directoryIds) {
      const found = await connection.call((collections, session) =>
        collections.progress.find({ _id: anyOf(directoryIds) }, { session }).toArray(),
      );
      const known = new Map(found.map(({ _id, seq }) => [_id, seq]));
      return new Map(directoryIds.map((directoryId) => [directoryId, known.get(directoryId) ?? 0]));
    },
  };
}

/** Those that are not there yet. */
async function insertNew(connection: MongoConnection, deliveries: readonly Delivery[]): Promise<void> {
  for (const slice of slices(deliveries, WRITES_PER_CALL)) {
    const writes = slice.map((delivery) => ({
      updateOne: { filter: { _id: delivery.id }, update: { $setOnInsert: toDocument(delivery) }, upsert: true },
    }));
    // In order: whoever reads in between must not find a later delivery without the earlier ones of its lane.
    await connection.call(
      (collections, session) => collections.deliveries.bulkWrite(writes, { session, ordered: true }),
      isFinalForUpsert,
    );
  }
}

/** What becomes of a delivery. */
function prepareSteps(
  connection: MongoConnection,
): Pick<DeliveryStore, 'claim' | 'settle' | 'move' | 'relabel' | 'retry' | 'skip'> {
  return {
    async claim(wanted, owner, leaseUntil, now) {
      const got = new Set<string>();
      for (const [attempts, ids] of idsByAttempts(wanted)) {
        for (const id of await claimSome(connection, ids, attempts, { leaseOwner: owner, leaseUntil }, now))
          got.add(id);
      }
      return got;
    },
    async relabel(deliveryIds, from, to, now) {
      for (const slice of slices(deliveryIds, WRITES_PER_CALL)) {
        const where = { _id: anyOf(slice), status: from };
        const $set = { status: to, updatedAt: now };
        await connection.call(({ deliveries }, session) => deliveries.updateMany(where, { $set }, { session }));
      }
    },
    retry: (deliveryId, from, now) =>
      changeByHand(connection, deliveryId, from, { ...ANEW, status: 'pending', lastError: null, updatedAt: now }),
    skip: (deliveryId, from, now) =>
      changeByHand(connection, deliveryId, from, { status: 'canceled', nextAttemptAt: null, updatedAt: now }),
    async settle(settlements, now) {
      // First, since these two are not one write.
      await insertNew(
        connection,
        settlements.flatMap(({ tells = [] }) => tells),
      );
      for (const slice of slices(settlements, WRITES_PER_CALL)) {
        const writes = slice.map((settlement) => settle(settlement, now));
        await connection.call(({ deliveries }, session) => deliveries.bulkWrite(writes, { session, ordered: false }));
      }
    },
    async move(endpointId, from, to, now) {
      const leaving = from.filter((status) => status !== to);
      if (leaving.length === 0) return 0;
      const where = { endpointId, status: anyOf(leaving) };
      // One write of a long backlog would not end before its deadline.
      for (let moved = 0; ;) {
        const some = await moveSome(connection, where, {
          ...(to === 'pending' ? ANEW : {}),
          status: to,
          updatedAt: now,
        });
        moved += some;
        if (some < MOVED_PER_CALL) return moved;
      }
    },
  };
}

async function claimSome(
  connection: MongoConnection,
  ids: readonly string[],
  attempts: number,
  lease: Pick<Delivery, 'leaseOwner' | 'leaseUntil'>,
  now: number,
): Promise<readonly string[]> {
  const among = { _id: anyOf(ids), attempts };
  const claimed = { ...lease, status: 'sending' as const };
  return connection.call(async ({ deliveries }, session) => {
    const open = { ...among, status: anyOf(OPEN_STATUSES) };
    const { matchedCount } = await deliveries.updateMany(open, { $set: { ...claimed, updatedAt: now } }, { session });
    if (matchedCount === ids.length) return ids;
    const got = await deliveries.find({ ...among, ...claimed }, { session, projection: { _id: 1 } }).toArray();
    return got.map(({ _id }) => _id);
  });
}

/** Changes one delivery unless its status is not `from`; whether it did is known although an answer may have been lost. */
async function changeByHand(
  connection: MongoConnection,
  deliveryId: string,
  from: DeliveryStatus,
  change: Partial<Delivery>,
): Promise<boolean> {
  const nonce = newId();
  let tries = 0;
  return connection.call(async ({ deliveries }, session) => {
    tries += 1;
    const where = { _id: deliveryId, status: from };
    const { matchedCount } = await deliveries.updateOne(where, { $set: { ...change, nonce } }, { session });
    if (matchedCount > 0 || tries === 1) return matchedCount > 0;
    return (await deliveries.countDocuments({ _id: deliveryId, nonce }, { session, limit: 1 })) > 0;
  });
}

/** Moves up to `MOVED_PER_CALL` deliveries; answers how many. */
async function moveSome(
  connection: MongoConnection,
  where: mongo.Filter<DeliveryDocument>,
  $set: Partial<Delivery>,
): Promise<number> {
  const found = await connection.call(({ deliveries }, session) =>
    deliveries
      .find(where, { session, projection: { _id: 1 } })
      .limit(MOVED_PER_CALL)
      .toArray(),
  );
  if (found.length === 0) return 0;
  const ids = anyOf(found.map(({ _id }) => _id));
  await connection.call(({ deliveries }, session) =>
    deliveries.updateMany({ ...where, _id: ids }, { $set }, { session }),
  );
  return found.length;
}

/** One write for the attempt and the state after it; the attempt being there shows that the write was made before. */
function settle({ deliveryId, attempt, status, attempts, nextAttemptAt, lastError }: Settlement, now: number) {
  const free = { leaseOwner: null, leaseUntil: null };
  const $set = { status, attempts, nextAttemptAt, lastError, ...free, updatedAt: now };
  if (attempt === undefined) return { updateOne: { filter: { _id: deliveryId }, update: { $set } } };
  // Not `$ne`, which some compatible services take for "there is another one".
  const filter = { _id: deliveryId, $nor: [{ 'attemptLog.id': attempt.id }] };
  const $push = { attemptLog: { $each: [attempt], $slice: -ATTEMPTS_KEPT } };
  return { updateOne: { filter, update: { $set, $push } } };
}

function prepareQueue(connection: MongoConnection): Pick<DeliveryStore, 'endpointsWith' | 'queue'> {
  return {
    async endpointsWith(partition, statuses) {
      if (statuses.length === 0) return [];
      return connection.call(({ deliveries }, session) =>
        deliveries.distinct('endpointId', { partition, status: anyOf(statuses) }, { session }),
      );
    },
    async queue(partition, endpointId, statuses, after, limit) {
      if (statuses.length === 0 || limit === 0) return [];
      const where = { endpointId, partition, status: anyOf(statuses), ...(after === undefined ? {} : beyond(after)) };
      const options = { projection: WITHOUT_ATTEMPTS, sort: { offset: 1, seq: 1 } as const };
      return connection.call(({ deliveries }, session) =>
        deliveries
          .find(where, { session, ...options })
          .limit(limit)
          .map(toDelivery)
          .toArray(),
      );
    },
  };
}

/** The first condition is implied by the second, and is the one that an index can begin at. */
const beyond = ({ offset, seq }: DeliveryOrder) => ({
  offset: { $gte: offset },
  $or: [{ offset: { $gt: offset } }, { seq: { $gt: seq } }],
});

/** What people look at. */
function prepareRecords(
  connection: MongoConnection,
): Pick<DeliveryStore, 'get' | 'attempts' | 'lastAttempts' | 'countByStatus' | 'countAll'> {
  return {
    async get(id) {
      const found = await connection.call(({ deliveries }, session) =>
        deliveries.findOne({ _id: id }, { session, projection: WITHOUT_ATTEMPTS }),
      );
      return found === null ? undefined : toDelivery(found);
    },
    async lastAttempts(deliveryIds) {
      if (deliveryIds.length === 0) return new Map();
      const found = await connection.call(({ deliveries }, session) =>
        deliveries.find({ _id: anyOf(deliveryIds) }, { session, projection: OUTLINES }).toArray(),
      );
      return new Map(
        found.flatMap((one) =>
          attemptsOf(one)
            .toSorted(oldestFirst)
            .slice(-1)
            .map((attempt) => [one._id, attempt]),
        ),
      );
    },
    async attempts(deliveryId) {
      const found = await connection.call(({ deliveries }, session) =>
        deliveries.findOne({ _id: deliveryId }, { session, projection: { attemptLog: 1 } }),
      );
      return attemptsOf(found ?? {}).toSorted(oldestFirst);
    },
    countByStatus: (endpointId, limit) => countEach(connection, { endpointId }, limit),
    countAll: (limit) => countEach(connection, {}, limit),
  };
}

async function countEach(
  connection: MongoConnection,
  where: { readonly endpointId?: string },
  limit: number,
): Promise<Partial<Record<DeliveryStatus, number>>> {
  const counts = await Promise.all(
    DELIVERY_STATUSES.map(async (status) => {
      const count = await connection.call(({ deliveries }, session) =>
        deliveries.countDocuments({ ...where, status }, { session, limit }),
      );
      return [status, count] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** `attempts`: oldest first. */
export function toDocument(
  { id: _id, ...delivery }: Delivery,
  attempts: readonly Attempt[] = [],
): Omit<DeliveryDocument, '_id'> {
  return { ...delivery, attemptLog: attempts.slice(-ATTEMPTS_KEPT) };
}

/** Some compatible services leave an empty list out. */
export const attemptsOf = ({ attemptLog }: Partial<Pick<DeliveryDocument, 'attemptLog'>>): readonly Attempt[] =>
  attemptLog ?? [];

export const oldestFirst = (a: Attempt, b: Attempt): number => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1);

/** Absent is null, or empty: some compatible services drop a null and an empty list that an upsert inserts. */
export const toDelivery = ({ _id, ...delivery }: Omit<DeliveryDocument, 'attemptLog' | 'nonce'>): Delivery => ({
  id: _id,
  ...ABSENT,
  ...delivery,
});

const ABSENT = {
  ...{ organizationId: null, directoryId: null, laneKeys: [], body: null },
  ...{ nextAttemptAt: null, leaseOwner: null, leaseUntil: null, lastError: null },
};
