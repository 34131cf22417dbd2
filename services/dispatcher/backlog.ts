import { inLogOrder, type DeliveryOrder } from '../../shared/store/deliveries.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import type { Ordered } from './lanes.js';

/**
 * Deliveries of a window that cannot start yet and for which memory has no room. The store has them; here are their lane keys,
 * each once, so that whatever shares none with them goes past them. Once one of them may start, all are read from the store anew.
 */
export interface Backlog {
  /** The place of the first of them that has the key. */
  readonly keys: Map<string, DeliveryOrder>;
  /** Lanes in memory for which they wait: when such a lane has emptied, one of them may start. */
  readonly awaited: Set<string>;
  /** Ids of those that wait for their next attempt, or for an operator who may skip them. */
  readonly failing: Set<string>;
  /** When the first of these that waits for nothing else is due. Milliseconds since the epoch; Infinity when none is. */
  dueAt: number;
  /** Where the first of all stands; undefined when there is none. */
  first: DeliveryOrder | undefined;
  /** Whether one of them may be able to start. */
  isDue: boolean;
}

export const createBacklog = (): Backlog => ({
  keys: new Map(),
  awaited: new Set(),
  failing: new Set(),
  dueAt: Infinity,
  first: undefined,
  isDue: false,
});

/** Whether one of them that shares a key comes before it. */
export const isBehind = ({ keys }: Backlog, item: Ordered): boolean =>
  item.laneKeys.some((key) => {
    const first = keys.get(key);
    return first !== undefined && inLogOrder(first, item) < 0;
  });

/** Adds one. `awaited`: a lane in which it waits; undefined when it waits for one that is in here, or `until` its own time. */
export function leave(backlog: Backlog, row: Delivery, awaited: string | undefined, until: number): void {
  const place: DeliveryOrder = { offset: row.offset, seq: row.seq };
  if (until > 0) backlog.failing.add(row.id);
  if (awaited !== undefined) backlog.awaited.add(awaited);
  else if (!isBehind(backlog, row)) {
    backlog.dueAt = Math.min(backlog.dueAt, until);
    // In its own lanes nothing is before it: when it has come back to memory and is over, what waits behind it may start.
    for (const key of row.laneKeys.slice(0, 1)) backlog.awaited.add(key);
  }
  for (const key of row.laneKeys) {
    const first = backlog.keys.get(key);
    if (first === undefined || inLogOrder(place, first) < 0) backlog.keys.set(key, place);
  }
  if (backlog.first === undefined || inLogOrder(place, backlog.first) < 0) backlog.first = place;
}
