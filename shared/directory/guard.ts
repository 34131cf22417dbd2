import type { EventDraft } from '../events/envelope.js';
import type { HeldData } from '../events/event.js';

/** When a directory holds removals back: above either limit within a window. One of the two limits is set, or both are. */
export interface DeletionGuard {
  readonly maxUsers?: number;
  /** Percent of the users that there were when the window began. */
  readonly maxPercent?: number;
  readonly windowMinutes: number;
}

/** A percentage alone lets so many removals pass, so that one of three users does not trip it. */
const PERCENT_SPARES = 5;

const MINUTE_MS = 60_000;

/**
 * What the guard of a directory knows, as part of the directory's head. A *removal* is the deletion of a user, or its
 * deactivation (`active` from true to false).
 *
 *   open       `hold` is null. Removals pass and are counted in `window`, which begins with the first removal and is replaced
 *              by a new one when it is over. The removal that exceeds a limit is held, and the directory holds.
 *   holding    `hold` is not null. Every removal is held while the guard is on, and so is, guard or no guard, every event
 *              that shares a lane key with a held one, and every event that shares one with that …: events about the same
 *              user or group keep their order. Everything else passes.
 *
 *   open → holding     a removal exceeds a limit (`directory.held`)
 *   holding → open     the last held event is released (`directory.released`), or all are discarded (`directory.discarded`);
 *                      counting begins anew
 *
 * The removals below the limit have gone out by the time when it is exceeded. Held events are numbered from `endedOrder + 1` to
 * `lastOrder`; the state is left when none is left, and never before.
 */
export interface GuardState {
  readonly window: RemovalWindow | null;
  readonly hold: Hold | null;
  /** Order of the newest event that was ever held; 0 before the first. */
  readonly lastOrder: number;
  /** Order of the newest that is held no more, because it was released or discarded. */
  readonly endedOrder: number;
}

interface RemovalWindow {
  readonly since: number;
  /** Users that there were when it began. */
  readonly users: number;
  readonly removals: number;
}

/** Why a directory holds. */
export interface Hold extends Pick<HeldData, 'limit' | 'maximum'> {
  readonly since: number;
  /** The window in which the limit was exceeded, with the removal that did. */
  readonly window: RemovalWindow;
  /** Order of the first held event. */
  readonly firstOrder: number;
}

export const NO_REMOVALS: GuardState = { window: null, hold: null, lastOrder: 0, endedOrder: 0 };

/** What the guard says to one event, and what it knows then. */
export interface Passage {
  readonly state: GuardState;
  readonly isHeld: boolean;
}

/** Whose guard it is, and when the event comes. */
export interface Watch {
  readonly guard: DeletionGuard | null | undefined;
  readonly at: number;
  /** Users that there are before the event. */
  readonly users: number;
  /** Whether the event shares a lane key with a held one. */
  readonly isFollower: boolean;
}

export function guardEvent(state: GuardState, event: EventDraft, { guard, at, users, isFollower }: Watch): Passage {
  if (guard && isRemoval(event)) {
    if (state.hold !== null) return held(state);
    const window = countRemoval(state.window, guard, at, users);
    const exceeded = exceededLimit(guard, window);
    if (exceeded === undefined) return { state: { ...state, window }, isHeld: false };
    const hold = { ...exceeded, since: at, window, firstOrder: state.lastOrder + 1 };
    return held({ ...state, window: null, hold });
  }
  return isFollower ? held(state) : { state, isHeld: false };
}

const held = (state: GuardState): Passage => ({ state: { ...state, lastOrder: state.lastOrder + 1 }, isHeld: true });

/** Held events up to this order have come through, or are dropped. */
export const endHeld = (state: GuardState, upTo: number): GuardState => ({
  ...state,
  endedOrder: upTo,
  hold: upTo === state.lastOrder ? null : state.hold,
});

/** How many events are held. */
export const countHeld = ({ lastOrder, endedOrder }: GuardState): number => lastOrder - endedOrder;

function isRemoval(event: EventDraft): boolean {
  if (event.type === 'user.deleted') return true;
  return event.type === 'user.updated' && event.previous.active === true && !event.data.active;
}

function countRemoval(
  window: RemovalWindow | null,
  { windowMinutes }: DeletionGuard,
  at: number,
  users: number,
): RemovalWindow {
  const isOver = window === null || at >= window.since + windowMinutes * MINUTE_MS;
  return isOver ? { since: at, users, removals: 1 } : { ...window, removals: window.removals + 1 };
}

function exceededLimit(
  { maxUsers, maxPercent }: DeletionGuard,
  { users, removals }: RemovalWindow,
): Pick<Hold, 'limit' | 'maximum'> | undefined {
  if (maxUsers !== undefined && removals > maxUsers) return { limit: 'maxUsers', maximum: maxUsers };
  if (maxPercent === undefined || removals <= PERCENT_SPARES) return undefined;
  return removals * 100 > users * maxPercent ? { limit: 'maxPercent', maximum: maxPercent } : undefined;
}
