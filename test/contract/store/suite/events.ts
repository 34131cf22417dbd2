import { newId } from '../../../../shared/runtime/ids.js';
import type { EventReader, FoundEvent, LogCursor, PositionedEvent } from '../../../../shared/store/port.js';
import { idAt } from '../../../../shared/webhooks/delivery.js';
import { create, createChain, newDirectory, newPartition, T0, TRACEPARENT, user, waiting } from './fixtures.js';
import { describeFaults, useStore, type StoreHarness } from './harness.js';

/** More than any test writes. */
const MOST_EVENTS = 1000;

const START: LogCursor = { position: 0, index: 0 };

/** Reads to the end, so many at a time, going on after the last event of each page. */
async function readAll(
  reader: EventReader,
  partition: number,
  limit: number,
  from = START,
): Promise<PositionedEvent[]> {
  const events: PositionedEvent[] = [];
  for (let cursor = from; ;) {
    const page = await reader.after(partition, cursor, limit);
    expect(page.length).toBeLessThanOrEqual(limit);
    const last = page.at(-1);
    if (last === undefined) return events;
    events.push(...page);
    if (events.length > MOST_EVENTS) throw new Error(`More than ${MOST_EVENTS} events: the reading does not advance.`);
    cursor = { position: last.position, index: last.index };
  }
}

/** Lets timers and sockets have their turn: a store in this process answers without one. */
const oneTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

