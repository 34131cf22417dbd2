import { createFlights } from '../../../services/dispatcher/flights.js';
import { createWindow, offer } from '../../../services/dispatcher/window.js';
import { systemClock } from '../../../shared/runtime/clock.js';
import type { Settlement } from '../../../shared/store/deliveries.js';
import { eventually } from '../../support/eventually.js';
import { silent } from '../../support/ingest.js';
import { newRow } from './rows.js';

const reader = { owner: 'me', soleOwner: true, now: 0 };
const unused = (): never => {
  throw new Error('nothing is sent');
};

/** Flights to endpoints that are all deleted. `isOpen`: whether their deliveries can still be claimed. */
function openBench(isOpen: boolean) {
  const settled: Settlement[] = [];
  const claimed: string[] = [];
  const flights = createFlights(
    {
      deliveries: {
        claim: async (rows: readonly { readonly id: string }[]) => {
          const ids = rows.map(({ id }) => id);
          claimed.push(...ids);
          return new Set(isOpen ? ids : []);
        },
        settle: async (settlements) => void settled.push(...settlements),
        attempts: unused,
        move: unused,
      },
      endpoints: {
        read: async () => [],
        refresh: async () => [],
        get: async () => undefined,
        known: () => undefined,
        signerOf: unused,
        setFailingSince: unused,
        disable: unused,
        setTold: unused,
      },
      bodies: { of: async () => new Map() },
      courier: { attempt: unused, close: unused },
      owner: 'me',
      soleOwner: true,
      retrySchedule: [],
      metrics: { settled: () => undefined },
      clock: systemClock,
      logger: silent,
    },
    new AbortController().signal,
    () => undefined,
  );
  const window = createWindow(0, 'endpoint', true, (entry) => flights.add(entry));
  for (const seq of [1, 2]) offer(window, newRow({ id: `${seq}`, offset: seq, seq }), reader);
  return { settled, claimed, flights, window };
}

test('what is ready for a deleted endpoint is canceled and let go', async () => {
  const { settled, window } = openBench(true);
  await eventually('nothing left', () => window.entries.size === 0);
  expect(settled).toMatchObject(
    ['1', '2'].map((deliveryId) => ({ deliveryId, status: 'canceled', lastError: 'the endpoint was deleted' })),
  );
  expect(window.busy).toBe(0);
});

test('what could not be claimed is not sent, and holds up its lane until it was read again', async () => {
  const { settled, claimed, flights, window } = openBench(false);
  await eventually('claimed', () => claimed.length > 0);
  await flights.landed(0);
  expect([claimed, settled]).toEqual([['1'], []]);
  expect([...window.entries.values()].map(({ state }) => state)).toEqual(['paused', 'waiting']);
});
