import { laneKeys, type DirectoryEvent } from '../events/event.js';
import type { Delivery } from './delivery.js';

/** In which order an endpoint gets its deliveries; see `orderingKeys`. */
export const ORDERINGS = ['resource', 'none', 'directory'] as const;

export type Ordering = (typeof ORDERINGS)[number];

/**
 * The lane keys of an event's delivery to an endpoint: of two deliveries that share one, the later starts when the earlier is over.
 *
 *   resource    the user or the group that it is about; a membership event has its group and all its members
 *   none        none: nothing waits for anything
 *   directory   the directory besides those: each directory's events in `seq` order, one at a time
 *
 * Keys are given when the delivery is made and stay with it. Since `directory` has the keys of `resource` too, events of one user
 * or group stay in order when an endpoint changes from the one to the other while earlier deliveries still wait.
 */
export function orderingKeys(event: DirectoryEvent, ordering: Ordering): readonly string[] {
  switch (ordering) {
    case 'resource':
      return [...new Set(laneKeys(event))];
    case 'none':
      return [];
    case 'directory':
      return [...new Set([event.directoryId, ...laneKeys(event)])];
  }
}

/**
 * What the event of a delivery is about, by its lane keys: the user, the group or the directory itself; of a membership event the
 * group. Null where its endpoint asked for no order, and of an operational event.
 */
export const resourceOf = ({ laneKeys, directoryId }: Pick<Delivery, 'laneKeys' | 'directoryId'>): string | null =>
  laneKeys.find((key) => key !== directoryId) ?? laneKeys[0] ?? null;
