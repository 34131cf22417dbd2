import fc from 'fast-check';
import { judge, type FailingRun, type StoredHealth } from '../../../shared/webhooks/health.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2030, 0, 1);

/** Processes that send to one endpoint, over what the store has of it. */
function openBench(processes = 1) {
  const runs: (FailingRun | undefined)[] = Array.from({ length: processes }, () => undefined);
  let stored: StoredHealth = { failingSince: null, updatedAt: T0 };
  let writes = 0;
  return {
    attempt(at: number, succeeded: boolean, by = 0): string | undefined {
      const { run, store, disable } = judge(runs[by], succeeded, stored, T0 + at);
      runs[by] = run;
      if (store !== undefined) {
        writes += 1;
        stored = { ...stored, failingSince: store };
      }
      return disable;
    },
    restart: (by = 0): void => void (runs[by] = undefined),
    change: (at: number): void => void (stored = { ...stored, updatedAt: T0 + at }),
    writes: () => writes,
  };
}

test('an endpoint with nothing but failures for five days is disabled, over restarts too', () => {
  const bench = openBench();
  for (const at of [0, 5_000, 2 * HOUR, DAY, 2 * DAY, 4 * DAY]) expect(bench.attempt(at, false)).toBeUndefined();
  bench.restart();
  expect(bench.attempt(5 * DAY - 1, false)).toBeUndefined();
  expect(bench.attempt(5 * DAY, false)).toContain('every attempt since 2030-01-01T00:00:00.000Z has failed');
  expect(bench.writes()).toBe(1);
});

test('one success begins the five days anew', () => {
  const bench = openBench();
  for (const at of [0, HOUR, 4 * DAY]) bench.attempt(at, false);
  bench.attempt(4 * DAY + 1, true);
  for (const at of [4 * DAY + 2, 5 * DAY, 8 * DAY, 9 * DAY]) expect(bench.attempt(at, false)).toBeUndefined();
  expect(bench.attempt(9 * DAY + 2, false)).toContain('every attempt since');
});

test('so does a change of the endpoint, and its being disabled for days', () => {
  const bench = openBench();
  bench.attempt(0, false);
  bench.change(6 * DAY);
  expect(bench.attempt(6 * DAY + 1, false)).toBeUndefined();
  expect(bench.attempt(7 * DAY + 1, false)).toBeUndefined();
  bench.change(8 * DAY);
  expect(bench.attempt(12 * DAY, false)).toBeUndefined();
});

test('two failures five days apart are not yet five days of failures', () => {
  const bench = openBench();
  bench.attempt(0, false);
  expect(bench.attempt(5 * DAY, false)).toBeUndefined();
  expect(bench.attempt(5 * DAY + HOUR, false)).toContain('every attempt since');
});

test('an endpoint that takes what one process sends is not disabled for what another sends', () => {
  const bench = openBench(2);
  for (let at = 0; at < 20 * DAY; at += HOUR) {
    expect(bench.attempt(at, false, 0)).toBeUndefined();
    bench.attempt(at + 1, true, 1);
  }
});

test('whatever comes, an hour has at most two writes for each process', () => {
  const step = fc.record({ after: fc.nat(3 * HOUR), succeeded: fc.boolean(), by: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const bench = openBench(2);
      let at = 0;
      for (const { after, succeeded, by } of steps) bench.attempt((at += after), succeeded, by);
      expect(bench.writes()).toBeLessThanOrEqual((at / HOUR + 1) * 4);
    }),
  );
});
