import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../shared/runtime/clock.js';
import { inLogOrder, type DeliveryOrder, type DeliveryStore } from '../../shared/store/deliveries.js';
import { UNFINISHED_STATUSES, type DeliveryStatus } from '../../shared/webhooks/delivery.js';
import { adopt, findMislabeled, forget, wantsMore, type Entry, type Reader, type Window } from './window.js';

interface Deps {
  readonly deliveries: Pick<DeliveryStore, 'queue' | 'relabel'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PAGE = 500;

/**
 * Reads a window's deliveries from the store: those after `from`, or anew from the start; up to the end, or to where there is
 * enough to do. What the store no longer has is forgotten.
 */
export async function readWindow(
  window: Window,
  from: DeliveryOrder | undefined,
  { deliveries, signal }: Deps,
  reader: Reader,
): Promise<void> {
  window.changed.clear();
  window.hasNewer = false;
  const seen = new Set<string>();
  let at = from;
  for (;;) {
    // Parked and held ones too: what shares a key with them waits.
    const page = await deliveries.queue(window.partition, window.endpointId, UNFINISHED_STATUSES, at, PAGE);
    if (signal.aborted) return;
    for (const row of page) {
      seen.add(row.id);
      adopt(window, row, reader);
    }
    at = page.at(-1) ?? at;
    const isEnd = page.length < PAGE;
    const isBehind = at !== undefined && window.reached !== undefined && inLogOrder(at, window.reached) < 0;
    if (!isBehind) window.reached = at;
    if (isEnd) window.isComplete = !window.hasNewer;
    if (isEnd || (!isBehind && !wantsMore(window))) {
      if (from === undefined) forgetUnseen(window, seen, isEnd ? undefined : at);
      return;
    }
    // A store in this process answers at once, and others want their turn.
    await nextTurn();
  }
}

/** Up to where the store was read, what it did not have is over: canceled, or sent by somebody else. */
function forgetUnseen(window: Window, seen: ReadonlySet<string>, upTo: DeliveryOrder | undefined): void {
  for (const [id, entry] of [...window.entries]) {
    if (seen.has(id) || window.changed.has(id) || entry.state === 'inFlight') continue;
    if (upTo === undefined || inLogOrder(entry, upTo) <= 0) forget(entry);
  }
}

/** Writes `blocked` on what waits behind a failing delivery, and takes it back, so that people see what waits for what. */
export async function relabel(window: Window, { deliveries, clock }: Deps): Promise<void> {
  const mislabeled = findMislabeled(window).slice(0, PAGE);
  if (mislabeled.length === 0) return;
  const write = async (entries: readonly Entry[], from: DeliveryStatus, to: DeliveryStatus): Promise<void> => {
    if (entries.length === 0) return;
    const ids = entries.map(({ row }) => row.id);
    await deliveries.relabel(ids, from, to, clock());
    for (const entry of entries) if (entry.state === 'waiting') entry.row = { ...entry.row, status: to };
  };
  const [blocked, unmarked] = [mislabeled.filter(isBlocked), mislabeled.filter((entry) => !isBlocked(entry))];
  await write(blocked, 'blocked', 'pending');
  await write(unmarked, 'pending', 'blocked');
}

const isBlocked = ({ row }: Entry): boolean => row.status === 'blocked';
