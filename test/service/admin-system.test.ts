import request from 'supertest';
import { MIGRATIONS } from '../../shared/store/sqlite/migrations.js';
import { version } from '../../shared/runtime/version.js';
import { delivery } from '../contract/store/suite/deliveries.js';
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

test('a new installation tells what it is, and that nothing waits', async () => {
  const { body } = await bench.get('/v1/system').expect(200);
  expect(body).toEqual({
    ...{ version, schemaVersion: MIGRATIONS.length, eventLog: { kind: 'in-process' } },
    store: { kind: 'sqlite', sizeBytes: (await bench.store.describe()).sizeBytes },
    outbox: { oldestSeconds: null, commits: 0 },
    deliveries: { byStatus: {}, countedTo: 100_000 },
    parkedLanes: 0,
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

test('is not for a key of one organization', async () => {
  const organizationId = await newOrganization(bench);
  const made = await bench.post('/v1/admin-keys', { name: 'Ours', organizationId }).expect(201);
  const key = String(made.body.key);
  const answer = await request(bench.app).get('/v1/system').set('authorization', `Bearer ${key}`);
  expectProblem(answer, 403, 'forbidden', /for one organization alone. Use a key that is for all of them/);
});
