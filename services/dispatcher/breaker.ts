/**
 * Whether requests go to an endpoint at all. One that is down, or asks for a pause, gets a single request now and then, the probe,
 * instead of one from each delivery that waits; those keep their place and their attempts.
 *
 *   closed ──▶ open      ten failures in a row: no answer or half of one, a 3xx or a 5xx
 *   any    ──▶ open      it asks for a pause (429 or 503 with Retry-After): for so long, a minute at most
 *   open ──▶ probing     the pause is over, and a delivery starts: the probe
 *   probing ──▶ closed   it was answered
 *   probing ──▶ open     it failed: with twice the pause, a minute at most
 *   probing ──▶ open     no request came of it: the next one probes at once
 *   open ──▶ closed      an answer came to a request that was under way, unless it has asked for the pause
 *
 * Times by `performance.now()`.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number; readonly pauseMs: number; readonly isAsked: boolean }
  | { readonly state: 'probing'; readonly pauseMs: number };

/** What came of a delivery that was started: an answer (a 4xx too: the receiver is there), a request for a pause, or none of these. */
export type Sign = 'answered' | 'failed' | 'unsent' | { readonly asksForMs: number };

const FAILURES_MAX = 10;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

export const CLOSED: Breaker = { state: 'closed', failures: 0 };

/** The breaker once a delivery has started; or when to ask again, Infinity while a probe is under way. */
export function admit(breaker: Breaker, now: number): Breaker | { readonly notBefore: number } {
  switch (breaker.state) {
    case 'closed':
      return breaker;
    case 'open':
      return now < breaker.until ? { notBefore: breaker.until } : { state: 'probing', pauseMs: breaker.pauseMs };
    case 'probing':
      return { notBefore: Infinity };
  }
}

export function learn(breaker: Breaker, sign: Sign, now: number): Breaker {
  if (typeof sign === 'object') {
    const until = now + Math.min(sign.asksForMs, LONGEST_PAUSE_MS);
    return { state: 'open', until, pauseMs: FIRST_PAUSE_MS, isAsked: true };
  }
  if (sign === 'answered') return breaker.state === 'open' && breaker.isAsked ? breaker : CLOSED;
  switch (breaker.state) {
    case 'closed': {
      if (sign === 'unsent') return breaker;
      const failures = breaker.failures + 1;
      return failures < FAILURES_MAX ? { state: 'closed', failures } : open(FIRST_PAUSE_MS, now);
    }
    case 'open':
      return breaker;
    case 'probing':
      if (sign === 'unsent') return { state: 'open', until: now, pauseMs: breaker.pauseMs, isAsked: false };
      return open(Math.min(breaker.pauseMs * 2, LONGEST_PAUSE_MS), now);
  }
}

const open = (pauseMs: number, now: number): Breaker => ({
  state: 'open',
  until: now + pauseMs,
  pauseMs,
  isAsked: false,
});
