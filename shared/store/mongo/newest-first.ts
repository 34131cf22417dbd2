import type { mongo } from 'mongoose';
import { idAt } from '../../webhooks/delivery.js';
import type { MongoConnection } from './connection.js';

/** What is read newest first: its `_id` is in the order of time. */

type Where = Readonly<Record<string, unknown>>;

interface Bounds {
  readonly beforeId?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Conditions on ids, for `within`. */
export const idsOf = ({ beforeId, since, until }: Bounds): Where[] => [
  ...(beforeId === undefined ? [] : [{ _id: { $lt: beforeId } }]),
  ...(since === undefined ? [] : [{ _id: { $gte: idAt(since) } }]),
  ...(until === undefined ? [] : [{ _id: { $lt: idAt(until) } }]),
];

export const within = (bounds: readonly Where[]): Where => (bounds.length === 0 ? {} : { $and: bounds });

/**
 * Bounded besides by the last that is to be looked at: `scan` of them are passed over in an index, whatever else is wanted. `stop` is its
 * id; undefined where there are not so many.
 */
export async function boundedBy(
  connection: MongoConnection,
  name: 'deliveries' | 'audit' | 'requests',
  passed: Where,
  ids: readonly Where[],
  scan: number,
): Promise<{ readonly stop: string | undefined; readonly bounds: readonly Where[] }> {
  const [last] = await connection.call((collections, session) =>
    (collections[name] as unknown as mongo.Collection<{ readonly _id: string }>)
      .find({ ...passed, ...within(ids) }, { session, projection: { _id: 1 }, sort: { _id: -1 } })
      .skip(scan - 1)
      .limit(1)
      .toArray(),
  );
  return last === undefined
    ? { stop: undefined, bounds: ids }
    : { stop: last._id, bounds: [...ids, { _id: { $gte: last._id } }] };
}
