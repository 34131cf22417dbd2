import type { GuardState } from '../../../../shared/directory/guard.js';
import { commitAfter, create, createChain, heldEvent, hold, needs, unhold, user } from './fixtures.js';
import { describeFaults, useStore, type StoreHarness } from './harness.js';

/** What the deletion guard holds back, and what it knows. */
export function describeHeld(harness: StoreHarness): void {
  describe(`${harness.name}: held events`, () => {
    const under = useStore(harness);
    const orders = async (directoryId: string, afterOrder = 0, limit = 100): Promise<number[]> =>
      (await under.other.held.list(directoryId, afterOrder, limit)).map(({ order }) => order);
    const heldKeys = async (directoryId: string, ...keys: string[]): Promise<readonly string[]> =>
      (await under.other.commits.load(directoryId, needs({ heldKeys: new Set(keys) }))).heldKeys.toSorted();

    test('are read back as they were, in their order and in pages', async () => {
      const chain = createChain(under.store.commits);
      const events = [heldEvent(1, 'u1'), heldEvent(2, 'g1', 'u1', 'u2'), heldEvent(3, 'u3')];
      await chain.write(events.slice(0, 2).map(hold), { events: 0 });
      await chain.write([...events.slice(2).map(hold), create(user('u4'))]);
      await createChain(under.store.commits).write([hold(heldEvent(1, 'u9'))]);
      const { id } = chain.directory;
      expect(await under.store.held.list(id, 0, 100)).toEqual(events);
      expect(await orders(id, 0, 2)).toEqual([1, 2]);
      expect(await orders(id, 2, 2)).toEqual([3]);
      expect(await orders(id, 0, 0)).toEqual([]);
      expect(await orders('absent')).toEqual([]);
    });

    test('a load tells which of the asked keys are held, each once, in this directory alone', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([hold(heldEvent(1, 'u1')), hold(heldEvent(2, 'g1', 'u1', 'u2'))]);
      await createChain(under.store.commits).write([hold(heldEvent(1, 'u9'))]);
      expect(await heldKeys(chain.directory.id, 'u1', 'u2', 'u', 'u9')).toEqual(['u1', 'u2']);
      expect(await heldKeys(chain.directory.id, 'u3')).toEqual([]);
    });

    test('end up to an order; what the same commit holds stays', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([hold(heldEvent(1, 'u1')), hold(heldEvent(2, 'u2')), hold(heldEvent(3, 'u1', 'u3'))]);
      await chain.write([unhold(2)]);
      expect(await orders(chain.directory.id)).toEqual([3]);
      expect(await heldKeys(chain.directory.id, 'u1', 'u2', 'u3')).toEqual(['u1', 'u3']);
      await chain.write([unhold(3), hold(heldEvent(4, 'u1'))]);
      expect(await orders(chain.directory.id)).toEqual([4]);
      expect(await heldKeys(chain.directory.id, 'u1', 'u3')).toEqual(['u1']);
    });

    test('go with their directory', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([hold(heldEvent(1, 'u1'))]);
      await chain.write([{ kind: 'sweep' }], { deleted: true });
      expect(await orders(chain.directory.id)).toEqual([]);
      expect(await heldKeys(chain.directory.id, 'u1')).toEqual([]);
    });

    test('the head has what the guard knows and when failures were told', async () => {
      const { store, other } = under;
      const chain = createChain(store.commits);
      const window = { since: 1, users: 20, removals: 6 };
      const holds = { limit: 'maxPercent' as const, maximum: 25, since: 2, window, firstOrder: 7 };
      const guard: GuardState = { window: null, hold: holds, lastOrder: 9, endedOrder: 6 };
      const commit = { ...chain.next([create(user('u1'))]), guard, failureToldAt: 5 };
      expect(await store.commits.commit(commit)).toBe('committed');
      expect(await other.commits.head(chain.directory.id)).toMatchObject({ guard, failureToldAt: 5 });
      const next = commitAfter(commit, chain.directory, [create(user('u2'))]);
      expect(await other.commits.commit(next)).toBe('committed');
      expect(await store.commits.head(chain.directory.id)).toMatchObject({ guard, failureToldAt: 5 });
    });

    describeFaults(harness, 'a writer that dies or applies late', (faults) => {
      test('what it held or ended is so for the next one', async () => {
        const chain = createChain(under.store.commits);
        await chain.write([hold(heldEvent(1, 'u1'))]);
        const half = chain.next([unhold(1), hold(heldEvent(2, 'u2'))]);
        await faults.insertWithoutApplying(half);
        await under.other.commits.head(chain.directory.id);
        expect(await orders(chain.directory.id)).toEqual([2]);
        expect(await heldKeys(chain.directory.id, 'u1', 'u2')).toEqual(['u2']);
      });

      test('it neither brings back what ended nor ends what came later', async () => {
        const chain = createChain(under.store.commits);
        const old = await chain.write([hold(heldEvent(1, 'u1')), hold(heldEvent(2, 'u2'))]);
        const ending = await chain.write([unhold(2), hold(heldEvent(3, 'u3'))]);
        await faults.applyLate(old);
        await faults.applyLate(ending);
        await faults.applyLate(old);
        expect(await orders(chain.directory.id)).toEqual([3]);
        expect(await heldKeys(chain.directory.id, 'u1', 'u2', 'u3')).toEqual(['u3']);
        const [event] = await under.store.held.list(chain.directory.id, 0, 1);
        expect(event?.keys).toEqual(['u3']);
      });
    });
  });
}
