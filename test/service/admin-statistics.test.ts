import { createLogger } from '../../shared/runtime/logger.js';
import { newId } from '../../shared/runtime/ids.js';
import { createTallyCounter, HOUR_MS, hourOf, type Tally } from '../../shared/store/tallies.js';
import { countAttempts } from '../../services/dispatcher/count-attempts.js';
import { countRequests } from '../../services/ingest/count-requests.js';
import { idAt } from '../../shared/webhooks/delivery.js';
import { attemptOf, delivery, settlement } from '../contract/store/suite/deliveries.js';
import { expectProblem, newDirectory, openBench, rows, type Bench } from './admin-support.js';

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

const counter = () => createTallyCounter(bench.store.tallies, () => bench.now, createLogger('test', 'silent'));

test('requests of a directory are counted by the hour, with the times of the last ones', async () => {
  const { id: directoryId } = await newDirectory(bench);
  const tallies = counter();
  const log = countRequests({ append: async () => undefined }, tallies);
  const entry = (status: number, events: readonly { first: number; last: number }[]) => ({
    ...{ id: idAt(bench.now) + newId().slice(13), directoryId, method: 'POST', path: '/Users', status, durationMs: 1 },
    ...{ scimType: null, detail: null, userAgent: null, attributes: [], events },
  });
  await log.append([entry(201, [{ first: 1, last: 3 }]), entry(409, [])]);
  const before = bench.now;
  bench.now += 2 * HOUR_MS;
  await log.append([entry(200, [])]);
  await tallies.flush();
  const [told] = rows(await bench.get(`/v1/directories/statistics?ids=${directoryId}&hours=4`).expect(200));
  const iso = (time: number): string => new Date(time).toISOString();
  expect(told).toEqual({
    ...{ directoryId, lastRequestAt: iso(bench.now), lastErrorAt: iso(before) },
    buckets: [-3, -2, -1, 0].map((n) => ({
      at: iso(hourOf(bench.now) + n * HOUR_MS),
      ...(n === -2 ? { requests: 2, errors: 1, events: 3 } : { requests: n === 0 ? 1 : 0, errors: 0, events: 0 }),
    })),
  });
});

test('attempts to an endpoint are counted with how long they took', async () => {
  const made = delivery();
  const tallies = counter();
  const nothing = () => undefined;
  const metrics = countAttempts({ consumed: nothing, settled: nothing, watch: nothing }, tallies);
  const durations = [3, 7, 20, 80, 9000];
  for (const [index, durationMs] of durations.entries()) {
    const attempt = attemptOf(made, { durationMs, startedAt: bench.now, error: index === 4 ? 'HTTP 500' : null });
    metrics.settled(settlement(made, { attempt }), made, bench.now);
  }
  metrics.settled(settlement(made), made, bench.now);
  await tallies.flush();
  const [told] = rows(await bench.get(`/v1/endpoints/statistics?ids=${made.endpointId}&hours=1`).expect(200));
  const latencyMs = { p50: 25, p95: 15_000 };
  expect(told).toMatchObject({
    attempts: 5,
    succeeded: 4,
    failed: 1,
    latencyMs,
    buckets: [{ succeeded: 4, latencyMs }],
  });
  const [none] = rows(await bench.get(`/v1/endpoints/statistics?ids=${newId()}&hours=1`).expect(200));
  expect(none).toMatchObject({ attempts: 0, latencyMs: { p50: null, p95: null }, lastSuccessAt: null });
  expectProblem(await bench.get('/v1/endpoints/statistics?ids=x'), 400, 'validation', /ids/);
  expectProblem(await bench.get('/v1/endpoints/statistics?hours=169'), 400, 'validation', /hours must be an integer/);
});

test('what cannot be written is lost, and counting goes on', async () => {
  const written: Tally[] = [];
  let fails = true;
  const add = async (tallies: readonly Tally[]): Promise<void> => {
    if (fails) throw new Error('no');
    written.push(...tallies);
  };
  const tallies = createTallyCounter({ add }, () => bench.now, createLogger('test', 'silent'));
  tallies.count('a', { requests: 1 });
  await tallies.flush();
  fails = false;
  tallies.count('a', { requests: 1, lastRequestAt: 5 });
  tallies.count('a', { requests: 2, lastRequestAt: 3 });
  await tallies.flush();
  expect(written).toEqual([{ subject: 'a', hour: hourOf(bench.now), counts: { requests: 3, lastRequestAt: 5 } }]);
});
