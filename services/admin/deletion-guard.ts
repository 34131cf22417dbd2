import * as z from 'zod';
import { iso } from '../../shared/events/timestamp.js';
import { countHeld, type GuardState } from '../../shared/directory/guard.js';
import { integer, timeOf } from './fields.js';
import type { View } from './operation.js';

const USERS_MAX = 1_000_000;
const WINDOW_MAX_MINUTES = 10_080;

/** A `DeletionGuard` in a request and in an answer; null switches it off. */
export const deletionGuard = z
  .strictObject({
    maxUsers: integer(0, USERS_MAX).exactOptional().meta({ description: 'Removals of users that pass in a window' }),
    maxPercent: integer(1, 100)
      .exactOptional()
      .meta({ description: 'The same as a percentage of the users; five always pass' }),
    windowMinutes: integer(1, WINDOW_MAX_MINUTES).meta({ description: 'Length of a window' }),
  })
  .refine(
    ({ maxUsers, maxPercent }) => maxUsers !== undefined || maxPercent !== undefined,
    'needs a limit: maxUsers, maxPercent or both',
  )
  .meta({
    id: 'DeletionGuard',
    description: 'When a mass removal of users is held back: above either limit',
    examples: [{ maxUsers: 50, windowMinutes: 60 }],
    anyOf: [{ required: ['maxUsers'] }, { required: ['maxPercent'] }],
  })
  .nullable();

/** What a directory holds back in an answer; null while it holds nothing. */
export const holdView = z
  .object({
    since: timeOf('Since when it holds'),
    events: z.int().min(0).meta({ description: 'Events that it holds' }),
    limit: z.enum(['maxUsers', 'maxPercent']).meta({ description: 'Which limit was exceeded' }),
    maximum: z.number().meta({ description: 'The setting of that limit' }),
    counted: z.int().meta({ description: 'Users removed in the window, the one that exceeded the limit included' }),
  })
  .meta({ id: 'Hold', description: 'Why and since when a directory holds events back, and how many' })
  .nullable();

export function showHold({ hold, ...guard }: GuardState): View<typeof holdView> {
  if (hold === null) return null;
  const { limit, maximum, window, since } = hold;
  return { since: iso(since), events: countHeld({ hold, ...guard }), limit, maximum, counted: window.removals };
}
