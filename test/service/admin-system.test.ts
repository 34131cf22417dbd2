import request from 'supertest';
import { MIGRATIONS } from '../../shared/store/sqlite/migrations.js';
import { version } from '../../shared/runtime/version.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { newId } from '../../shared/runtime/ids.js';
import { createTallyCounter, HOUR_MS, hourOf } from '../../shared/store/tallies.js';
import { idAt } from '../../shared/webhooks/delivery.js';
import { countAttempts } from '../../services/dispatcher/count-attempts.js';
import { countRequests } from '../../services/ingest/count-requests.js';
import { attemptOf, delivery, settlement } from '../contract/store/suite/deliveries.js';
import {
  commit,
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  publish,
  type Bench,
} from './admin-support.js';

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

const hours = Array.from({ length: 24 }, (_, index) => index - 23);
/** When the n-th hour from now begins. */
const hour = (n: number): string => new Date(hourOf(bench.now) + n * HOUR_MS).toISOString();

test('a new installation tells what it is, and that nothing waits', async () => {
  const { body } = await bench.get('/v1/system').expect(200);
  expect(body).toEqual({
    ...{ version, schemaVersion: MIGRATIONS.length, eventLog: { kind: 'in-process' } },
    store: { kind: 'sqlite', sizeBytes: (await bench.store.describe()).sizeBytes },
    outbox: { oldestSeconds: null, commits: 0 },
    deliveries: { byStatus: {}, countedTo: 100_000 },
    parkedLanes: 0,
    throughput: { buckets: hours.map((n) => ({ at: hour(n), requests: 0, events: 0, attempts: 0 })) },
    retention: { eventsDays: 90, attemptsDays: 30, auditLogDays: 400, requestLogDays: 14 },
  });
});

test('how far the event log is behind, over all partitions, until it has caught up', async () => {
  const organizationId = await newOrganization(bench);
  for (let n = 0; n < 4; n += 1) {
    await commit(bench, await newDirectory(bench, organizationId), { types: ['user.created'] });
    bench.now += 1500;
  }
  const outbox = async (): Promise<unknown> => (await bench.get('/v1/system').expect(200)).body.outbox;
  expect(await outbox()).toEqual({ oldestSeconds: 6, commits: 4 });
  await publish(bench.store);
  expect(await outbox()).toEqual({ oldestSeconds: null, commits: 0 });
});

test('deliveries by status, and how many are parked', async () => {
  const made = (['delivered', 'delivered', 'parked', 'retrying'] as const).map((status) => delivery({ status }));
  await bench.store.deliveries.insert(made, []);
  const { body } = await bench.get('/v1/system').expect(200);
  expect(body.deliveries.byStatus).toEqual({ delivered: 2, parked: 1, retrying: 1 });
  expect(body.parkedLanes).toBe(1);
});

test('what all directories and endpoints had by the hour', async () => {
  const tallies = createTallyCounter(bench.store.tallies, () => bench.now, createLogger('test', 'silent'));
  const log = countRequests({ append: async () => undefined }, tallies);
  const asked = (events: readonly { first: number; last: number }[]) => ({
    ...{ id: idAt(bench.now) + newId().slice(13), directoryId: newId(), method: 'POST', path: '/Users', status: 201 },
    ...{ durationMs: 1, scimType: null, detail: null, userAgent: null, attributes: [], events },
  });
  await log.append([asked([{ first: 1, last: 3 }]), asked([])]);
  bench.now += HOUR_MS;
  await log.append([asked([{ first: 7, last: 7 }])]);
  const nothing = () => undefined;
  const metrics = countAttempts({ consumed: nothing, settled: nothing, watch: nothing }, tallies);
  for (const made of [delivery(), delivery()]) {
    metrics.settled(settlement(made, { attempt: attemptOf(made) }), made, bench.now);
    metrics.settled(settlement(made), made, bench.now);
  }
  await tallies.flush();
  const { body } = await bench.get('/v1/system').expect(200);
  expect(body.throughput.buckets).toHaveLength(24);
  expect(body.throughput.buckets.slice(-3)).toEqual([
    { at: hour(-2), requests: 0, events: 0, attempts: 0 },
    { at: hour(-1), requests: 2, events: 3, attempts: 0 },
    { at: hour(0), requests: 1, events: 1, attempts: 2 },
  ]);
});

test('is not for a key of one organization', async () => {
  const organizationId = await newOrganization(bench);
  const made = await bench.post('/v1/admin-keys', { name: 'Ours', organizationId }).expect(201);
  const key = String(made.body.key);
  const answer = await request(bench.app).get('/v1/system').set('authorization', `Bearer ${key}`);
  expectProblem(answer, 403, 'forbidden', /for one organization alone. Use a key that is for all of them/);
});
