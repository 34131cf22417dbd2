import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { firstAdminKey } from '../../shared/config/secrets.js';
import { newId } from '../../shared/runtime/ids.js';
import { expectProblem, KEY, openBench, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

/** So few in a second that none is gathered while a test runs. */
const PER_SECOND = 0.001;

test('a key that asks too often is told to wait, and every answer what is left; other keys go on', async () => {
  const app = createAdmin({ ...bench.deps, requestsPerSecond: PER_SECOND });
  const ask = (key: string): request.Test =>
    request(app).get('/v1/organizations').set('authorization', `Bearer ${key}`);
  const first = await ask(KEY).expect(200);
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"requests";q=1;w=1000',
    ratelimit: '"requests";r=0;t=1000',
  });

  const second = await ask(KEY);
  expectProblem(second, 429, 'too-many-requests', /wait as long as Retry-After says/);
  expect(Number(second.headers['retry-after'])).toBeGreaterThan(900);
  expect(second.headers).toMatchObject({
    'ratelimit-policy': '"requests";q=1;w=1000',
    ratelimit: '"requests";r=0;t=1000',
  });

  const other = await firstAdminKey(bench.store.registry.adminKeys, () => bench.now, newId);
  await ask(String(other)).expect(200);
  await ask(String(other)).expect(429);
  const { headers } = await ask('no key').expect(401);
  expect(headers['ratelimit']).toBeUndefined();
});

test('errors say what is left too', async () => {
  const { headers } = await bench.get(`/v1/organizations/${newId()}`).expect(404);
  expect(headers['ratelimit-policy']).toBe('"requests";q=100000;w=1');
  expect(headers['ratelimit']).toMatch(/^"requests";r=99\d{3};t=1$/);
});
