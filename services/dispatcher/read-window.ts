import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../shared/runtime/clock.js';
import { inLogOrder, type DeliveryOrder, type DeliveryStore } from '../../shared/store/deliveries.js';
import { UNFINISHED_STATUSES, type DeliveryStatus } from '../../shared/webhooks/delivery.js';
import {
  adopt,
  dropBacklog,
  findMislabeled,
  forget,
  wantsMore,
  type Entry,
  type Reader,
  type Window,
} from './window.js';

interface Deps {
  readonly deliveries: Pick<DeliveryStore, 'queue' | 'relabel'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Few enough that nobody waits for more than a millisecond or two behind a page of a store in this process. */
const PAGE = 100;
/** How many labels a look writes at most. */
const LABELS_MAX = 500;

/** What waits behind others is labeled: nobody but this process changes it before these are over. */
const UNBLOCKED_STATUSES = UNFINISHED_STATUSES.filter((status) => status !== 'blocked');

/**
 * Reads a window's deliveries from the store: up to the end, or to where there is enough to do.
 *
 *   all       from the start
 *   further   what comes after those that were read
 *   changes   those that were read, for what others have changed; without the blocked ones, of which there may be very many
 *
 * What the store no longer has is forgotten.
 */
export async function readWindow(
  window: Window,
  what: 'all' | 'further' | 'changes',
  deps: Deps,
  reader: Reader,
): Promise<void> {
  const isRecheck = what === 'changes' && window.reached !== undefined;
  const { reached, isComplete } = window;
  window.changed.clear();
  if (!isRecheck) window.hasNewer = false;
  if (!isRecheck && what !== 'further') dropBacklog(window);
  await label(window, deps);
  const seen = new Set<string>();
  let at = what === 'further' ? reached : undefined;
  for (;;) {
    // Parked and held ones too: what shares a key with them waits.
    const statuses = isRecheck ? UNBLOCKED_STATUSES : UNFINISHED_STATUSES;
    const page = await deps.deliveries.queue(window.partition, window.endpointId, statuses, at, PAGE);
    if (deps.signal.aborted) return;
    const isEnd = page.length < PAGE;
    // Where something is unread, what is beyond is taken in when it is read on.
    const rows = isRecheck && !isComplete ? page.filter((row) => isUpTo(row, reached)) : page;
    for (const { id } of page) seen.add(id);
    for (const row of rows) adopt(window, row, reader);
    await label(window, deps);
    at = page.at(-1) ?? at;
    const isBehind = at !== undefined && window.reached !== undefined && inLogOrder(at, window.reached) < 0;
    if (!isBehind && rows.length === page.length) window.reached = at;
    if (isEnd && !isRecheck) window.isComplete = !window.hasNewer;
    const isEnough = isRecheck ? rows.length < page.length : !isBehind && !wantsMore(window);
    if (isEnd || isEnough) {
      if (what !== 'further') forgetUnseen(window, seen, isEnd ? undefined : at, isRecheck);
      return;
    }
    // A store in this process answers at once, and others want their turn.
    await nextTurn();
  }
}

const isUpTo = (row: DeliveryOrder, reached: DeliveryOrder | undefined): boolean =>
  reached !== undefined && inLogOrder(row, reached) <= 0;

/**
 * Up to where the store was read, what it did not have is over: canceled, or sent by somebody else. A recheck has not asked for
 * the blocked ones.
 */
function forgetUnseen(
  window: Window,
  seen: ReadonlySet<string>,
  upTo: DeliveryOrder | undefined,
  isRecheck: boolean,
): void {
  const isGone = (id: string): boolean => !seen.has(id) && !window.changed.has(id);
  for (const [id, entry] of [...window.entries]) {
    if (!isGone(id) || entry.state === 'inFlight' || (isRecheck && isBlocked(entry))) continue;
    if (upTo === undefined || inLogOrder(entry, upTo) <= 0) forget(entry);
  }
  if ([...window.backlog.failing].some(isGone)) window.backlog.isDue = true;
}

/** Writes `blocked` on what is left to the store. */
async function label(window: Window, { deliveries, clock }: Deps): Promise<void> {
  const ids = window.unlabeled.splice(0);
  if (ids.length === 0) return;
  try {
    await deliveries.relabel(ids, 'pending', 'blocked', clock());
  } catch (error) {
    window.unlabeled.unshift(...ids);
    throw error;
  }
}

/** Writes `blocked` on what waits behind a failing delivery, and takes it back, so that people see what waits for what. */
export async function relabel(window: Window, { deliveries, clock }: Deps): Promise<void> {
  const mislabeled = findMislabeled(window).slice(0, LABELS_MAX);
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
