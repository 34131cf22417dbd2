import { inLogOrder, type DeliveryOrder } from '../../shared/store/deliveries.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { behindFailing, createLanes, type Lanes, type Ordered } from './lanes.js';

/**
 * A delivery in memory.
 *
 *   waiting ──▶ inFlight ──▶ over, and forgotten
 *      ▲            │
 *      └── paused ◀─┘   until its retry is due or a former owner's lease has ended; without end when it is parked or held
 */
export interface Entry extends Ordered {
  /** As it was last read or written. */
  row: Delivery;
  readonly window: Window;
  state: 'waiting' | 'inFlight' | 'paused';
  /** While paused. Milliseconds since the epoch, or Infinity. */
  pausedUntil: number;
  /** Whether it stands among those that are ready. */
  isQueued: boolean;
}

/** The first of an endpoint's and partition's deliveries that are not over, as far as memory allows. The store has them all. */
export interface Window {
  readonly partition: number;
  readonly endpointId: string;
  readonly entries: Map<string, Entry>;
  readonly lanes: Lanes<Entry>;
  readonly paused: Set<Entry>;
  /** Up to where deliveries were taken in; undefined: none yet. */
  reached: DeliveryOrder | undefined;
  /** Whether the store has nothing beyond `reached`. */
  isComplete: boolean;
  /** Whether the store may have got deliveries that were not taken in since the last reading of it began. */
  hasNewer: boolean;
  /** Deliveries that changed here since the last reading of the store began: what it has of them may be older. */
  readonly changed: Set<string>;
  /** Sum of the entries' lane keys: the measure of memory. */
  keys: number;
  /** How many entries are ready or in flight. */
  busy: number;
  /** Nothing of a closed window starts. */
  isClosed: boolean;
  /** Called with each entry that is ready to start. */
  readonly onReady: (entry: Entry) => void;
}

/** With so many lane keys, no more is read until some of it is over. */
const KEYS_MAX = 20_000;
/** New deliveries are taken in as they come up to here; what is more is read from the store later. */
const OFFERED_KEYS = 2_000;
/** With fewer than this ready or in flight, more is read. */
const FEW = 64;

/** Whose reading it is, for what leases mean to it. */
export interface Reader {
  readonly owner: string;
  /** Nobody else sends: any other's lease is that of a process which has ended. */
  readonly soleOwner: boolean;
  readonly now: number;
}

/** `isComplete`: whether it is known that the store has nothing for it. */
export const createWindow = (
  partition: number,
  endpointId: string,
  isComplete: boolean,
  onReady: (entry: Entry) => void,
): Window => ({
  partition,
  endpointId,
  entries: new Map(),
  lanes: createLanes(),
  paused: new Set(),
  reached: undefined,
  isComplete,
  hasNewer: false,
  changed: new Set(),
  keys: 0,
  busy: 0,
  isClosed: false,
  onReady,
});

export const wantsMore = (window: Window): boolean =>
  !window.isClosed && !window.isComplete && window.busy < FEW && window.keys < KEYS_MAX;

/** Takes in a delivery that was just inserted, unless there is older work in the store or too much in memory. */
export function offer(window: Window, row: Delivery, reader: Reader): void {
  if (window.reached !== undefined && inLogOrder(row, window.reached) <= 0) return; // inserted before
  if (window.isComplete && window.keys < OFFERED_KEYS) {
    window.reached = row;
    window.changed.add(row.id);
    add(window, row, reader);
  } else doubt(window);
}

/** The store may have deliveries that were never offered: what is offered next is left to it too. */
export function doubt(window: Window): void {
  window.isComplete = false;
  window.hasNewer = true;
}

/** Brings a row as the store has it into memory. */
export function adopt(window: Window, row: Delivery, reader: Reader): void {
  if (window.changed.has(row.id)) return;
  const entry = window.entries.get(row.id);
  if (entry === undefined) return add(window, row, reader);
  if (entry.state === 'inFlight') return;
  entry.row = row;
  place(entry, pauseOf(row, reader));
}

