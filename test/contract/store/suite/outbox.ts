import type { PositionedCommit } from '../../../../shared/store/port.js';
import { eventually } from '../../../support/eventually.js';
import { create, createChain, newDirectory, newPartition, user, waiting } from './fixtures.js';
import { describeFaults, useStore, type StoreHarness } from './harness.js';

const positionsOf = (commits: readonly PositionedCommit[]): number[] => commits.map(({ position }) => position);
const gapless = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

/** Every commit gets one position of its partition for ever, and waits until it is marked. */
export function describeOutbox(harness: StoreHarness): void {
  describe(`${harness.name}: outbox`, () => {
    const under = useStore(harness);

    test('an empty partition has nothing to publish', async () => {
      const partition = newPartition();
      expect(await under.store.outbox.next(partition, 10)).toEqual([]);
      expect(await under.store.outbox.oldestAt(partition)).toBeUndefined();
      expect(await under.store.outbox.count(partition, 10)).toBe(0);
      expect(await under.store.outbox.newestAt(partition)).toBeUndefined();
    });

    test('commits come with their events, at gapless positions, each directory by number', async () => {
      const partition = newPartition();
      const [one, two] = [0, 1].map(() => createChain(under.store.commits, newDirectory(partition)));
      if (one === undefined || two === undefined) throw new Error('two chains');
      const written = [
        await one.write([create(user('u1'))], { events: 2 }),
        await two.write([create(user('u1'))]),
        await two.write([create(user('u2'))], { events: 3 }),
        await one.write([create(user('u2'))]),
      ];
      const commits = await waiting(under.store.outbox, partition, 4);
      expect(positionsOf(commits)).toEqual(gapless(1, 4));
      for (const { directory } of [one, two]) {
        const ofDirectory = commits.filter(({ directoryId }) => directoryId === directory.id);
        expect(ofDirectory.map(({ number, events }) => ({ number, events }))).toEqual(
          written
            .filter(({ directoryId }) => directoryId === directory.id)
            .map(({ number, events }) => ({ number, events })),
        );
      }
    });

    test('what is not marked comes again at the same positions, to any relay', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await chain.write([create(user('u1'))]);
      await chain.write([create(user('u2'))]);
      const commits = await waiting(under.store.outbox, partition, 2);
      expect(await under.other.outbox.next(partition, 10)).toEqual(commits);
      await chain.write([create(user('u3'))]);
      expect((await waiting(under.other.outbox, partition, 3)).slice(0, 2)).toEqual(commits);
    });

    test('at most as many as asked for, from the oldest on', async () => {
      const chain = createChain(under.store.commits);
      for (const id of ['u1', 'u2', 'u3']) await chain.write([create(user(id))]);
      const all = await waiting(under.store.outbox, chain.directory.partition, 3);
      expect(await under.store.outbox.next(chain.directory.partition, 2)).toEqual(all.slice(0, 2));
    });

    test('a marked commit is gone, marking twice changes nothing, and positions go on', async () => {
      const { outbox } = under.store;
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await chain.write([create(user('u1'))]);
      await chain.write([create(user('u2'))]);
      const [first, second] = await waiting(outbox, partition, 2);
      if (first === undefined || second === undefined) throw new Error('two commits');
      await outbox.markPublished(partition, [first]);
      await under.other.outbox.markPublished(partition, [first]);
      expect(await outbox.next(partition, 10)).toEqual([second]);
      await outbox.markPublished(partition, [second]);
      await outbox.markPublished(partition, []);
      expect(await outbox.next(partition, 10)).toEqual([]);
      await chain.write([create(user('u3'))]);
      expect(await waiting(outbox, partition, 1)).toMatchObject([{ number: 3, position: 3 }]);
    });

    test('partitions do not see each other', async () => {
      const [one, two] = [createChain(under.store.commits), createChain(under.store.commits)];
      await one.write([create(user('u1'))]);
      await two.write([create(user('u1'))]);
      const [mine] = await waiting(under.store.outbox, one.directory.partition, 1);
      const [theirs] = await waiting(under.store.outbox, two.directory.partition, 1);
      expect([mine?.directoryId, theirs?.directoryId]).toEqual([one.directory.id, two.directory.id]);
      await under.store.outbox.markPublished(one.directory.partition, mine === undefined ? [] : [mine]);
      expect(await under.store.outbox.next(two.directory.partition, 10)).toEqual([theirs]);
    });

    test('the oldest unpublished commit tells how far behind the log is', async () => {
      const { outbox } = under.store;
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      const first = await chain.write([create(user('u1'))]);
      const second = await chain.write([create(user('u2'))]);
      expect(await outbox.oldestAt(partition)).toBe(first.at);
      const commits = await waiting(outbox, partition, 2);
      await outbox.markPublished(partition, commits.slice(0, 1));
      expect(await outbox.oldestAt(partition)).toBe(second.at);
      await outbox.markPublished(partition, commits);
      expect(await outbox.oldestAt(partition)).toBeUndefined();
    });

    test('what waits is counted up to a limit, and the newest commit tells its time, published or not', async () => {
      const { outbox } = under.store;
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await chain.write([create(user('u1'))]);
      await chain.write([create(user('u2'))]);
      const newest = await chain.write([create(user('u3'))]);
      expect([await outbox.count(partition, 2), await outbox.count(partition, 10)]).toEqual([2, 3]);
      expect(await outbox.newestAt(partition)).toBe(newest.at);
      await outbox.markPublished(partition, await waiting(outbox, partition, 3));
      expect(await outbox.count(partition, 10)).toBe(0);
      expect(await outbox.newestAt(partition)).toBe(newest.at);
    });

    test('relays that ask at once while writers write never give a commit two positions, or a position two commits', async () => {
      const partition = newPartition();
      const [writers, rounds] = [3, 6];
      const chains = Array.from({ length: writers }, () => createChain(under.store.commits, newDirectory(partition)));
      const seen = new Map<string, Set<number>>();
      const isWritten = Promise.all(
        chains.map(async (chain) => {
          for (let round = 0; round < rounds; round += 1) await chain.write([create(user(`u${round}`))]);
        }),
      );
      const relay = ({ outbox } = under.store): Promise<unknown> =>
        eventually('every commit positioned', async () => {
          const commits = await outbox.next(partition, 4);
          for (const { directoryId, number, position } of commits) {
            const name = `${directoryId} ${number}`;
            seen.set(name, (seen.get(name) ?? new Set()).add(position));
          }
          if (commits.length > 1) await outbox.markPublished(partition, commits.slice(0, 2));
          return seen.size === writers * rounds;
        });
      await Promise.all([isWritten, relay(under.store), relay(under.other)]);
      const positions = [...seen.values()].flatMap((set) => [...set]).sort((a, b) => a - b);
      expect(positions).toEqual(gapless(1, writers * rounds));
      for (const { directory } of chains) {
        const ofDirectory = gapless(1, rounds).map(
          (number) => [...(seen.get(`${directory.id} ${number}`) ?? [])][0] ?? 0,
        );
        expect(ofDirectory).toEqual(ofDirectory.toSorted((a, b) => a - b));
      }
    });

    describeFaults(harness, 'a commit that its writer left half applied', (faults) => {
      test('is published only once it is applied', async () => {
        const chain = createChain(under.store.commits);
        await chain.write([create(user('u1'))]);
        const half = chain.next([create(user('u2'))]);
        await faults.insertWithoutApplying(half);
        const commits = await waiting(under.other.outbox, chain.directory.partition, 2);
        expect(commits.map(({ number }) => number)).toEqual([1, 2]);
        expect(commits[1]?.events).toEqual(half.events);
        expect(await under.store.resources.get(chain.directory.id, 'User', 'u2')).toEqual(user('u2'));
      });
    });
  });
}
