import { newId } from '../../../../shared/runtime/ids.js';
import type { DeliveryStore, Settlement } from '../../../../shared/store/deliveries.js';
import {
  DELIVERY_STATUSES,
  OPEN_STATUSES,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
} from '../../../../shared/webhooks/delivery.js';
import { newPartition, T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

export const delivery = (some: Partial<Delivery> = {}): Delivery => ({
  id: newId(),
  eventId: newId(),
  eventType: 'user.created',
  endpointId: newId(),
  organizationId: newId(),
  directoryId: newId(),
  partition: newPartition(),
  offset: 1,
  seq: 1,
  laneKeys: ['u1', 'g1'],
  body: null,
  status: 'pending',
  attempts: 0,
  nextAttemptAt: T0,
  ...(some.status === 'sending' ? { leaseOwner: 'x', leaseUntil: T0 + 5 } : { leaseOwner: null, leaseUntil: null }),
  lastError: null,
  createdAt: T0,
  updatedAt: T0,
  ...some,
});

export const attemptOf = ({ id, endpointId }: Delivery, some: Partial<Attempt> = {}): Attempt => ({
  id: newId(),
  deliveryId: id,
  endpointId,
  startedAt: T0,
  durationMs: 12.5,
  status: 200,
  error: null,
  response: 'ok',
  ...some,
});

export const settlement = ({ id }: Delivery, some: Partial<Settlement> = {}): Settlement => ({
  deliveryId: id,
  status: 'delivered',
  attempts: 1,
  nextAttemptAt: null,
  lastError: null,
  ...some,
});

/** One row per event and endpoint, worked through in order, with every attempt on record. */
export function describeDeliveries(harness: StoreHarness): void {
  describe(`${harness.name}: deliveries`, () => {
    const under = useStore(harness);
    const insert = async (...deliveries: Delivery[]): Promise<DeliveryStore> => {
      await under.store.deliveries.insert(deliveries, []);
      return under.store.deliveries;
    };

    test('a delivery is read back as it was inserted, by every handle', async () => {
      const made = delivery({ lastError: 'a\0b \ufffd', status: 'sending', nextAttemptAt: null });
      const deliveries = await insert(made);
      expect(await deliveries.get(made.id)).toEqual(made);
      expect(await under.other.deliveries.get(made.id)).toEqual(made);
      expect(await deliveries.get(newId())).toBeUndefined();
    });

    test('a delivery that shares no lane is read back with an empty list of lane keys', async () => {
      const made = delivery({ laneKeys: [] });
      const deliveries = await insert(made);
      expect(await deliveries.get(made.id)).toEqual(made);
      expect(await deliveries.queue(made.partition, made.endpointId, ['pending'], undefined, 1)).toEqual([made]);
    });

    test('inserting twice is inserting once: the first one stays as it has become', async () => {
      const made = delivery();
      const deliveries = await insert(made);
      await deliveries.settle([settlement(made)], T0 + 1);
      const fresh = delivery({ endpointId: made.endpointId });
      await under.other.deliveries.insert([made, fresh, made], []);
      expect(await deliveries.get(made.id)).toMatchObject({ status: 'delivered', attempts: 1 });
      expect(await deliveries.countByStatus(made.endpointId, 1000)).toEqual({ delivered: 1, pending: 1 });
    });

    test('progress starts at 0, goes forward and never back', async () => {
      const { deliveries } = under.store;
      const [one, two] = [newId(), newId()];
      expect(await deliveries.progress([one, two])).toEqual(
        new Map([
          [one, 0],
          [two, 0],
        ]),
      );
      await deliveries.insert(
        [],
        [
          { directoryId: one, seq: 5 },
          { directoryId: two, seq: 1 },
        ],
      );
      await deliveries.insert([], [{ directoryId: one, seq: 3 }]);
      await deliveries.insert([], []);
      expect(await under.other.deliveries.progress([one, two])).toEqual(
        new Map([
          [one, 5],
          [two, 1],
        ]),
      );
      expect(await deliveries.progress([])).toEqual(new Map());
    });

    test('a queue has one endpoint and partition, the asked statuses, in the order of the log', async () => {
      const base = { endpointId: newId(), partition: newPartition() };
      const places = [
        [2, 1],
        [1, 3],
        [10, 1],
        [1, 2],
        [2, 2],
      ] as const;
      const statuses: DeliveryStatus[] = ['pending', 'retrying', 'pending', 'sending', 'blocked'];
      const made = places.map(([offset, seq], index) =>
        delivery({ ...base, offset, seq, status: statuses[index] ?? 'pending' }),
      );
      const deliveries = await insert(
        ...made,
        delivery({ ...base, status: 'delivered' }),
        delivery({ ...base, endpointId: newId() }),
        delivery({ ...base, partition: newPartition() }),
      );
      const open = ['pending', 'sending', 'retrying', 'blocked'] as const;
      const { partition, endpointId } = base;
      const queue = async (
        after: { offset: number; seq: number } | undefined,
        limit: number,
        of: readonly DeliveryStatus[] = open,
      ) => (await deliveries.queue(partition, endpointId, of, after, limit)).map(({ offset, seq }) => [offset, seq]);
      expect(await queue(undefined, 10)).toEqual([
        [1, 2],
        [1, 3],
        [2, 1],
        [2, 2],
        [10, 1],
      ]);
      expect(await queue(undefined, 2)).toEqual([
        [1, 2],
        [1, 3],
      ]);
      expect(await queue({ offset: 1, seq: 3 }, 2)).toEqual([
        [2, 1],
        [2, 2],
      ]);
      expect(await queue({ offset: 1, seq: 2 }, 1)).toEqual([[1, 3]]);
      expect(await queue(undefined, 10, ['pending'])).toEqual([
        [2, 1],
        [10, 1],
      ]);
      expect(await queue(undefined, 10, [])).toEqual([]);
      expect(await queue({ offset: 10, seq: 1 }, 10)).toEqual([]);
    });

    test('endpoints are named once when they have a delivery of the partition in one of the statuses', async () => {
      const partition = newPartition();
      const [one, two, done] = ['a', 'b', 'c'].map((name) => `${name}${newId()}`);
      const deliveries = await insert(
        delivery({ partition, endpointId: one ?? '' }),
        delivery({ partition, endpointId: one ?? '', status: 'retrying' }),
        delivery({ partition, endpointId: two ?? '', status: 'retrying' }),
        delivery({ partition, endpointId: done ?? '', status: 'delivered' }),
        delivery(),
      );
      expect((await deliveries.endpointsWith(partition, ['pending', 'retrying'])).sort()).toEqual([one, two]);
      expect(await deliveries.endpointsWith(partition, ['pending'])).toEqual([one]);
      expect(await deliveries.endpointsWith(newPartition(), ['pending'])).toEqual([]);
      expect(await deliveries.endpointsWith(partition, [])).toEqual([]);
    });

    test('a claim is on record with its lease before anything is sent', async () => {
      const [one, two, three] = [delivery(), delivery(), delivery()];
      const deliveries = await insert(one, two, three);
      await deliveries.claim([one, two], 'me', T0 + 15_000, T0 + 1);
      const claimed = { status: 'sending', leaseOwner: 'me', leaseUntil: T0 + 15_000, updatedAt: T0 + 1 };
      expect(await under.other.deliveries.get(one.id)).toEqual({ ...one, ...claimed });
      expect(await deliveries.get(two.id)).toEqual({ ...two, ...claimed });
      expect(await deliveries.get(three.id)).toEqual(three);
      await deliveries.claim([], 'me', T0, T0);
    });

    test('a claim gets what is open and nothing else', async () => {
      const made = DELIVERY_STATUSES.map((status) => delivery({ status }));
      const deliveries = await insert(...made);
      const open = made.filter(({ status }) => OPEN_STATUSES.includes(status)).map(({ id }) => id);
      // Twice: a claim whose answer was lost is made again.
      for (let time = 0; time < 2; time += 1) {
        expect([...(await deliveries.claim([...made, delivery()], 'me', T0 + 9, T0))].sort()).toEqual(open.sort());
      }
      const openOnes = made.filter(({ id }) => open.includes(id));
      expect([...(await deliveries.claim(openOnes, 'me', T0 + 9, T0))].sort()).toEqual(open);
      expect(await deliveries.claim([], 'me', T0 + 9, T0)).toEqual(new Set());
      for (const one of made) {
        const expected = open.includes(one.id) ? { status: 'sending', leaseOwner: 'me', leaseUntil: T0 + 9 } : one;
        expect(await under.other.deliveries.get(one.id)).toMatchObject(expected);
      }
    });

    test('a claim gets nothing that was retried by hand since it was looked at', async () => {
      const [one, two, three] = [1, 1, 0].map((attempts) => delivery({ status: 'retrying', attempts }));
      if (one === undefined || two === undefined || three === undefined) throw new Error('three deliveries');
      const deliveries = await insert(one, two, three);
      await deliveries.retry(one.id, 'retrying', T0);
      expect(await deliveries.claim([one, two, three], 'me', T0 + 9, T0)).toEqual(new Set([two.id, three.id]));
      expect(await deliveries.get(one.id)).toMatchObject({ status: 'pending', attempts: 0 });
    });

    test('a skip cancels, unless the delivery has gone on since it was looked at', async () => {
      const made = delivery({ status: 'parked', attempts: 10, nextAttemptAt: T0, lastError: 'x' });
      const deliveries = await insert(made);
      expect(await deliveries.skip(made.id, 'retrying', T0 + 1)).toBe(false);
      expect(await deliveries.get(made.id)).toEqual(made);
      expect(await deliveries.skip(made.id, 'parked', T0 + 1)).toBe(true);
      const canceled = { status: 'canceled', nextAttemptAt: null, updatedAt: T0 + 1 };
      expect(await under.other.deliveries.get(made.id)).toEqual({ ...made, ...canceled });
      expect(await deliveries.skip(newId(), 'parked', T0)).toBe(false);
    });

    test('what is resumed is at the start of the retry schedule', async () => {
      const made = delivery({ status: 'held', attempts: 7, nextAttemptAt: T0, lastError: 'x' });
      const deliveries = await insert(made);
      expect(await deliveries.move(made.endpointId, ['held'], 'pending', T0 + 1)).toBe(1);
      const anew = { status: 'pending', attempts: 0, nextAttemptAt: null, updatedAt: T0 + 1 };
      expect(await under.other.deliveries.get(made.id)).toEqual({ ...made, ...anew });
    });

    test('relabeling changes what has the expected status, and nothing that has gone on', async () => {
      const made = DELIVERY_STATUSES.map((status) => delivery({ status, attempts: 2, lastError: 'x' }));
      const deliveries = await insert(...made);
      const ids = made.map(({ id }) => id);
      await deliveries.relabel(ids, 'blocked', 'pending', T0 + 1);
      await deliveries.relabel([], 'pending', 'blocked', T0 + 1);
      for (const one of made) {
        const expected = one.status === 'blocked' ? { ...one, status: 'pending', updatedAt: T0 + 1 } : one;
        expect(await under.other.deliveries.get(one.id)).toEqual(expected);
      }
    });

    test('a retry begins anew, unless the delivery has gone on since it was looked at', async () => {
      const made = delivery({ status: 'parked', attempts: 10, nextAttemptAt: T0, lastError: 'x' });
      const deliveries = await insert(made);
      expect(await deliveries.retry(made.id, 'retrying', T0 + 1)).toBe(false);
      expect(await deliveries.get(made.id)).toEqual(made);
      expect(await deliveries.retry(made.id, 'parked', T0 + 1)).toBe(true);
      const anew = { status: 'pending', attempts: 0, nextAttemptAt: null, lastError: null, updatedAt: T0 + 1 };
      expect(await under.other.deliveries.get(made.id)).toEqual({ ...made, ...anew });
      expect(await deliveries.retry(newId(), 'parked', T0)).toBe(false);
    });

    test('settling writes the attempt and the next state and gives the lease back', async () => {
      const [ok, failed] = [delivery(), delivery()];
      const deliveries = await insert(ok, failed);
      await deliveries.claim([ok, failed], 'me', T0 + 15_000, T0);
      const [success, failure] = [
        attemptOf(ok),
        attemptOf(failed, { status: null, error: 'timed out \0', response: 'a\0b' }),
      ];
      const retry = { status: 'retrying', attempts: 1, nextAttemptAt: T0 + 5000, lastError: 'timed out \0' } as const;
      await deliveries.settle(
        [settlement(ok, { attempt: success }), settlement(failed, { ...retry, attempt: failure })],
        T0 + 2,
      );
      const free = { leaseOwner: null, leaseUntil: null, updatedAt: T0 + 2 };
      expect(await deliveries.get(ok.id)).toEqual({
        ...ok,
        ...free,
        status: 'delivered',
        attempts: 1,
        nextAttemptAt: null,
      });
      expect(await under.other.deliveries.get(failed.id)).toEqual({ ...failed, ...free, ...retry });
      expect(await deliveries.attempts(ok.id)).toEqual([success]);
      expect(await deliveries.attempts(failed.id)).toEqual([failure]);
    });

    test('settling without a request leaves no attempt', async () => {
      const made = delivery();
      const deliveries = await insert(made);
      await deliveries.settle([settlement(made, { status: 'canceled', attempts: 0 })], T0);
      expect((await deliveries.get(made.id))?.status).toBe('canceled');
      expect(await deliveries.attempts(made.id)).toEqual([]);
    });

    test('settling twice leaves one attempt, beside earlier ones too', async () => {
      const made = delivery();
      const deliveries = await insert(made);
      const attempts = [1, 2].map((second) => attemptOf(made, { startedAt: T0 + second * 1000 }));
      for (const attempt of attempts) {
        const settled = settlement(made, { attempt });
        await deliveries.settle([settled], T0);
        await deliveries.settle([settled], T0);
      }
      expect(await deliveries.attempts(made.id)).toEqual(attempts);
    });

    test('attempts are listed oldest first', async () => {
      const made = delivery();
      const deliveries = await insert(made);
      const attempts = [3, 1, 2].map((second) => attemptOf(made, { startedAt: T0 + second * 1000 }));
      for (const attempt of attempts) await deliveries.settle([settlement(made, { attempt })], T0);
      expect((await deliveries.attempts(made.id)).map(({ startedAt }) => startedAt)).toEqual([
        T0 + 1000,
        T0 + 2000,
        T0 + 3000,
      ]);
    });

    test('moving takes all of an endpoint in the given statuses, and says how many', async () => {
      const endpointId = newId();
      const made = DELIVERY_STATUSES.map((status) => delivery({ endpointId, status })); // in partitions of their own
      const other = delivery();
      const deliveries = await insert(...made, other);
      expect(await deliveries.move(endpointId, ['pending', 'retrying', 'blocked'], 'held', T0 + 9)).toBe(3);
      expect(await deliveries.countByStatus(endpointId, 1000)).toEqual({
        held: 4,
        sending: 1,
        delivered: 1,
        parked: 1,
        canceled: 1,
      });
      expect(await deliveries.countByStatus(endpointId, 2)).toMatchObject({ held: 2, delivered: 1 });
      expect(await deliveries.get(made[0]?.id ?? '')).toMatchObject({ status: 'held', updatedAt: T0 + 9 });
      expect(await deliveries.get(other.id)).toEqual(other);
      expect(await deliveries.move(endpointId, ['pending'], 'held', T0)).toBe(0);
      expect(await deliveries.move(endpointId, [], 'held', T0)).toBe(0);
      expect(await deliveries.countByStatus(newId(), 1000)).toEqual({});
    });

    test('a list is newest first, by any filter and all of them together, in pages', async () => {
      const common = { endpointId: newId(), organizationId: newId(), directoryId: newId(), eventId: newId() };
      const made = DELIVERY_STATUSES.map((status, index) =>
        delivery({ ...common, id: `${index}-${newId()}`, status }),
      ).reverse();
      const deliveries = await insert(...made, delivery());
      for (const [field, value] of Object.entries(common)) {
        expect(await deliveries.list({ [field]: value }, { limit: 100 })).toEqual(made);
      }
      expect(await deliveries.list(common, { limit: 100 })).toEqual(made);
      expect(await deliveries.list({ ...common, eventId: newId() }, { limit: 100 })).toEqual([]);
      for (const status of DELIVERY_STATUSES) {
        const ofStatus = made.filter((one) => one.status === status);
        expect(await deliveries.list({ ...common, status }, { limit: 100 })).toEqual(ofStatus);
        const everywhere = await deliveries.list({ status }, { limit: 1000 });
        expect(everywhere).toEqual(expect.arrayContaining(ofStatus));
        expect(everywhere.every((one) => one.status === status)).toBe(true);
      }
      const { endpointId } = common;
      expect(await deliveries.list({ endpointId }, { limit: 3 })).toEqual(made.slice(0, 3));
      expect(await deliveries.list({ endpointId }, { beforeId: made[2]?.id ?? '', limit: 3 })).toEqual(
        made.slice(3, 6),
      );
    });
  });
}
