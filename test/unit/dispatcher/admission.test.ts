import fc from 'fast-check';
import { createAdmission } from '../../../services/dispatcher/admission.js';
import { admit, CLOSED, learn, type Breaker, type Sign } from '../../../services/dispatcher/breaker.js';
import { fullBucket, takeToken } from '../../../shared/runtime/token-bucket.js';
import { newEndpoint } from './rows.js';

const after = (signs: readonly Sign[], now = 0): Breaker =>
  signs.reduce((breaker: Breaker, sign) => learn(breaker, sign, now), CLOSED);
const failures = (count: number): Sign[] => Array<Sign>(count).fill('failed');

describe('the breaker', () => {
  test.each<[string, Sign[], Breaker['state']]>([
    ['nine failures', failures(9), 'closed'],
    ['ten failures', failures(10), 'open'],
    ['ten failures with an answer between', [...failures(9), 'answered', 'failed'], 'closed'],
    ['ten failures with no request between', [...failures(9), 'unsent', 'failed'], 'open'],
    ['an answer that comes late', [...failures(10), 'answered'], 'closed'],
    ['failures that come late', failures(40), 'open'],
    ['a request for a pause', [{ asksForMs: 1_000 }], 'open'],
    ['a request for a pause, and an answer to what was under way', [{ asksForMs: 1_000 }, 'answered'], 'open'],
  ])('%s', (_, signs, state) => {
    expect(after(signs).state).toBe(state);
  });

  test('lets one probe pass after each pause, which grows to a minute, and closes on an answer', () => {
    let [breaker, now] = [after(failures(10)), 0];
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const refusal = admit(breaker, now);
      if (!('notBefore' in refusal)) throw new Error('open');
      pauses.push(refusal.notBefore - now);
      now = refusal.notBefore;
      const probing = admit(breaker, now);
      if ('notBefore' in probing) throw new Error('probing');
      expect(admit(probing, now)).toEqual({ notBefore: Infinity });
      breaker = learn(probing, 'failed', now);
      expect(learn(probing, 'answered', now)).toBe(CLOSED);
      const anew = learn(probing, 'unsent', now);
      expect(admit(anew, now)).toMatchObject({ state: 'probing' });
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

test('an endpoint that asks for a pause gets none of what waits for it, and then a single request first', () => {
  const paused = after(['answered', { asksForMs: 1_500 }, 'answered', 'failed'], 100);
  expect(admit(paused, 1_599)).toEqual({ notBefore: 1_600 });
  const probing = admit(paused, 1_600);
  expect(probing).toMatchObject({ state: 'probing' });
  if ('notBefore' in probing) throw new Error('probing');
  expect(admit(learn(probing, { asksForMs: 3_600_000 }, 2_000), 2_000)).toEqual({ notBefore: 62_000 });
  expect(learn(probing, 'answered', 2_000)).toBe(CLOSED);
});

test('a bucket never gives more than its rate and one second in advance, and gives all of that', () => {
  const rate = fc.double({ min: 0.1, max: 1000, noNaN: true });
  fc.assert(
    fc.property(rate, fc.array(fc.nat(3000), { maxLength: 100 }), (perSecond, pauses) => {
      let [bucket, now, taken] = [fullBucket(perSecond, 0), 0, 0];
      const takeAll = (): void => {
        for (;;) {
          const next = takeToken(bucket, perSecond, now);
          if ('notBefore' in next) {
            expect(next.notBefore).toBeGreaterThanOrEqual(now);
            return;
          }
          [bucket, taken] = [next, taken + 1];
        }
      };
      for (const pauseMs of pauses) {
        takeAll();
        now += pauseMs;
      }
      takeAll();
      expect(taken).toBeLessThanOrEqual(Math.max(perSecond, 1) + (now / 1000) * perSecond + 1e-6);
      const refused = takeToken(bucket, perSecond, now);
      if (!('notBefore' in refused)) throw new Error('empty');
      expect(takeToken(bucket, perSecond, refused.notBefore + 1e-3)).not.toHaveProperty('notBefore');
    }),
  );
});

test('what was counted and not sent gives its token and its probe back', () => {
  let now = 0;
  const admission = createAdmission(
    () => undefined,
    () => now,
  );
  const limited = newEndpoint('limited', { rateLimit: { perSecond: 2 } });
  expect([1, 2, 3].map(() => admission.admit(limited))).toEqual([true, true, false]);
  admission.learn('limited', 'unsent');
  expect([1, 2].map(() => admission.admit(limited))).toEqual([true, false]);

  const down = newEndpoint('down');
  for (let count = 0; count < 10; count += 1) {
    admission.admit(down);
    admission.learn('down', 'failed');
  }
  expect([admission.admit(down), admission.broken]).toEqual([false, 1]);
  now = 5_000;
  expect([admission.admit(down), admission.admit(down)]).toEqual([true, false]);
  admission.learn('down', 'unsent');
  expect(admission.admit(down)).toBe(true);
  admission.learn('down', 'answered');
  expect([admission.admit(down), admission.broken]).toEqual([true, 0]);
});

test('a disabled endpoint gets nothing; what is left of a deleted one starts, and is canceled', () => {
  const admission = createAdmission(() => undefined);
  expect(admission.admit(newEndpoint('a', { enabled: false }))).toBe(false);
  expect(admission.admit(undefined)).toBe(true);
});
