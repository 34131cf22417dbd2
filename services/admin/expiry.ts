import { iso } from '../../shared/events/timestamp.js';
import { invalid } from './problem.js';

/** Refuses a time of expiry that is over already. Both in milliseconds since the epoch; null is never. */
export function refusePast(expiresAt: number | null, now: number): void {
  if (expiresAt === null || expiresAt > now) return;
  throw invalid({ field: 'expiresAt', message: `must be after now, which is ${iso(now)}` });
}
