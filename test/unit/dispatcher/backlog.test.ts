import fc from 'fast-check';
import { readWindow, relabel } from '../../../services/dispatcher/read-window.js';
import {
  createWindow,
  forget,
  land,
  offer,
  resume,
  rewind,
  start,
  wantsMore,
  type Entry,
  type Reader,
} from '../../../services/dispatcher/window.js';
import { inLogOrder, type DeliveryStore } from '../../../shared/store/deliveries.js';
import {
  placeBeforeLog,
  UNFINISHED_STATUSES,
  type Delivery,
  type DeliveryStatus,
} from '../../../shared/webhooks/delivery.js';
import { newRow } from './rows.js';

/** A window whose memory has room for a handful of lane keys, over a store that is an array. */

const KEYS_MAX = 4;
type End = 'delivered' | 'retrying' | 'parked';

function openBench() {
  const rows: Delivery[] = [];
  const ready: Entry[] = [];
  const inFlight: Entry[] = [];
  const firstTimes: number[] = [];
  const replayed = new Set<string>();
  let now = 1_000_000;
  const reader = (): Reader => ({ owner: 'me', soleOwner: false, now });
  const window = createWindow(0, 'endpoint', true, (entry) => ready.push(entry), KEYS_MAX);
  const set = (id: string, some: Partial<Delivery>): void => {
    const index = rows.findIndex((row) => row.id === id);
    const row = rows[index];
    if (row !== undefined) rows[index] = { ...row, ...some };
  };
  const deliveries: Pick<DeliveryStore, 'queue' | 'relabel'> = {
    queue: async (_partition, _endpoint, statuses, after, limit) =>
      rows
        .filter((row) => statuses.includes(row.status) && (after === undefined || inLogOrder(row, after) > 0))
        .sort(inLogOrder)
        .slice(0, limit),
    relabel: async (ids, from, to) => {
      for (const row of [...rows]) if (ids.includes(row.id) && row.status === from) set(row.id, { status: to });
    },
  };
  const deps = { deliveries, clock: () => now, signal: new AbortController().signal };
  const unfinished = (): Delivery[] => rows.filter(({ status }) => UNFINISHED_STATUSES.includes(status));
  const readOn = async (): Promise<void> => {
    resume(window, now);
    if (!wantsMore(window)) return;
    if (window.backlog.isDue) rewind(window);
    await readWindow(window, 'further', deps, reader());
  };
  return {
    window,
    firstTimes,
    keysOf: (seq: number): readonly string[] => rows.find((row) => row.seq === seq)?.laneKeys ?? [],
    unfinished,
    insert(laneKeys: readonly string[]): void {
      const seq = rows.length + 1;
      const row = newRow({ id: String(seq), offset: seq, seq, laneKeys });
      rows.push(row);
      offer(window, row, reader());
    },
    /** Of an operational event: nobody is told of the row but by the store. */
    insertBeforeLog(): void {
      const id = String(rows.length + 1);
      rows.push(newRow({ id, ...placeBeforeLog(id), laneKeys: [], body: '{}' }));
    },
    startNext(): void {
      const entry = ready.shift();
      if (entry === undefined || !start(entry)) return;
      expect(inFlight.filter((one) => shareKey(one, entry))).toEqual([]);
      const earlier = unfinished().filter((row) => shareKey(row, entry) && inLogOrder(row, entry) < 0);
      // What is sent again by hand is seen when it was read.
      expect(earlier.filter(({ id }) => !replayed.has(id))).toEqual([]);
      set(entry.row.id, { status: 'sending', leaseOwner: 'me' });
      inFlight.push(entry);
    },
    end(pick: number, status: End): void {
      const [entry] = inFlight.splice(pick % Math.max(inFlight.length, 1), 1);
      if (entry === undefined) return;
      const next = { status, leaseOwner: null, nextAttemptAt: status === 'retrying' ? now + 10 : null };
      set(entry.row.id, next);
      if (status !== 'delivered') return land(entry, { ...entry.row, ...next }, reader());
      if (!replayed.has(entry.row.id) && entry.row.body === null) firstTimes.push(entry.seq);
      forget(entry);
    },
    byHand(pick: number, from: readonly DeliveryStatus[], to: DeliveryStatus): void {
      const some = rows.filter(({ status }) => from.includes(status));
      const row = some[pick % Math.max(some.length, 1)];
      if (row === undefined) return;
      if (!UNFINISHED_STATUSES.includes(row.status)) replayed.add(row.id);
      set(row.id, { status: to, attempts: 0, nextAttemptAt: null });
    },
    readOn,
    async recheck(): Promise<void> {
      await readWindow(window, 'changes', deps, reader());
      await relabel(window, deps);
    },
    wait: (): void => void (now += 10),
    hasWork: (): boolean => ready.length > 0 || inFlight.length > 0 || wantsMore(window),
    atOnce: (): number => inFlight.length,
  };
}

