import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { createWakeup, type Wakeup } from '../../shared/runtime/wakeup.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import type { Endpoints } from './endpoints.js';
import { followEndpoints } from './follow-endpoints.js';
import { insist } from './insist.js';
import { readWindow, relabel } from './read-window.js';
import {
  createWindow,
  doubt,
  empty,
  offer,
  resume,
  rewind,
  wantsMore,
  type Entry,
  type Reader,
  type Window,
} from './window.js';

export interface PartitionDeps {
  readonly deliveries: DeliveryStore;
  readonly endpoints: Endpoints;
  readonly owner: string;
  readonly soleOwner: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onReady: (entry: Entry) => void;
  /** How many partitions this process reads. */
  readonly openPartitions: () => number;
  /** Called after each look at the endpoints: some may have been enabled or disabled. */
  readonly onLooked: () => void;
}

/** The deliveries of one log partition while this process owns it. */
export interface Partition {
  /** Takes over deliveries that were just inserted. */
  offer(rows: readonly Delivery[]): void;
  /** The store may have deliveries that were not offered: until it was read anew, nothing that is new starts. */
  doubt(): void;
  /** Others may have changed something: it is looked at now. */
  look(): void;
  /** Some of a window's deliveries are over: there may be room for more. */
  refill(window: Window): void;
  /** How many deliveries wait for a retry or an operator. */
  failing(): number;
  /** Nothing more of it starts. Resolves when it no longer reads. */
  close(): Promise<void>;
}

/** How often the store is asked what others have changed: an operator's retry, an endpoint that was enabled or is gone. */
const POLL_MS = 1_000;
/** Where they say so and nothing is going on, it is asked in case they could not. */
const IDLE_POLL_MS = 5_000;
/** With much to read it is asked less often, so that the polls of all partitions together take a hundredth of the time … */
const POLL_REST = 100;
/** … but never less often than this. */
const POLL_MAX_MS = 5_000;
/** A backlog that was read anew is read again only after so many times as long. */
const REWIND_REST = 4;

interface Reading extends PartitionDeps {
  readonly partition: number;
  readonly windows: Map<string, Window>;
  readonly refills: Set<Window>;
  readonly wakeup: Wakeup;
  readonly signal: AbortSignal;
  /** Whether everything was read since the last doubt. */
  isLoaded: boolean;
  doubts: number;
  /** When the store is looked at anew, by `performance.now()`. */
  pollAt: number;
}

/** `before`: when this process owned the partition before, the end of that. */
export function openPartition(partition: number, before: Promise<unknown>, deps: PartitionDeps): Partition {
  const closing = new AbortController();
  const reading: Reading = {
    ...deps,
    partition,
    windows: new Map(),
    refills: new Set(),
    wakeup: createWakeup(),
    signal: closing.signal,
    isLoaded: false,
    doubts: 0,
    pollAt: 0,
  };
  const ended = before.then(() => keepReading(reading));
  return {
    offer(rows) {
      // It was idle, and its next look is that of an idle one.
      if (reading.windows.size === 0) lookWithin(reading, POLL_MS);
      const reader = readerOf(reading);
      for (const row of rows) {
        const window = windowOf(reading, row.endpointId);
        offer(window, row, reader);
        refill(reading, window);
      }
    },
    doubt() {
      reading.doubts += 1;
      reading.isLoaded = false;
      for (const window of reading.windows.values()) doubt(window);
      reading.wakeup.wake();
    },
    look: () => lookWithin(reading, 0),
    refill: (window) => refill(reading, window),
    failing: () =>
      [...reading.windows.values()].reduce((sum, { paused, backlog }) => sum + paused.size + backlog.failing.size, 0),
    async close() {
      for (const window of reading.windows.values()) window.isClosed = true;
      closing.abort();
      await ended;
    },
  };
}

function lookWithin(reading: Reading, ms: number): void {
  const at = performance.now() + ms;
  if (reading.pollAt <= at) return;
  reading.pollAt = at;
  reading.wakeup.wake();
}

