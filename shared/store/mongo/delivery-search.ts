import type { mongo } from 'mongoose';
import type { Delivery } from '../../webhooks/delivery.js';
import { resultOf } from '../bounded-search.js';
import type { DeliveryFilter, DeliveryStore } from '../deliveries.js';
import type { DeliveryDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { toDelivery, WITHOUT_ATTEMPTS } from './deliveries.js';
import { boundedBy, idsOf, within } from './newest-first.js';

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
  return {
    async list(filter, { beforeId, limit }) {
      return limit === 0 ? [] : select({ ...filter, ...within(idsOf({ beforeId })) }, limit);
    },
    async search(search, { beforeId, limit, scan }) {
      const { resourceId, since: _since, until: _until, ...plain } = search;
      const ids = idsOf({ ...search, beforeId });
      const wanted = { ...plain, ...(resourceId === undefined ? {} : { laneKeys: resourceId }) };
      const indexed = indexedPart(search);
      const isExact = Object.keys(wanted).length === Object.keys(indexed).length;
      const { stop, bounds } = isExact
        ? { stop: undefined, bounds: ids }
        : await boundedBy(connection, 'deliveries', indexed, ids, scan);
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
