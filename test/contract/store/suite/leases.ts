import { newId } from '../../../../shared/runtime/ids.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const TTL_MS = 1000;

/** A lease has one owner at a time, and an epoch that grows with each change of owner. */
export function describeLeases(harness: StoreHarness): void {
  describe(`${harness.name}: leases`, () => {
    const under = useStore(harness);

    test('a free lease is taken, and no other owner gets it before it expires', async () => {
      const name = newId();
      expect(await under.store.leases.acquire(name, 'a', TTL_MS, T0)).toBe(1);
      expect(await under.other.leases.acquire(name, 'b', TTL_MS, T0 + TTL_MS - 1)).toBeUndefined();
    });

    test('its owner extends it under the same epoch', async () => {
      const name = newId();
      const { leases } = under.store;
      await leases.acquire(name, 'a', TTL_MS, T0);
      expect(await leases.acquire(name, 'a', TTL_MS, T0 + 900)).toBe(1);
      expect(await under.other.leases.acquire(name, 'b', TTL_MS, T0 + 1500)).toBeUndefined();
    });

    test('an expired lease is taken by another, under the next epoch', async () => {
      const name = newId();
      const { leases } = under.store;
      await leases.acquire(name, 'a', TTL_MS, T0);
      expect(await under.other.leases.acquire(name, 'b', TTL_MS, T0 + TTL_MS + 1)).toBe(2);
      expect(await leases.acquire(name, 'a', TTL_MS, T0 + TTL_MS + 2)).toBeUndefined();
      expect(await leases.acquire(name, 'a', TTL_MS, T0 + 5 * TTL_MS)).toBe(3);
    });

    test('a lease that a clock an hour ahead has taken is free once the clock is right again', async () => {
      const name = newId();
      await under.store.leases.acquire(name, 'a', TTL_MS, T0 + 3_600_000);
      expect(await under.other.leases.acquire(name, 'b', TTL_MS, T0)).toBe(2);
      expect(await under.store.leases.acquire(name, 'a', TTL_MS, T0)).toBeUndefined();
    });

    test('a lease that is given back is free at once, and its epoch still grows', async () => {
      const name = newId();
      await under.store.leases.acquire(name, 'a', TTL_MS, T0);
      await under.store.leases.release(name, 'a');
      expect(await under.other.leases.acquire(name, 'b', TTL_MS, T0 + 1)).toBe(2);
    });

    test('a late release by a former owner changes nothing', async () => {
      const name = newId();
      const { leases } = under.store;
      await leases.acquire(name, 'a', TTL_MS, T0);
      await leases.acquire(name, 'b', TTL_MS, T0 + TTL_MS + 1);
      await leases.release(name, 'a');
      expect(await leases.acquire(name, 'a', TTL_MS, T0 + TTL_MS + 2)).toBeUndefined();
      expect(await leases.acquire(name, 'b', TTL_MS, T0 + TTL_MS + 3)).toBe(2);
      await leases.release(newId(), 'a');
    });

    test('leases of other names are other leases', async () => {
      const [one, two] = [newId(), newId()];
      await under.store.leases.acquire(one, 'a', TTL_MS, T0);
      expect(await under.store.leases.acquire(two, 'b', TTL_MS, T0)).toBe(1);
    });

    test('of owners that ask at once exactly one gets it', async () => {
      for (let round = 0; round < 5; round += 1) {
        const name = newId();
        const owners = ['a', 'b', 'c', 'd'];
        const epochs = await Promise.all(
          owners.map((owner, index) =>
            (index % 2 === 0 ? under.store : under.other).leases.acquire(name, owner, TTL_MS, T0),
          ),
        );
        expect(epochs.filter((epoch) => epoch !== undefined)).toEqual([1]);
      }
    });
  });
}
