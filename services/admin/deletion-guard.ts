import { z } from 'zod';
import { iso } from '../../shared/events/timestamp.js';
import { countHeld, type GuardState } from '../../shared/directory/guard.js';

const USERS_MAX = 1_000_000;
const WINDOW_MAX_MINUTES = 10_080;

const integer = (min: number, max: number) =>
  z.custom<number>(
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    `must be an integer from ${min} to ${max}`,
  );

/** A `DeletionGuard` in a request; null switches it off. */
export const deletionGuard = z
  .strictObject({
    maxUsers: integer(0, USERS_MAX).exactOptional(),
    maxPercent: integer(1, 100).exactOptional(),
    windowMinutes: integer(1, WINDOW_MAX_MINUTES),
  })
  .refine(
    ({ maxUsers, maxPercent }) => maxUsers !== undefined || maxPercent !== undefined,
    'needs a limit: maxUsers, maxPercent or both',
  )
  .nullable()
  .optional();

/** Why and since when a directory holds events back, and how many; null while it holds none. */
export function showHold({ hold, ...guard }: GuardState) {
  if (hold === null) return null;
  const { limit, maximum, window, since } = hold;
  return { since: iso(since), events: countHeld({ hold, ...guard }), limit, maximum, counted: window.removals };
}
