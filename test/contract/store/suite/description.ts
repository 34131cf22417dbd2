import { DELIVERY_STATUSES } from '../../../../shared/webhooks/delivery.js';
import { delivery } from './deliveries.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

/** What is told of a store as a whole. */
export function describeDescription(harness: StoreHarness): void {
  describe(`${harness.name}: what it tells of itself`, () => {
    const under = useStore(harness);

    test('its kind, its newest migration and its size', async () => {
      const { kind, schemaVersion, sizeBytes } = await under.store.describe();
      expect(kind).toBe(harness.name.toLowerCase());
      expect(schemaVersion).toBeGreaterThan(0);
      expect(Number.isInteger(schemaVersion)).toBe(true);
      if (sizeBytes !== null) expect(sizeBytes).toBeGreaterThan(0);
      // Only a server may not tell.
      if (under.other === under.store) expect(sizeBytes).not.toBeNull();
    });

    test('deliveries of all endpoints by status, counted no further than asked', async () => {
      const { deliveries } = under.store;
      expect(await deliveries.countAll(10)).toEqual({});
      const statuses = [...DELIVERY_STATUSES, ...DELIVERY_STATUSES, 'parked' as const];
      const made = statuses.map((status) => delivery({ status }));
      await deliveries.insert(made, []);
      const each = Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, 2]));
      expect(await deliveries.countAll(10)).toEqual({ ...each, parked: 3 });
      expect(await deliveries.countAll(2)).toEqual(each);
      const claimed = made.filter(({ status }) => status === 'pending').slice(0, 1);
      await deliveries.claim(claimed, 'x', T0 + 5, T0);
      expect(await deliveries.countAll(10)).toEqual({ ...each, parked: 3, pending: 1, sending: 3 });
    });
  });
}
