import fc from 'fast-check';
import type { Commit } from '../../../../shared/directory/commit.js';
import { newId } from '../../../../shared/runtime/ids.js';
import { cutoffsAt, DAY_MS, type Cutoffs } from '../../../../shared/store/retention.js';
import { deliveryId, type Delivery, type DeliveryStatus } from '../../../../shared/webhooks/delivery.js';
import { attemptOf, delivery, settlement } from './deliveries.js';
import {
  create,
  createChain,
  heldEvent,
  hold,
  join,
  membership,
  newDirectory,
  newPartition,
  remove,
  T0,
  unhold,
  unlink,
  user,
  waiting,
  type Chain,
} from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

/** Everything that was committed is old enough, and so is every position. */
const LATER = Date.now() + 400 * DAY_MS;
const ALL_OLD: Cutoffs = { now: LATER, events: LATER - DAY_MS, attempts: LATER - DAY_MS };

/** What is over goes, oldest first; what is not over, and the newest of everything, stays. */
export function describeRetention(harness: StoreHarness, numRuns: number): void {
  describe(`${harness.name}: retention`, () => {
    const under = useStore(harness);

    const publish = async (partition: number, count: number): Promise<void> => {
      await under.store.outbox.markPublished(partition, await waiting(under.store.outbox, partition, count));
    };
    const consume = async ({ directory, head }: Chain, deliveries: readonly Delivery[] = []): Promise<void> => {
      await under.store.deliveries.insert(deliveries, [{ directoryId: directory.id, seq: head.lastSeq }]);
    };
    const purge = async ({ directory: { id, partition } }: Chain, cutoffs = ALL_OLD): Promise<number> => {
      const { retention } = under.store;
      while ((await retention.shortenLog(partition, cutoffs, 3)) > 0);
      let purged = 0;
      for (let step = -1; step !== 0; purged += step) step = await retention.purgeEvents(id, cutoffs, 4);
      return purged;
    };
    const seqs = async ({ directory: { id } }: Chain): Promise<number[]> =>
      (await under.other.events.ofDirectory(id, 0, 1000)).map(({ seq }) => seq);
    const inLog = async ({ directory: { partition } }: Chain): Promise<number[]> =>
      (await under.other.events.after(partition, { position: 0, index: 0 }, 1000)).map(({ seq }) => seq);
    const write = async (chain: Chain, commits: number): Promise<Commit[]> => {
      const written: Commit[] = [];
      for (let n = 0; n < commits; n += 1) written.push(await chain.write([create(user(newId()))], { events: 2 }));
      return written;
    };
    const deliveryOf = (chain: Chain, commit: Commit | undefined, status: DeliveryStatus): Delivery => {
      const { id: eventId = '', seq = 0 } = commit?.events.at(-1) ?? {};
      const { id: directoryId, partition } = chain.directory;
      const endpointId = newId();
      return delivery({
        id: deliveryId(eventId, endpointId),
        eventId,
        endpointId,
        directoryId,
        partition,
        seq,
        status,
      });
    };

    test('a directory keeps its newest commit and goes on behind it', async () => {
      const chain = createChain(under.store.commits);
      await write(chain, 5);
      await publish(chain.directory.partition, 5);
      await consume(chain);
      expect(await purge(chain)).toBe(4);
      expect(await seqs(chain)).toEqual([9, 10]);
      expect(await under.other.commits.head(chain.directory.id)).toEqual(chain.head);
      expect(await under.other.commits.confirmHead(chain.directory.id, 5)).toBe(true);
      await write(chain, 1);
      expect((await waiting(under.store.outbox, chain.directory.partition, 1))[0]).toMatchObject({
        number: 6,
        position: 6,
      });
      expect(await seqs(chain)).toEqual([9, 10, 11, 12]);
    });

    test('the log begins after what is purged, and keeps its newest position', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await write(chain, 4);
      await publish(partition, 4);
      await consume(chain);
      expect(await under.other.events.logStart(partition)).toBe(0);
      await purge(chain);
      expect(await under.other.events.logStart(partition)).toBe(3);
      expect(await inLog(chain)).toEqual([7, 8]);
      expect(await under.other.events.after(partition, { position: 2, index: 1 }, 10)).toMatchObject([
        { seq: 7, position: 4, index: 1 },
        { seq: 8, position: 4, index: 2 },
      ]);
    });

    test('a directory that is idle holds up nobody else in its partition', async () => {
      const idle = createChain(under.store.commits);
      const busy = createChain(under.store.commits, newDirectory(idle.directory.partition));
      await write(idle, 2);
      await write(busy, 4);
      await publish(idle.directory.partition, 6);
      await consume(idle);
      await consume(busy);
      expect([await purge(idle), await purge(busy)]).toEqual([1, 3]);
      expect([await seqs(idle), await seqs(busy)]).toEqual([
        [3, 4],
        [7, 8],
      ]);
      // The idle one's newest commit is read by its directory alone from now on.
      expect(await inLog(busy)).toEqual([7, 8]);
    });

    test.each([
      ['young', { ...ALL_OLD, events: T0 + 3 }, [5, 6, 7, 8]],
      ['all old', ALL_OLD, [7, 8]],
    ])('what is younger than the cut-off stays (%s)', async (_name, cutoffs, left) => {
      const chain = createChain(under.store.commits);
      await write(chain, 4);
      await publish(chain.directory.partition, 4);
      await consume(chain);
      await purge(chain, cutoffs);
      expect(await seqs(chain)).toEqual(left);
    });

    test('what is not consumed stays', async () => {
      const chain = createChain(under.store.commits);
      await write(chain, 4);
      await publish(chain.directory.partition, 4);
      await under.store.deliveries.insert([], [{ directoryId: chain.directory.id, seq: 3 }]);
      expect(await purge(chain)).toBe(1);
      expect(await seqs(chain)).toEqual([3, 4, 5, 6, 7, 8]);
    });

    test('what is not known to be published stays', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await write(chain, 4);
      const positioned = await waiting(under.store.outbox, partition, 4);
      await under.store.outbox.markPublished(partition, positioned.slice(0, 1));
      await consume(chain);
      expect(await purge(chain)).toBe(1);
      expect(await under.other.outbox.next(partition, 10)).toEqual(positioned.slice(1));
    });

    test('what a consumer of the log has not read yet stays', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await write(chain, 4);
      await publish(partition, 4);
      await consume(chain);
      await under.store.events.saveCursor('group', partition, { position: 2, index: 1 });
      await purge(chain);
      expect(await seqs(chain)).toEqual([3, 4, 5, 6, 7, 8]);
      expect(await under.store.events.after(partition, { position: 2, index: 1 }, 10)).toHaveLength(5);
    });

    test('a position that was given only just now stays, however old its commit is', async () => {
      if (harness.name === 'SQLite') return; // there a commit has its position from the start
      const chain = createChain(under.store.commits);
      await write(chain, 3);
      await publish(chain.directory.partition, 3);
      await consume(chain);
      expect(await purge(chain, { ...ALL_OLD, now: Date.now() + DAY_MS / 2, events: Date.now() })).toBe(0);
    });

    test('an unfinished delivery keeps its event, and those of its directory that come later', async () => {
      const chain = createChain(under.store.commits);
      const commits = await write(chain, 5);
      await publish(chain.directory.partition, 5);
      const parked = deliveryOf(chain, commits[2], 'parked');
      await consume(chain, [deliveryOf(chain, commits[0], 'delivered'), parked]);
      await purge(chain);
      expect(await seqs(chain)).toEqual([5, 6, 7, 8, 9, 10]);
      await under.store.deliveries.settle([settlement(parked)], T0);
      await purge(chain);
      expect(await seqs(chain)).toEqual([9, 10]);
    });

    test('a writer that holds an old head meets a conflict, though the next number is free again', async () => {
      const chain = createChain(under.store.commits);
      await write(chain, 1);
      const late = chain.next([create(user('late'))]);
      await write(chain, 4);
      await publish(chain.directory.partition, 5);
      await consume(chain);
      await purge(chain);
      expect(await under.other.commits.confirmHead(chain.directory.id, 1)).toBe(false);
      expect(await under.other.commits.confirmHead(chain.directory.id, 0)).toBe(false);
      expect(await under.other.commits.commit(late)).toBe('conflict');
    });

    test('deliveries go with their attempts, unless they are unfinished, young or only just over', async () => {
      const { deliveries, retention } = under.store;
      const endpointId = newId();
      const old = (status: DeliveryStatus, more: Partial<Delivery> = {}) => delivery({ endpointId, status, ...more });
      const rows = {
        delivered: old('delivered'),
        canceled: old('canceled'),
        parked: old('parked'),
        held: old('held'),
        young: old('delivered', { createdAt: LATER }),
        justOver: old('delivered', { updatedAt: LATER }),
      };
      await deliveries.insert(Object.values(rows), []);
      for (const row of Object.values(rows)) {
        const { status, updatedAt } = row;
        const attempt = attemptOf(row, { startedAt: row.createdAt });
        await deliveries.settle([settlement(row, { status, attempt })], updatedAt);
      }
      const second = attemptOf(rows.justOver, { startedAt: LATER });
      await deliveries.settle([settlement(rows.justOver, { attempt: second })], LATER);
      const removed = { deliveries: 0, attempts: 0 };
      for (let afterId: string | undefined = ''; afterId !== undefined;) {
        const step = await retention.purgeDeliveries(ALL_OLD, afterId, 4);
        removed.deliveries += step.deliveries;
        removed.attempts += step.attempts;
        afterId = step.lastId;
      }
      expect(removed.deliveries).toBeGreaterThanOrEqual(2);
      const left = await deliveries.list({ endpointId }, { limit: 10 });
      expect(left.map(({ id }) => id).sort()).toEqual(
        [rows.parked, rows.held, rows.young, rows.justOver].map(({ id }) => id).sort(),
      );
      expect(await deliveries.attempts(rows.delivered.id)).toEqual([]);
      expect(await deliveries.attempts(rows.parked.id)).toHaveLength(1);
      expect(await deliveries.attempts(rows.justOver.id)).toEqual([second]);
    });

    test.each([
      ['as long as the event that tells of the deletion', { ...ALL_OLD, events: T0 + 2 }, 2],
      ['no longer', ALL_OLD, 0],
    ])('what a deletion has ended is known %s', async (_name, cutoffs, left) => {
      const chain = createChain(under.store.commits);
      const { id } = chain.directory;
      const [u1, g1, g2] = [user(newId()), newId(), newId()];
      await chain.write([create(u1), join(membership(g1, u1.id)), join(membership(g2, u1.id))]);
      await chain.write([unlink(u1.id), remove(u1)], {
        type: 'user.deleted',
        body: (event) => JSON.stringify({ ...event, data: { id: u1.id } }),
      });
      await write(chain, 2);
      await publish(chain.directory.partition, 4);
      await consume(chain);
      expect(await under.other.resources.endedWith(id, u1.id)).toHaveLength(2);
      await purge(chain, cutoffs);
      while ((await under.store.retention.purgeTombstones(cutoffs, 100)) > 0);
      expect(await under.other.resources.endedWith(id, u1.id)).toHaveLength(left);
    });

    test('tombstones go only once their time has come, and what is live stays', async () => {
      const chain = createChain(under.store.commits);
      await chain.write([
        create(user('u1')),
        create(user('u2')),
        join(membership('g', 'u1')),
        hold(heldEvent(1, 'u1')),
      ]);
      const { purgeAt } = await chain.write([remove(user('u1')), unlink('u1'), unhold(1)]);
      const at = (now: number): Cutoffs => cutoffsAt(now, { eventMs: DAY_MS, attemptMs: DAY_MS });
      expect(await under.store.retention.purgeTombstones(at(purgeAt), 100)).toBe(0);
      const purged = await under.store.retention.purgeTombstones(at(purgeAt + 1), 100);
      expect(purged).toBe(harness.name === 'SQLite' ? 0 : 3);
      expect(await under.store.retention.purgeTombstones(at(purgeAt + 1), 100)).toBe(0);
      const { resources } = under.other;
      expect(await resources.list(chain.directory.id, 'User', undefined, { limit: 10 })).toEqual([user('u2')]);
    });

    test('random histories: nothing undelivered is touched, no gap, and every directory goes on', async () => {
      const step = fc.record({
        what: fc.constantFrom('write', 'write', 'write', 'publish', 'consume', 'finish', 'purge', 'purge'),
        of: fc.nat(2),
        events: fc.integer({ min: 0, max: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const partition = newPartition();
          const chains = [0, 1, 2].map(() => createChain(under.store.commits, newDirectory(partition)));
          const open = new Map<string, Delivery>();
          const reached = new Map<string, number>();
          let published = 0;
          let written = 0;
          for (const { what, of, events } of steps) {
            const chain = chains[of];
            if (chain === undefined) continue;
            const { id } = chain.directory;
            if (what === 'write') {
              await chain.write([create(user(newId()))], { events });
              written += 1;
            } else if (what === 'publish' && written > published) {
              await publish(partition, written - published);
              published = written;
            } else if (what === 'consume') {
              const fresh = await under.store.events.ofDirectory(id, reached.get(id) ?? 0, 1000);
              const rows = fresh.map((event) => deliveryOf(chain, { events: [event] } as unknown as Commit, 'pending'));
              await under.store.deliveries.insert(rows, [{ directoryId: id, seq: chain.head.lastSeq }]);
              reached.set(id, chain.head.lastSeq);
              for (const row of rows) open.set(row.id, row);
            } else if (what === 'finish') {
              const row = [...open.values()].find(({ directoryId }) => directoryId === id);
              if (row === undefined) continue;
              await under.store.deliveries.settle([settlement(row)], T0);
              open.delete(row.id);
            } else if (what === 'purge') {
              await purge(chain);
            }
            for (const one of chains) {
              const left = await seqs(one);
              const { lastSeq } = one.head;
              const first = left[0] ?? lastSeq + 1;
              expect(left).toEqual(Array.from({ length: lastSeq + 1 - first }, (_, index) => first + index));
              if (lastSeq > 0) expect(left).toContain(lastSeq);
              const needed = [...open.values()].filter(({ directoryId }) => directoryId === one.directory.id);
              expect(left).toEqual(expect.arrayContaining(needed.map(({ seq }) => seq)));
              const unread = (reached.get(one.directory.id) ?? 0) + 1;
              if (unread <= lastSeq) expect(left).toContain(unread);
            }
          }
          for (const chain of chains) {
            await chain.write([create(user(newId()))]);
            expect(await under.other.commits.head(chain.directory.id)).toEqual(chain.head);
          }
        }),
        { numRuns },
      );
    });
  });
}
