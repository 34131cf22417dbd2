/** What came of one HTTP request. It succeeded when `error` is null. */
export interface AttemptOutcome {
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  /** Why it failed, in words. */
  readonly error: string | null;
  /** The answer's `Retry-After`. */
  readonly retryAfter: string | null;
  /** The answer's `webhook-delivery`. */
  readonly directive: string | null;
}

export interface NextAttempt {
  readonly status: 'delivered' | 'retrying' | 'parked' | 'held' | 'canceled';
  /** Milliseconds since the epoch; null unless `retrying`. */
  readonly nextAttemptAt: number | null;
  /** Set when the endpoint is to be disabled: the reason, in words. */
  readonly disableEndpoint?: string;
}

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

const JITTER = 0.2;
/** A receiver may ask for a longer pause than the schedule's, but for no longer one than this. */
export const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

const GONE = 410;
const ASK_FOR_PAUSE: readonly (number | null)[] = [429, 503];
const ABORT = 'abort-message';

/**
 * What becomes of a delivery that was `sending`, first match:
 *
 *   success                               → delivered
 *   410 Gone                              → held       the endpoint is disabled with all that it still waits for
 *   `webhook-delivery: abort-message`     → canceled   the receiver wants no more of this message; later ones go on
 *   attempts left in the schedule         → retrying   after the schedule's pause ± 20 %; 429 and 503 may ask for a longer one
 *                                                      with `Retry-After`, at most 24 h, up to 20 % later and never earlier
 *   none left                             → parked     later deliveries that share a lane key wait
 *
 * `attempts` counts this one. `random` is from 0 up to 1. `schedule` has the pause before each attempt, the first one included. All
 * times in milliseconds.
 */
export function nextAttempt(
  outcome: AttemptOutcome,
  attempts: number,
  now: number,
  random: number,
  schedule: readonly number[],
): NextAttempt {
  if (outcome.error === null) return { status: 'delivered', nextAttemptAt: null };
  if (outcome.status === GONE) {
    return { status: 'held', nextAttemptAt: null, disableEndpoint: 'the receiver answered 410 Gone' };
  }
  if (outcome.directive?.trim().toLowerCase() === ABORT) return { status: 'canceled', nextAttemptAt: null };
  const pause = schedule[attempts];
  if (pause === undefined) return { status: 'parked', nextAttemptAt: null };
  const planned = pause * (1 - JITTER + 2 * JITTER * random);
  const asked = askedPause(outcome, now) * (1 + JITTER * random);
  return { status: 'retrying', nextAttemptAt: now + Math.ceil(Math.max(planned, asked)) };
}

/** The pause that the receiver asks for, in milliseconds from 0 to `RETRY_AFTER_MAX_MS`. */
export function askedPause({ status, retryAfter }: AttemptOutcome, now: number): number {
  if (retryAfter === null || !ASK_FOR_PAUSE.includes(status)) return 0;
  return Math.min(Math.max(parseRetryAfter(retryAfter.trim(), now), 0), RETRY_AFTER_MAX_MS);
}

/** RFC 9110 section 10.2.3: seconds, or a date; 0 for anything else. */
function parseRetryAfter(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * SECOND_MS;
  const date = /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? 0 : date - now;
}