const readerOf = ({ owner, soleOwner, clock }: Reading): Reader => ({ owner, soleOwner, now: clock() });

function windowOf({ windows, partition, isLoaded, onReady }: Reading, endpointId: string): Window {
  const known = windows.get(endpointId);
  if (known !== undefined) return known;
  // Once everything was read, an endpoint without a window has nothing in the store.
  const window = createWindow(partition, endpointId, isLoaded, onReady);
  windows.set(endpointId, window);
  return window;
}

function refill({ refills, wakeup, endpoints }: Reading, window: Window): void {
  if (!wantsMore(window) || endpoints.known(window.endpointId)?.enabled !== true) return;
  refills.add(window);
  wakeup.wake();
}

/** Never rejects: what fails is logged and done again. */
async function keepReading(reading: Reading): Promise<void> {
  const { signal, wakeup, windows, refills, clock } = reading;
  const work = `read the deliveries of partition ${reading.partition}`;
  while (!signal.aborted) {
    try {
      if (!reading.isLoaded || performance.now() >= reading.pollAt) {
        const start = performance.now();
        // Set before the look: told of a change meanwhile, it looks once more.
        reading.pollAt = Infinity;
        await insist(work, () => poll(reading), reading.logger, signal);
        const rest = (performance.now() - start) * POLL_REST * reading.openPartitions();
        const leastMs = reading.soleOwner && windows.size === 0 ? IDLE_POLL_MS : POLL_MS;
        const pauseMs = Math.min(Math.max(rest, leastMs), POLL_MAX_MS);
        reading.pollAt = Math.min(reading.pollAt, performance.now() + pauseMs);
      }
      for (const window of refills) {
        refills.delete(window);
        if (wantsMore(window)) await insist(work, () => readOn(window, reading), reading.logger, signal);
      }
    } catch {
      continue; // only when closing
    }
    const resumesAt = Math.min(...[...windows.values()].map((window) => resume(window, clock())));
    const rewindsAt = Math.min(...[...windows.values()].map((window) => nextRewind(window, reading)));
    const now = performance.now();
    // A timer counts whole milliseconds: cut short, it would go off before the time, only to be set once more.
    await wakeup.wait(
      Math.max(Math.ceil(Math.min(reading.pollAt - now, resumesAt - clock(), rewindsAt - now)), 1),
      signal,
    );
  }
}

/** When a backlog that is due will be read; Infinity when none is. Those that may be read now are marked for it. */
function nextRewind(window: Window, { refills }: Reading): number {
  if (!window.backlog.isDue || !wantsMore(window)) return Infinity;
  refills.add(window);
  return window.rewindAt;
}

async function readOn(window: Window, reading: Reading): Promise<void> {
  const isRewinding = window.backlog.isDue && performance.now() >= window.rewindAt;
  const start = performance.now();
  if (isRewinding) rewind(window);
  await readWindow(window, reading.isLoaded ? 'further' : 'all', reading, readerOf(reading));
  if (isRewinding) window.rewindAt = performance.now() + (performance.now() - start) * REWIND_REST;
}

/** Looks at everything anew. */
async function poll(reading: Reading): Promise<void> {
  const { partition, windows, signal, onLooked, doubts } = reading;
  const before = new Set(windows.keys());
  const { sendable, resting } = await followEndpoints(partition, reading);
  for (const id of resting) empty(windowOf(reading, id));
  for (const id of new Set([...sendable, ...before])) {
    if (signal.aborted) return;
    if (resting.has(id)) continue;
    const window = windowOf(reading, id);
    if (!sendable.has(id) && isIdle(window)) {
      windows.delete(id);
      continue;
    }
    await readWindow(window, reading.isLoaded ? 'changes' : 'all', reading, readerOf(reading));
    await relabel(window, reading);
    refill(reading, window);
  }
  reading.isLoaded = reading.doubts === doubts;
  onLooked();
}

/** Nothing is in it, and the store has nothing for it. */
const isIdle = (window: Window): boolean => window.entries.size === 0 && window.isComplete;
