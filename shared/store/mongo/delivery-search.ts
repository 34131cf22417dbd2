import type { mongo } from 'mongoose';
import { idAt, type Delivery } from '../../webhooks/delivery.js';
import { resultOf, type DeliveryFilter, type DeliverySearch, type DeliveryStore } from '../deliveries.js';
import type { DeliveryDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { toDelivery, WITHOUT_ATTEMPTS } from './deliveries.js';

type Where = mongo.Filter<DeliveryDocument>;

export function prepareSearch(connection: MongoConnection): Pick<DeliveryStore, 'list' | 'search'> {
  const select = (where: Where, limit: number): Promise<Delivery[]> =>
    connection.call(({ deliveries }, session) =>
      deliveries
        .find(where, { session, projection: WITHOUT_ATTEMPTS, sort: { _id: -1 } })
        .limit(limit)
        .map(toDelivery)
        .toArray(),
    );
  /** The last delivery to look at: so many are passed over in an index, whatever else is wanted of them. */
  const stopAfter = async (where: Where, scan: number): Promise<string | undefined> => {
    const [last] = await connection.call(({ deliveries }, session) =>
      deliveries
        .find(where, { session, projection: { _id: 1 }, sort: { _id: -1 } })
        .skip(scan - 1)
        .limit(1)
        .toArray(),
    );
    return last?._id;
  };
  return {
    async list(filter, { beforeId, limit }) {
      return limit === 0 ? [] : select({ ...filter, ...within(idsOf({}, beforeId)) }, limit);
    },
    async search(search, { beforeId, limit, scan }) {
      const { resourceId, since: _since, until: _until, ...plain } = search;
      const ids = idsOf(search, beforeId);
      const wanted = { ...plain, ...(resourceId === undefined ? {} : { laneKeys: resourceId }) };
      const indexed = indexedPart(search);
      const isExact = Object.keys(wanted).length === Object.keys(indexed).length;
      const stop = isExact ? undefined : await stopAfter({ ...indexed, ...within(ids) }, scan);
      const bounds = stop === undefined ? ids : [...ids, { _id: { $gte: stop } }];
      return resultOf(await select({ ...wanted, ...within(bounds) }, limit + 1), limit, stop);
    },
  };
}

/** What one index answers, the one that finds the fewest. */
function indexedPart({ eventId, status, directoryId, organizationId, endpointId }: DeliveryFilter): Where {
  if (eventId !== undefined) return { eventId };
  if (status !== undefined && status !== 'pending' && status !== 'delivered') return { status };
  if (directoryId !== undefined) return { directoryId };
  if (organizationId !== undefined) return { organizationId };
  if (endpointId !== undefined) return { endpointId };
  return status === undefined ? {} : { status };
}

const idsOf = ({ since, until }: Pick<DeliverySearch, 'since' | 'until'>, beforeId: string | undefined): Where[] => [
  ...(beforeId === undefined ? [] : [{ _id: { $lt: beforeId } }]),
  ...(since === undefined ? [] : [{ _id: { $gte: idAt(since) } }]),
  ...(until === undefined ? [] : [{ _id: { $lt: idAt(until) } }]),
];

const within = (bounds: readonly Where[]): Where => (bounds.length === 0 ? {} : { $and: [...bounds] });
