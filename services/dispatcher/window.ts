import { CLOCKS_APART_MS } from '../../shared/runtime/clock.js';
import { inLogOrder, type DeliveryOrder } from '../../shared/store/deliveries.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { createBacklog, isBehind, leave, type Backlog } from './backlog.js';
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

/**
 * An endpoint's and partition's deliveries that are not over, up to some place in the log. Where there are many, memory has those
 * that may start, and of the others the keys alone (`backlog`); so what waits never keeps what could start from being read.
 */
export interface Window {
  readonly partition: number;
  readonly endpointId: string;
  readonly entries: Map<string, Entry>;
  readonly lanes: Lanes<Entry>;
  readonly paused: Set<Entry>;
  /** Replaced as a whole. No entry that is not in flight comes after one of the backlog that shares a key with it. */
  backlog: Backlog;
  /** When the backlog may be read again, by `performance.now()`. */
  rewindAt: number;
  /** Ids of deliveries that the store has as `pending` although they are left to it. */
  readonly unlabeled: string[];
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
  /** With so many, only what may start is taken in. */
  readonly keysMax: number;
  /** How many entries are ready or in flight. */
  busy: number;
  /** Nothing of a closed window starts. */
  isClosed: boolean;
  /** Called with each entry that is ready to start. */
  readonly onReady: (entry: Entry) => void;
}

const KEYS_MAX = 20_000;
/** New deliveries are taken in as they come up to here; what is more is read from the store later, which costs less than to keep it until then. */
const OFFERED_KEYS = 100;
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
  keysMax = KEYS_MAX,
): Window => ({
  partition,
  endpointId,
  entries: new Map(),
  lanes: createLanes(),
  paused: new Set(),
  backlog: createBacklog(),
  rewindAt: 0,
  unlabeled: [],
  reached: undefined,
  isComplete,
  hasNewer: false,
  changed: new Set(),
  keys: 0,
  keysMax,
  busy: 0,
  isClosed: false,
  onReady,
});

export const wantsMore = ({ isClosed, isComplete, backlog, busy }: Window): boolean =>
  !isClosed && (!isComplete || backlog.isDue) && busy < FEW;

/** Takes in a delivery that was just inserted, unless there is older work in the store or too much in memory. */
export function offer(window: Window, row: Delivery, reader: Reader): void {
  if (window.reached !== undefined && inLogOrder(row, window.reached) <= 0) return; // inserted before
  if (window.isComplete && window.keys < Math.min(OFFERED_KEYS, window.keysMax) && !isBehind(window.backlog, row)) {
    window.reached = row;
    window.changed.add(row.id);
    add(window, row, pauseOf(row, reader));
  } else doubt(window);
}

/** The store may have deliveries that were never offered: what is offered next is left to it too. */
export function doubt(window: Window): void {
  window.isComplete = false;
  window.hasNewer = true;
}

/** Brings a row as the store has it into memory, or its keys alone. */
export function adopt(window: Window, row: Delivery, reader: Reader): void {
  if (window.changed.has(row.id)) return;
  const entry = window.entries.get(row.id);
  if (entry?.state === 'inFlight') return;
  const pausedUntil = pauseOf(row, reader);
  if (entry !== undefined) {
    entry.row = row;
    place(entry, pausedUntil);
  } else if (hasRoom(window, row, pausedUntil)) add(window, row, pausedUntil);
  else leaveAll(window, row, pausedUntil);
}

function hasRoom({ backlog, lanes, keys, keysMax }: Window, row: Delivery, pausedUntil: number): boolean {
  if (isBehind(backlog, row)) return false;
  return keys < keysMax || (pausedUntil === 0 && lanes.waitsIn(row) === undefined);
}

/** Leaves a delivery to the store, and with it what stands behind it. */
function leaveAll(window: Window, row: Delivery, pausedUntil: number): void {
  const leaving = [{ row, pausedUntil }];
  for (const one of leaving) {
    leave(window.backlog, one.row, window.lanes.waitsIn(one.row), one.pausedUntil);
    if (one.row.status === 'pending') window.unlabeled.push(one.row.id);
    const behind = [...window.lanes.behind(one.row)].filter(({ state }) => state !== 'inFlight').sort(inLogOrder);
    // The last first: it is at the end of its lanes.
    for (const entry of behind.toReversed()) drop(entry);
    leaving.push(...behind);
  }
}

/** Takes it out of memory, and answers what may be free now. */
function drop(entry: Entry): Entry[] {
  const { window, row, laneKeys } = entry;
  if (!window.entries.delete(row.id)) return [];
  window.paused.delete(entry);
  window.keys -= laneKeys.length;
  return window.lanes.remove(entry);
}

/** Makes the next reading begin at the first of the backlog: one of it may be able to start. */
export function rewind(window: Window): void {
  const { first } = window.backlog;
  if (first !== undefined) window.reached = { offset: first.offset, seq: first.seq - 1 };
  dropBacklog(window);
}

/** For a reading that has all of it again. Until then, new deliveries are left to the store. */
export function dropBacklog(window: Window): void {
  if (window.backlog.first === undefined) return;
  window.backlog = createBacklog();
  doubt(window);
}

function add(window: Window, row: Delivery, pausedUntil: number): void {
  const { offset, seq, laneKeys } = row;
  const entry: Entry = { offset, seq, laneKeys, row, window, state: 'waiting', pausedUntil: 0, isQueued: false };
  window.entries.set(row.id, entry);
  window.lanes.add(entry);
  window.keys += laneKeys.length;
  window.backlog.failing.delete(row.id);
  place(entry, pausedUntil);
}

/** Until when nothing may happen to a row; 0 when it may start. */
function pauseOf({ status, nextAttemptAt, leaseOwner, leaseUntil, updatedAt }: Delivery, reader: Reader): number {
  // Written by a clock that has been set right since: one request too early costs less than waiting until it was right.
  const isAhead = updatedAt > reader.now + CLOCKS_APART_MS;
  const ifLater = (at: number | null): number => (at !== null && at > reader.now && !isAhead ? at : 0);
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
  const pausedUntil = pauseOf(row, reader);
  // One that was sent again by hand waits for this one to land, and then goes first.
  const isOvertaking = isBehind(window.backlog, row);
  if (isOvertaking || (pausedUntil > 0 && window.keys >= window.keysMax)) {
    if (isOvertaking) window.backlog.isDue = true;
    free.push(...drop(entry));
    leaveAll(window, row, pausedUntil);
  } else place(entry, pausedUntil);
  free.forEach(announce);
}

/** It is over here: delivered, canceled, or no longer this reader's business. */
export function forget(entry: Entry): void {
  const { window, row } = entry;
  if (entry.state === 'inFlight') window.busy -= 1;
  window.changed.add(row.id);
  const free = drop(entry);
  if (entry.laneKeys.some((key) => window.backlog.awaited.has(key) && window.lanes.isEmpty(key))) {
    window.backlog.isDue = true;
  }
  free.forEach(announce);
}

/** Lets go of all that is not in flight: the store has it. */
export function empty(window: Window): void {
  window.isComplete = false;
  window.reached = undefined;
  window.backlog = createBacklog();
  // Last first, so that nothing becomes free on the way.
  for (const entry of [...window.entries.values()].sort(inLogOrder).reverse()) {
    if (entry.state !== 'inFlight') forget(entry);
  }
}

/** Ends the pauses that are over. Answers when the next one ends; Infinity when none does. */
export function resume(window: Window, now: number): number {
  const { backlog } = window;
  if (backlog.dueAt <= now) backlog.isDue = true;
  let next = backlog.isDue ? Infinity : backlog.dueAt;
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