function add(window: Window, row: Delivery, reader: Reader): void {
  const { offset, seq, laneKeys } = row;
  const entry: Entry = { offset, seq, laneKeys, row, window, state: 'waiting', pausedUntil: 0, isQueued: false };
  window.entries.set(row.id, entry);
  window.lanes.add(entry);
  window.keys += laneKeys.length;
  place(entry, pauseOf(row, reader));
}

/** Until when nothing may happen to a row; 0 when it may start. */
function pauseOf({ status, nextAttemptAt, leaseOwner, leaseUntil }: Delivery, reader: Reader): number {
  const ifLater = (at: number | null): number => (at !== null && at > reader.now ? at : 0);
  switch (status) {
    case 'retrying':
      return ifLater(nextAttemptAt);
    case 'sending':
      return reader.soleOwner || leaseOwner === reader.owner ? 0 : ifLater(leaseUntil);
    case 'parked':
    case 'held':
      return Infinity;
    case 'pending':
    case 'blocked':
    case 'delivered':
    case 'canceled':
      return 0;
  }
}

function place(entry: Entry, pausedUntil: number): void {
  const { paused } = entry.window;
  entry.pausedUntil = pausedUntil;
  entry.state = pausedUntil > 0 ? 'paused' : 'waiting';
  if (pausedUntil > 0) paused.add(entry);
  else paused.delete(entry);
  announce(entry);
}

const isReady = (entry: Entry): boolean =>
  entry.state === 'waiting' &&
  !entry.window.isClosed &&
  entry.window.entries.get(entry.row.id) === entry &&
  entry.window.lanes.isFree(entry);

function announce(entry: Entry): void {
  if (entry.isQueued || !isReady(entry)) return;
  entry.isQueued = true;
  entry.window.busy += 1;
  entry.window.onReady(entry);
}

/** Takes an entry out of those that are ready, to start it. False when something has come between. */
export function start(entry: Entry): boolean {
  const { window } = entry;
  entry.isQueued = false;
  if (!isReady(entry)) {
    window.busy -= 1;
    return false;
  }
  entry.state = 'inFlight';
  window.lanes.start(entry);
  window.changed.add(entry.row.id);
  return true;
}

/** An entry in flight has landed and is not over: `row` is what it has become. */
export function land(entry: Entry, row: Delivery, reader: Reader): void {
  const { window } = entry;
  window.busy -= 1;
  window.changed.add(row.id);
  entry.row = row;
  const free = window.lanes.stop(entry);
  place(entry, pauseOf(row, reader));
  free.forEach(announce);
}

/** It is over here: delivered, canceled, or no longer this reader's business. */
export function forget(entry: Entry): void {
  const { window, row } = entry;
  if (entry.state === 'inFlight') window.busy -= 1;
  window.changed.add(row.id);
  if (!window.entries.delete(row.id)) return;
  window.paused.delete(entry);
  window.keys -= entry.laneKeys.length;
  window.lanes.remove(entry).forEach(announce);
}

/** Lets go of all that is not in flight: the store has it. */
export function empty(window: Window): void {
  window.isComplete = false;
  window.reached = undefined;
  // Last first, so that nothing becomes free on the way.
  for (const entry of [...window.entries.values()].sort(inLogOrder).reverse()) {
    if (entry.state !== 'inFlight') forget(entry);
  }
}

/** Ends the pauses that are over. Answers when the next one ends; Infinity when none does. */
export function resume(window: Window, now: number): number {
  let next = Infinity;
  for (const entry of window.paused) {
    if (entry.pausedUntil <= now) place(entry, 0);
    else next = Math.min(next, entry.pausedUntil);
  }
  return next;
}

/** Waiting entries whose rows say `pending` behind a failing delivery, or `blocked` and no longer behind one. */
export function findMislabeled({ entries, paused }: Window): Entry[] {
  const isAnyBlocked = [...entries.values()].some(({ row }) => row.status === 'blocked');
  if (paused.size === 0 && !isAnyBlocked) return [];
  const behind = behindFailing(entries.values(), ({ row }) => row.status === 'retrying' || row.status === 'parked');
  return [...entries.values()].filter(
    (entry) =>
      entry.state === 'waiting' &&
      ((entry.row.status === 'pending' && behind.has(entry)) || (entry.row.status === 'blocked' && !behind.has(entry))),
  );
}
