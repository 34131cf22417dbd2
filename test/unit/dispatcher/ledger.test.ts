import { createLedger } from '../../../services/dispatcher/ledger.js';
import type { Settlement } from '../../../shared/store/deliveries.js';
import { silent } from '../../support/ingest.js';

const T0 = 1_000;

const settlement = (deliveryId: string): Settlement => ({
  deliveryId,
  status: 'delivered',
  attempts: 1,
  nextAttemptAt: null,
  lastError: null,
});

test('what ends together, or while a write is under way, is one write', async () => {
  const writes: string[][] = [];
  let begun = (): void => undefined;
  let goOn = (): void => undefined;
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const store = {
    async settle(settlements: readonly Settlement[]) {
      writes.push(settlements.map(({ deliveryId }) => deliveryId));
      begun();
      await mayGoOn;
    },
  };
  const ledger = createLedger(store, silent, new AbortController().signal);
  const first = ['a', 'b'].map((id) => ledger.settle(settlement(id), T0));
  await isBegun;
  const second = ['c', 'd'].map((id) => ledger.settle(settlement(id), T0));
  goOn();
  await Promise.all([...first, ...second]);
  expect(writes).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a write that fails is done again, with those that came meanwhile after it', async () => {
  const written: string[] = [];
  let failures = 1;
  const store = {
    async settle(settlements: readonly Settlement[]) {
      if ((failures -= 1) >= 0) throw new Error('away');
      written.push(...settlements.map(({ deliveryId }) => deliveryId));
    },
  };
  const ledger = createLedger(store, silent, new AbortController().signal);
  await Promise.all([ledger.settle(settlement('a'), T0), ledger.settle(settlement('b'), T0)]);
  expect(written).toEqual(['a', 'b']);
});

test('once the store is given up, it says so, and goes on with the next', async () => {
  const giveUp = new AbortController();
  const store = { settle: () => Promise.reject(new Error('away')) };
  const ledger = createLedger(store, silent, giveUp.signal);
  const waiting = ledger.settle(settlement('a'), T0);
  giveUp.abort();
  await expect(waiting).rejects.toThrow('away');
  await expect(ledger.settle(settlement('b'), T0)).rejects.toThrow('away');
});

test('a plan by a clock that was ahead is written with the time of that clock, although it is right again (lost for an hour)', async () => {
  const writes: number[] = [];
  const store = { settle: async (_: readonly Settlement[], at: number) => void writes.push(at) };
  const ledger = createLedger(store, silent, new AbortController().signal);
  const ahead = T0 + 3_600_000;
  await Promise.all([ledger.settle(settlement('a'), T0), ledger.settle(settlement('b'), ahead)]);
  await ledger.settle(settlement('c'), T0 + 1);
  expect(writes).toEqual([ahead, T0 + 1]);
});