/** Events are read back in the order of the log, or of their directory. */
export function describeEvents(harness: StoreHarness): void {
  describe(`${harness.name}: events`, () => {
    const under = useStore(harness);

    test('events of a partition come in the order of positions, with their directory', async () => {
      const partition = newPartition();
      const chains = [0, 1].map(() => createChain(under.store.commits, newDirectory(partition)));
      for (const events of [3, 1, 2])
        for (const chain of chains) await chain.write([create(user(`u${events}`))], { events });
      const commits = await waiting(under.store.outbox, partition, 6);
      const expected = commits.flatMap(({ directoryId, position, events }) =>
        events.map((event) => ({ ...event, directoryId, position })),
      );
      const read = await readAll(under.other.events, partition, 100);
      expect(read.map(({ index: _index, ...event }) => event)).toEqual(expected);
    });

    test('a page of any size goes on where the one before ended, also in the middle of a commit', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      for (const events of [1, 5, 2]) await chain.write([create(user(`u${events}`))], { events });
      await waiting(under.store.outbox, partition, 3);
      const all = await readAll(under.store.events, partition, 100);
      expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      for (const limit of [1, 2, 3, 7]) expect(await readAll(under.store.events, partition, limit)).toEqual(all);
      for (const [index, event] of all.entries()) {
        expect(await under.store.events.after(partition, event, 100)).toEqual(all.slice(index + 1));
      }
    });

    test('published or not, an event stays readable', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      await chain.write([create(user('u1'))], { events: 2 });
      const commits = await waiting(under.store.outbox, partition, 1);
      const before = await readAll(under.store.events, partition, 10);
      await under.store.outbox.markPublished(partition, commits);
      expect(before).toHaveLength(2);
      expect(await readAll(under.store.events, partition, 10)).toEqual(before);
    });

    test('a reader that pages while others write and relay skips nothing and repeats nothing', async () => {
      const partition = newPartition();
      const [writers, rounds] = [3, 5];
      const chains = Array.from({ length: writers }, () => createChain(under.store.commits, newDirectory(partition)));
      let isOver = false;
      const write = async (): Promise<void> => {
        await Promise.all(
          chains.map(async (chain) => {
            for (let round = 0; round < rounds; round += 1)
              await chain.write([create(user(`u${round}`))], { events: 2 });
          }),
        );
        await waiting(under.store.outbox, partition, writers * rounds);
        isOver = true;
      };
      const relay = async (): Promise<void> => {
        while (!isOver) {
          await under.other.outbox.next(partition, 3);
          await oneTurn();
        }
      };
      const read: PositionedEvent[] = [];
      const page = async (): Promise<void> => {
        while (!isOver) {
          read.push(...(await readAll(under.store.events, partition, 3, read.at(-1))));
          await oneTurn();
        }
      };
      await Promise.all([write(), relay(), page()]);
      read.push(...(await readAll(under.store.events, partition, 3, read.at(-1))));
      expect(idsOf(read)).toEqual(idsOf(await readAll(under.store.events, partition, 1000)));
      expect(read).toHaveLength(writers * rounds * 2);
      for (const { directory } of chains) {
        const seqs = read.filter(({ directoryId }) => directoryId === directory.id).map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      }
    });

    test('events of a directory come by seq, after a given one, at most as many as asked for', async () => {
      const partition = newPartition();
      const chain = createChain(under.store.commits, newDirectory(partition));
      const other = createChain(under.store.commits, newDirectory(partition));
      const commits = [
        await chain.write([create(user('u1'))], { events: 2 }),
        await chain.write([create(user('u2'))], { events: 3 }),
      ];
      await other.write([create(user('u1'))], { events: 9 });
      const all = commits.flatMap(({ events }) => events);
      const { events } = under.store;
      expect(await events.ofDirectory(chain.directory.id, 0, 100)).toEqual(all);
      expect(await events.ofDirectory(chain.directory.id, 1, 3)).toEqual(all.slice(1, 4));
      expect(await events.ofDirectory(chain.directory.id, 5, 100)).toEqual([]);
      expect(await events.ofDirectory(newDirectory().id, 0, 100)).toEqual([]);
    });

    test('read backwards, events come in the reverse order, from the end or before a given one', async () => {
      const partition = newPartition();
      const chains = [0, 1].map(() => createChain(under.store.commits, newDirectory(partition)));
      for (const events of [3, 0, 1, 2])
        for (const chain of chains) await chain.write([create(user(`u${events}`))], { events });
      await waiting(under.store.outbox, partition, 8);
      const { events } = under.other;
      const all = (await readAll(events, partition, 100)).toReversed();
      expect(all).toHaveLength(12);
      expect(await events.before(partition, undefined, 100)).toEqual(all);
      expect(await events.before(partition, undefined, 5)).toEqual(all.slice(0, 5));
      for (const [index, event] of all.entries()) {
        expect(await events.before(partition, event, 3)).toEqual(all.slice(index + 1, index + 4));
      }
      expect(await events.before(partition, { position: 1, index: 0 }, 100)).toEqual([]);
      expect(await events.before(newPartition(), undefined, 100)).toEqual([]);
      const [{ directory }] = chains as [(typeof chains)[0]];
      const own = (await events.ofDirectory(directory.id, 0, 100)).toReversed();
      for (const below of [1, 2, 4, 6, 7, 1000]) {
        const older = own.filter(({ seq }) => seq < below);
        expect(await events.ofDirectoryBefore(directory.id, below, 100)).toEqual(older);
        expect(await events.ofDirectoryBefore(directory.id, below, 2)).toEqual(older.slice(0, 2));
      }
    });

    test('an event is found by its id, also one of another time than its commit', async () => {
      const { commits, events } = under.store;
      const partitions = [newPartition(), newPartition()];
      const made: FoundEvent[] = [];
      for (const [index, partition] of partitions.entries()) {
        const chain = createChain(commits, newDirectory(partition));
        for (let number = 0; number < 9; number += 1) {
          // Some of the time of their commit or nearly, some far from it.
          const apart = [0, 999, -999, 1001, -1001, 1e9][number % 6] ?? 0;
          const at = T0 + chain.head.number + 1 + apart;
          const newEventId = (): string => (index === 0 ? idAt(at) + newId().slice(13) : newId());
          const { directoryId, events: written } = await chain.write([create(user(`u${number}`))], {
            events: 3,
            newEventId,
          });
          made.push(...written.map((event) => ({ ...event, directoryId })));
        }
      }
      for (const event of made) expect(await under.other.events.find(event.id)).toEqual(event);
      expect(await events.find(newId())).toBeUndefined();
      expect(await events.find(idAt(T0) + newId().slice(13))).toBeUndefined();
    });

    test('the seq at a time is that of the newest commit of that time or before', async () => {
      const chain = createChain(under.store.commits);
      const { id } = chain.directory;
      const { events } = under.other;
      expect(await events.seqAt(id, T0)).toBe(0);
      for (const count of [2, 1, 4]) await chain.write([create(user(`u${count}`))], { events: count });
      // The commits are of T0 + 1, 2 and 3.
      const asked = [T0, T0 + 1, T0 + 1.5, T0 + 2, T0 + 3, T0 + 1e9];
      expect(await Promise.all(asked.map((time) => events.seqAt(id, time)))).toEqual([0, 2, 2, 3, 7, 7]);
    });

    test('the place at a time is after everything up to it; the tail is the newest position', async () => {
      const chain = createChain(under.store.commits);
      const { partition } = chain.directory;
      const { events } = under.other;
      expect(await events.tail(partition)).toBe(0);
      expect(await events.placeAt(partition, T0)).toEqual({ position: 1, index: 0 });
      for (const count of [2, 1, 4]) await chain.write([create(user(`u${count}`))], { events: count });
      await waiting(under.store.outbox, partition, 3);
      expect(await events.tail(partition)).toBe(3);
      const seqsFrom = async (time: number): Promise<number[]> =>
        (await readAll(events, partition, 100, await events.placeAt(partition, time))).map(({ seq }) => seq);
      expect(await seqsFrom(T0)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await seqsFrom(T0 + 1)).toEqual([3, 4, 5, 6, 7]);
      expect(await seqsFrom(T0 + 2.5)).toEqual([4, 5, 6, 7]);
      const end = await events.placeAt(partition, T0 + 3);
      expect(await events.after(partition, end, 100)).toEqual([]);
      const later = await chain.write([create(user('later'))], { events: 2 });
      await waiting(under.store.outbox, partition, 4);
      expect(idsOf(await events.after(partition, end, 100))).toEqual(idsOf(later.events));
    });

    test('a body is kept to the byte', async () => {
      const chain = createChain(under.store.commits);
      const commit = chain.next([create(user('u1'))]);
      const bodies = ['{"a":"\\u0000 \\ud800 é 😀"}', `{"long":"${'x'.repeat(300_000)}"}`, ' { "spaced" : 1e3 } '];
      const events = bodies.map((body, index) => ({ id: `e${index}`, type: 'user.created', seq: index + 1, body }));
      expect(await under.store.commits.commit({ ...commit, events, lastSeq: 3 })).toBe('committed');
      expect(await under.store.events.ofDirectory(chain.directory.id, 0, 10)).toEqual(events);
    });

    test('the trace context of an event comes back wherever the event does, and only there', async () => {
      const { commits, events, outbox } = under.store;
      const chain = createChain(commits);
      const traced = await chain.write([create(user('u1'))], { events: 2, traceparent: TRACEPARENT });
      const plain = await chain.write([create(user('u2'))]);
      const all = [...traced.events, ...plain.events];
      expect(all.map(({ traceparent }) => traceparent)).toEqual([TRACEPARENT, TRACEPARENT, undefined]);
      const waitingNow = await waiting(outbox, chain.directory.partition, 2);
      expect(waitingNow.map((commit) => commit.events)).toEqual([traced.events, plain.events]);
      expect(await events.ofDirectory(chain.directory.id, 0, 10)).toEqual(all);
      expect(await readAll(events, chain.directory.partition, 10)).toEqual(
        all.map((event) => expect.objectContaining(event)),
      );
      const [first] = await readAll(events, chain.directory.partition, 10);
      expect(first?.traceparent).toBe(TRACEPARENT);
    });

    test('each consumer group has a cursor of its own in each partition, at the start until it is saved', async () => {
      const { events } = under.store;
      const [one, two] = [newPartition(), newPartition()];
      expect(await events.loadCursor('a', one)).toEqual(START);
      await events.saveCursor('a', one, { position: 3, index: 2 });
      await events.saveCursor('a', one, { position: 4, index: 1 });
      await events.saveCursor('b', one, { position: 1, index: 1 });
      expect(await under.other.events.loadCursor('a', one)).toEqual({ position: 4, index: 1 });
      expect(await events.loadCursor('b', one)).toEqual({ position: 1, index: 1 });
      expect(await events.loadCursor('a', two)).toEqual(START);
    });

    describeFaults(harness, 'a position that is not there yet', (faults) => {
      test('ends the reading before it', async () => {
        const chain = createChain(under.store.commits);
        const { partition } = chain.directory;
        const first = await chain.write([create(user('u1'))]);
        await waiting(under.store.outbox, partition, 1);
        const beyond = await chain.write([create(user('u2'))]);
        await faults.placeBeyondGap(beyond);
        expect(idsOf(await readAll(under.store.events, partition, 10))).toEqual(idsOf(first.events));
      });
    });
  });
}
