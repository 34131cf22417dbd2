import fc from 'fast-check';
import * as retry from '../../../shared/webhooks/retry.js';
import { RETRY_AFTER_MAX_MS, type AttemptOutcome } from '../../../shared/webhooks/retry.js';
import { parseSchedule, RETRY_SCHEDULE } from '../../../shared/webhooks/schedule.js';

const NOW = Date.UTC(2030, 0, 1);
const MIDDLE = 0.5;
const RETRY_SCHEDULE_MS = parseSchedule(RETRY_SCHEDULE) ?? [];

const nextAttempt = (outcome: AttemptOutcome, attempts: number, now: number, random: number): retry.NextAttempt =>
  retry.nextAttempt(outcome, attempts, now, random, RETRY_SCHEDULE_MS);

const failed = (some: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  status: 500,
  error: 'HTTP 500',
  retryAfter: null,
  directive: null,
  ...some,
});

const pauseAfter = (outcome: AttemptOutcome, attempts = 1, random = MIDDLE): number => {
  const { status, nextAttemptAt } = nextAttempt(outcome, attempts, NOW, random);
  expect(status).toBe('retrying');
  return (nextAttemptAt ?? NaN) - NOW;
};

test('success ends a delivery, whatever the answer asks for', () => {
  const outcome = { status: 200, error: null, retryAfter: '60', directive: 'abort-message' };
  expect(nextAttempt(outcome, 1, NOW, MIDDLE)).toEqual({ status: 'delivered', nextAttemptAt: null });
});

test('failures follow the schedule of ten attempts over three days, then the delivery is parked', () => {
  const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
  const pauses = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];
  expect(pauses.map((_, index) => pauseAfter(failed(), index + 1))).toEqual(pauses);
  expect(nextAttempt(failed(), 10, NOW, MIDDLE)).toEqual({ status: 'parked', nextAttemptAt: null });
});

test.each([
  ['no answer', { status: null, error: 'no answer within 15 s' }],
  ['an answer that never ended', { status: 200, error: 'the answer was not complete within 15 s' }],
  ['a redirect', { status: 302, error: 'HTTP 302' }],
  ['a refusal', { status: 400, error: 'HTTP 400' }],
])('%s is tried again', (_, outcome) => {
  expect(pauseAfter(failed(outcome))).toBe(5000);
});

test('410 Gone disables the endpoint and holds the delivery', () => {
  expect(nextAttempt(failed({ status: 410, directive: 'abort-message' }), 1, NOW, MIDDLE)).toEqual({
    status: 'held',
    nextAttemptAt: null,
    disableEndpoint: 'the receiver answered 410 Gone',
  });
});

test('a receiver can refuse a message for good', () => {
  expect(nextAttempt(failed({ directive: ' Abort-Message ' }), 1, NOW, MIDDLE)).toEqual({
    status: 'canceled',
    nextAttemptAt: null,
  });
  expect(pauseAfter(failed({ directive: 'something-else' }))).toBe(5000);
});

describe('Retry-After', () => {
  const pause = (retryAfter: string, status = 429, random = 0): number =>
    pauseAfter(failed({ status, retryAfter }), 1, random);
  const own = 4000; // five seconds less the jitter

  test.each([429, 503])('of a %d is kept, in seconds and as a date', (status) => {
    expect(pause('120', status)).toBe(120_000);
    expect(pause(' 120 ', status)).toBe(120_000);
    expect(pause('Tue, 01 Jan 2030 00:02:00 GMT', status)).toBe(120_000);
  });

  test.each([500, 502, 404])('of a %d is not', (status) => {
    expect(pause('120', status)).toBe(own);
  });

  test.each(['', 'soon', '-5', '1.5', '0', '1', 'Mon, 01 Jan 2029 00:00:00 GMT', '2050-01-01', '12 GMT'])(
    '%j asks for nothing beyond the schedule',
    (retryAfter) => {
      expect(pause(retryAfter)).toBe(own);
    },
  );

  test.each(['86401', '99999999999999999999999999', 'Tue, 31 Dec 2999 00:00:00 GMT'])('%j is cut to a day', (value) => {
    expect(pause(value)).toBe(RETRY_AFTER_MAX_MS);
  });

  test('does not add attempts', () => {
    expect(nextAttempt(failed({ status: 429, retryAfter: '1' }), 10, NOW, MIDDLE).status).toBe('parked');
  });
});

describe('for any failure', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const attempts = fc.integer({ min: 1, max: RETRY_SCHEDULE_MS.length - 1 });

  test('the pause is within 20 % of the schedule', () => {
    fc.assert(
      fc.property(attempts, random, (count, chance) => {
        const planned = RETRY_SCHEDULE_MS[count] ?? NaN;
        const pause = pauseAfter(failed(), count, chance);
        expect(pause).toBeGreaterThanOrEqual(planned * 0.8);
        expect(pause).toBeLessThanOrEqual(planned * 1.2 + 1);
        expect(Number.isInteger(pause)).toBe(true);
      }),
    );
  });

  test('Retry-After is never undercut and prolonged by 20 % at most', () => {
    fc.assert(
      fc.property(attempts, random, fc.integer({ min: 0, max: 200_000 }), (count, chance, seconds) => {
        const asked = Math.min(seconds * 1000, RETRY_AFTER_MAX_MS);
        const longest = Math.max(asked, RETRY_SCHEDULE_MS[count] ?? NaN) * 1.2 + 1;
        for (const retryAfter of [String(seconds), new Date(NOW + seconds * 1000).toUTCString()]) {
          const pause = pauseAfter(failed({ status: 503, retryAfter }), count, chance);
          expect(pause).toBeGreaterThanOrEqual(asked);
          expect(pause).toBeLessThanOrEqual(longest);
        }
      }),
    );
  });
});