const shareKey = (a: { laneKeys: readonly string[] }, b: { laneKeys: readonly string[] }): boolean =>
  a.laneKeys.some((key) => b.laneKeys.includes(key));

type Bench = ReturnType<typeof openBench>;

/** Sends all that can be sent, each with success. */
async function settle(bench: Bench): Promise<void> {
  for (let guard = 0; bench.hasWork(); guard += 1) {
    expect(guard).toBeLessThan(2_000);
    await bench.readOn();
    for (let count = 0; count < 100; count += 1) bench.startNext();
    while (bench.atOnce() > 0) bench.end(0, 'delivered');
  }
}

const keys = fc.uniqueArray(fc.nat(9).map(String), { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('insert' as const), keys }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('tell' as const) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('start' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('end' as const),
      pick: fc.nat(1000),
      status: fc.constantFrom<End>('delivered', 'retrying', 'parked'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('readOn' as const, 'recheck' as const, 'wait' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('retry' as const, 'skip' as const, 'replay' as const),
      pick: fc.nat(1000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(bench: Bench, one: Step): Promise<void> {
  switch (one.act) {
    case 'insert':
      return bench.insert(one.keys);
    case 'tell':
      return bench.insertBeforeLog();
    case 'start':
      return bench.startNext();
    case 'end':
      return bench.end(one.pick, one.status);
    case 'wait':
      return bench.wait();
    case 'readOn':
      return bench.readOn();
    case 'recheck':
      return bench.recheck();
    case 'retry':
      return bench.byHand(one.pick, ['parked', 'retrying'], 'pending');
    case 'skip':
      return bench.byHand(one.pick, ['parked', 'retrying'], 'canceled');
    case 'replay':
      return bench.byHand(one.pick, ['delivered', 'canceled'], 'pending');
  }
}

test('for any course of failures, retries and skips, each key keeps its order and nothing waits but behind a failing one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
      const bench = openBench();
      for (const one of steps) await take(bench, one);
      await bench.recheck();
      await settle(bench);
      const waiting = bench.unfinished();
      const stuck = waiting.filter(
        (row) =>
          row.status !== 'parked' &&
          row.status !== 'retrying' &&
          !waiting.some((other) => shareKey(other, row) && inLogOrder(other, row) < 0),
      );
      expect(stuck).toEqual([]);
      // What nothing comes before is retried once it is due.
      bench.wait();
      await bench.recheck();
      await bench.readOn();
      await settle(bench);
      const left = bench.unfinished();
      expect(
        left.filter(
          (row) => row.status !== 'parked' && !left.some((one) => shareKey(one, row) && inLogOrder(one, row) < 0),
        ),
      ).toEqual([]);
      for (let key = 0; key <= 9; key += 1) {
        const seqs = bench.firstTimes.filter((seq) => bench.keysOf(seq).includes(String(key)));
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 300 },
  );
});

test('a hundred blocked deliveries of many keys leave room for what is about something else', async () => {
  const bench = openBench();
  bench.insert(['group']);
  bench.startNext();
  bench.end(0, 'parked');
  for (let number = 0; number < 100; number += 1) bench.insert(['group', `member-${number}`, `friend-${number}`]);
  bench.insert(['other']);
  bench.insert(['member-7']);
  await settle(bench);
  await bench.recheck();
  expect(bench.unfinished().map(({ status }) => status)).toEqual(['parked', ...Array<string>(101).fill('blocked')]);
  expect(bench.window.keys).toBeLessThanOrEqual(KEYS_MAX + 2);
  bench.byHand(0, ['parked'], 'canceled');
  await bench.recheck();
  await settle(bench);
  expect(bench.unfinished()).toEqual([]);
});
