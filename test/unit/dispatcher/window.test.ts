import fc from 'fast-check';
import {
  adopt,
  createWindow,
  empty,
  findMislabeled,
  forget,
  land,
  offer,
  resume,
  start,
  wantsMore,
  type Entry,
  type Reader,
  type Window,
} from '../../../services/dispatcher/window.js';
import type { Delivery, DeliveryStatus } from '../../../shared/webhooks/delivery.js';
import { newRow } from './rows.js';

const NOW = 1_000_000;
const reader: Reader = { owner: 'me', soleOwner: false, now: NOW };
const seqs = (entries: Iterable<Entry>): number[] => [...entries].map(({ seq }) => seq);

interface Bench {
  readonly window: Window;
  readonly ready: Entry[];
}
const open = (isComplete = true): Bench => {
  const ready: Entry[] = [];
  return { window: createWindow(0, 'endpoint', isComplete, (entry) => ready.push(entry)), ready };
};
const row = (seq: number, user: string, some: Partial<Delivery> = {}): Delivery =>
  newRow({ id: `${seq}`, offset: seq, seq, laneKeys: [user], ...some });

describe('what a row may do', () => {
  test.each<[string, Partial<Delivery>, number | undefined]>([
    ['pending', {}, undefined],
    ['blocked', {}, undefined],
    ['retrying, due', { nextAttemptAt: NOW }, undefined],
    ['retrying', { nextAttemptAt: NOW + 5 }, NOW + 5],
    ['retrying, planned by a clock that was ahead', { nextAttemptAt: 5 * NOW, updatedAt: 4 * NOW }, undefined],
    ['sending, by a process that may still be there', { leaseOwner: 'other', leaseUntil: NOW + 5 }, NOW + 5],
    ['sending, by one whose lease is over', { leaseOwner: 'other', leaseUntil: NOW }, undefined],
    [
      'sending, by one whose clock was ahead',
      { leaseOwner: 'other', leaseUntil: 5 * NOW, updatedAt: 4 * NOW },
      undefined,
    ],
    ['sending, by this process in an earlier turn', { leaseOwner: 'me', leaseUntil: NOW + 5 }, undefined],
    ['parked', {}, Infinity],
    ['held', {}, Infinity],
  ])('%s', (name, some, pausedUntil) => {
    const { window, ready } = open();
    const status = name.replace(/,.*/, '') as DeliveryStatus;
    adopt(window, row(1, 'u', { status, ...some }), reader);
    adopt(window, row(2, 'u'), reader);
    adopt(window, row(3, 'v'), reader);
    expect(seqs(ready)).toEqual(pausedUntil === undefined ? [1, 3] : [3]);
    expect(resume(window, NOW)).toBe(pausedUntil ?? Infinity);
    if (pausedUntil === undefined || pausedUntil === Infinity) return;
    expect(resume(window, pausedUntil)).toBe(Infinity);
    expect(seqs(ready)).toEqual([3, 1]);
  });

  test('where no other process can be, a lease of another is over', () => {
    const { window, ready } = open();
    const sending = row(1, 'u', { status: 'sending', leaseOwner: 'other', leaseUntil: NOW + 5 });
    adopt(window, sending, { ...reader, soleOwner: true });
    expect(seqs(ready)).toEqual([1]);
  });
});

test('what an operator retries goes on at once', () => {
  const { window, ready } = open();
  adopt(window, row(1, 'u', { status: 'parked' }), reader);
  adopt(window, row(2, 'u'), reader);
  expect(seqs(ready)).toEqual([]);
  adopt(window, row(1, 'u'), reader);
  expect(seqs(ready)).toEqual([1]);
});

test('what was read before something happened here does not undo it', () => {
  const { window, ready } = open();
  for (const seq of [1, 2]) adopt(window, row(seq, 'u'), reader);
  const [first] = ready;
  expect(first !== undefined && start(first)).toBe(true);
  if (first !== undefined) forget(first);
  adopt(window, row(1, 'u'), reader);
  expect(seqs(window.entries.values())).toEqual([2]);
  expect(seqs(ready)).toEqual([1, 2]);
});

test('new deliveries are left to the store while it has older ones, and when there are too many', () => {
  const behind = open(false);
  offer(behind.window, row(1, 'u'), reader);
  expect([behind.window.entries.size, behind.window.hasNewer]).toEqual([0, true]);

  const { window } = open();
  for (let seq = 1; seq <= 3000; seq += 1) offer(window, row(seq, `${seq}`), reader);
  expect([window.entries.size, window.isComplete, window.reached?.seq]).toEqual([100, false, 100]);
  expect(wantsMore(window)).toBe(false); // there is enough to do
});

