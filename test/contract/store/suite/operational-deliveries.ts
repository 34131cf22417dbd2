import { newId } from '../../../../shared/runtime/ids.js';
import type { DeliveryStore } from '../../../../shared/store/deliveries.js';
import { DAY_MS, type Cutoffs } from '../../../../shared/store/retention.js';
import {
  deliveryId,
  eventIdOf,
  placeBeforeLog,
  type Delivery,
  type DeliveryStatus,
} from '../../../../shared/webhooks/delivery.js';
import { attemptOf, delivery, settlement } from './deliveries.js';
import { newPartition, T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

/** Of an operational event that concerns more than one organization. */
const operational = (some: Partial<Delivery> = {}): Delivery => {
  const eventId = newId();
  const scope = { organizationId: null, directoryId: null };
  return delivery({ eventId, ...placeBeforeLog(eventId), ...scope, laneKeys: [], body: '{"id":"é"}', ...some });
};

/** They carry their message, stand before the log, and are made with the delivery that they tell of. */
export function describeOperationalDeliveries(harness: StoreHarness): void {
  describe(`${harness.name}: deliveries of operational events`, () => {
    const under = useStore(harness);
    const insert = async (...deliveries: Delivery[]): Promise<DeliveryStore> => {
      await under.store.deliveries.insert(deliveries, []);
      return under.store.deliveries;
    };

    test('what tells of a delivery is there once it is settled, and once however often', async () => {
      const made = delivery({ status: 'sending' });
      const deliveries = await insert(made);
      const partition = made.partition;
      const [one, two] = [newId(), newId()].map((endpointId) => operational({ endpointId, partition }));
      if (one === undefined || two === undefined) throw new Error('two deliveries');
      const parked = settlement(made, { attempt: attemptOf(made), status: 'parked', tells: [one, two] });
      await deliveries.settle([settlement(delivery()), parked], T0 + 1);
      expect(await under.other.deliveries.get(made.id)).toMatchObject({ status: 'parked' });
      expect(await under.other.deliveries.get(one.id)).toEqual(one);
      await deliveries.settle([settlement(one)], T0 + 2);
      // Sent once more after a crash, and parked again.
      await under.other.deliveries.settle([{ ...parked, attempt: attemptOf(made) }], T0 + 3);
      expect(await deliveries.get(one.id)).toMatchObject({ status: 'delivered', body: one.body });
      expect(await deliveries.countByStatus(two.endpointId, 1000)).toEqual({ pending: 1 });
      expect(await deliveries.attempts(made.id)).toHaveLength(2);
    });

    test('a delivery before the log comes first in its queue, page by page', async () => {
      const base = { endpointId: newId(), partition: newPartition() };
      const before = [operational(base), operational(base)].sort((a, b) => a.seq - b.seq);
      const after = [delivery({ ...base, offset: 0, seq: 1 }), delivery({ ...base, offset: 0, seq: 2 })];
      const deliveries = await insert(...after, ...before);
      const expected = [...before, ...after];
      const { partition, endpointId } = base;
      expect(await deliveries.queue(partition, endpointId, ['pending'], undefined, 10)).toEqual(expected);
      for (const [index, one] of expected.entries()) {
        const after = expected[index - 1];
        expect(await deliveries.queue(partition, endpointId, ['pending'], after, 1)).toEqual([one]);
      }
    });

    test('one that is over is purged by its time, and one that is not stays', async () => {
      const made = (['delivered', 'parked'] as const).map((status) => {
        const [eventId, endpointId] = [eventIdOf(T0, newId()), newId()];
        return operational({ id: deliveryId(eventId, endpointId), eventId, endpointId, status });
      });
      const deliveries = await insert(...made);
      const cutoffs = (now: number): Cutoffs => ({ now, events: now - 90 * DAY_MS, attempts: now - 30 * DAY_MS });
      const left = async (now: number): Promise<DeliveryStatus[]> => {
        for (let after: string | undefined = ''; after !== undefined;) {
          ({ lastId: after } = await under.store.retention.purgeDeliveries(cutoffs(now), after, 100));
        }
        const found = await Promise.all(made.map(({ id }) => deliveries.get(id)));
        return found.flatMap((one) => (one === undefined ? [] : [one.status]));
      };
      expect(await left(T0 + 90 * DAY_MS)).toEqual(['delivered', 'parked']);
      expect(await left(T0 + 91 * DAY_MS)).toEqual(['parked']);
    });
  });
}