test('a window that is emptied keeps what is in flight, and starts nothing', () => {
  const { window, ready } = open();
  for (let seq = 1; seq <= 4; seq += 1) offer(window, row(seq, seq < 3 ? 'u' : 'v'), reader);
  const [first] = ready;
  expect(first !== undefined && start(first)).toBe(true);
  empty(window);
  expect(seqs(window.entries.values())).toEqual([1]);
  expect(ready.slice(1).map(start)).toEqual([false]);
  expect([window.keys, window.busy, window.isComplete]).toEqual([1, 1, false]);
});

test('rows say blocked while they wait behind one that failed, and pending when they no longer do', () => {
  const { window } = open();
  const failed = row(1, 'u', { status: 'retrying', nextAttemptAt: NOW + 5 });
  for (const one of [failed, row(2, 'u'), row(3, 'u', { status: 'blocked' }), row(4, 'v', { status: 'blocked' })]) {
    adopt(window, one, reader);
  }
  expect(seqs(findMislabeled(window))).toEqual([2, 4]);
});

const step = fc.oneof(
  fc.record({ act: fc.constant('offer' as const), keys: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }) }),
  fc.record({ act: fc.constant('start' as const) }),
  fc.record({
    act: fc.constant('end' as const),
    pick: fc.nat(1000),
    status: fc.constantFrom<DeliveryStatus>('delivered', 'delivered', 'retrying', 'parked', 'canceled'),
  }),
  fc.record({ act: fc.constant('wait' as const) }),
  fc.record({ act: fc.constantFrom('retry' as const, 'replay' as const), pick: fc.nat(1000) }),
);

test('for any outcomes: never two in flight that share a key, each key in order, and whatever is not behind a failure gets through', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const { window, ready } = open();
      const inFlight: Entry[] = [];
      const over: Entry[] = [];
      let [seq, now] = [0, NOW];
      const at = (): Reader => ({ ...reader, now });
      const startNext = (): void => {
        const entry = ready.shift();
        if (entry === undefined || !start(entry)) return;
        const rivals = [...window.entries.values()].filter((one) => one !== entry && shareKey(one, entry));
        expect(rivals.filter((one) => inFlight.includes(one) || one.seq < entry.seq)).toEqual([]);
        inFlight.push(entry);
      };
      const end = (entry: Entry, status: DeliveryStatus): void => {
        inFlight.splice(inFlight.indexOf(entry), 1);
        if (status === 'delivered' || status === 'canceled') {
          over.push(entry);
          forget(entry);
        } else land(entry, { ...entry.row, status, nextAttemptAt: status === 'retrying' ? now + 10 : null }, at());
      };
      for (const one of steps) {
        window.changed.clear();
        if (one.act === 'offer') offer(window, row((seq += 1), '', { laneKeys: one.keys.map(String) }), at());
        if (one.act === 'start') startNext();
        if (one.act === 'wait') resume(window, (now += 10));
        const chosen = inFlight[one.act === 'end' ? one.pick % inFlight.length : -1];
        if (one.act === 'end' && chosen !== undefined) end(chosen, one.status);
        const failed = [...window.paused];
        const retried = failed[one.act === 'retry' ? one.pick % failed.length : -1];
        if (retried !== undefined) adopt(window, { ...retried.row, status: 'pending', attempts: 0 }, at());
        const ended = over[one.act === 'replay' ? one.pick % over.length : -1];
        if (ended !== undefined) adopt(window, { ...ended.row, status: 'pending', attempts: 0 }, at());
      }
      // From here on the receiver is well.
      resume(window, now + 10);
      for (let guard = 0; guard < 1000 && (ready.length > 0 || inFlight.length > 0); guard += 1) {
        for (const entry of [...inFlight]) end(entry, 'delivered');
        while (ready.length > 0) startNext();
      }
      const left = [...window.entries.values()];
      const parked = left.filter(({ row: { status } }) => status === 'parked');
      for (const entry of left) {
        expect(parked.includes(entry) || left.some((one) => one.seq < entry.seq && shareKey(one, entry))).toBe(true);
      }
      const firstTimes = over.filter((one, index) => over.findIndex(({ seq: same }) => same === one.seq) === index);
      expect(new Set(seqs([...over, ...left])).size).toBe(seq);
      expect([window.busy, window.keys]).toEqual([0, left.reduce((sum, { laneKeys }) => sum + laneKeys.length, 0)]);
      for (let key = 0; key <= 5; key += 1) {
        const ofKey = seqs(firstTimes.filter(({ laneKeys }) => laneKeys.includes(String(key))));
        expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
      }
    }),
  );
});

const shareKey = (a: Entry, b: Entry): boolean => a.laneKeys.some((key) => b.laneKeys.includes(key));
