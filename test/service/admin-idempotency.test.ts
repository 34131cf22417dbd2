import request from 'supertest';
import { newId } from '../../shared/runtime/ids.js';
import { createAdmin } from '../../services/admin/app.js';
import { expectProblem, KEY, newDirectory, newOrganization, openBench, rows, type Bench } from './admin-support.js';

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

const HOUR_MS = 3_600_000;

const post = (url: string, key: string, body?: object): request.Test =>
  bench.post(url, body).set('idempotency-key', key);

test('a repetition is answered with what was answered first, and done once', async () => {
  const first = await post('/v1/organizations', 'k-1', { name: 'Acme' }).expect(201);
  expect(first.headers['idempotency-replayed']).toBeUndefined();
  const second = await post('/v1/organizations', 'k-1', { name: 'Acme' }).expect(201);
  expect(second.text).toBe(first.text);
  for (const name of ['location', 'etag', 'content-type', 'x-request-id']) {
    expect(second.headers[name]).toBe(first.headers[name]);
  }
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(rows(await bench.get('/v1/organizations'))).toHaveLength(1);
  expect(rows(await bench.get('/v1/audit'))).toHaveLength(1);
});

test('secrets are answered again, and lie sealed meanwhile', async () => {
  const organizationId = await newOrganization(bench);
  const body = { organizationId, name: 'Okta' };
  const first = await post('/v1/directories', 'k', body).expect(201);
  const stored = JSON.stringify(await bench.store.registry.idempotencyKeys.find({}, { limit: 10 }));
  expect(stored).not.toContain(String(first.body.token));
  expect(stored).not.toContain(String(first.body.id));
  expect((await post('/v1/directories', 'k', body).expect(201)).body.token).toBe(first.body.token);
});

test('refusals are kept too, unless the request was wrong in itself', async () => {
  const { id } = await newDirectory(bench);
  await bench.post(`/v1/directories/${id}/tokens`).expect(201);
  const url = `/v1/directories/${id}/tokens`;
  const first = await post(url, 'k');
  expectProblem(first, 409, 'conflict');
  const tokens = rows(await bench.get(url));
  await bench.delete(`${url}/${String(tokens[0]?.['id'])}`).expect(204);
  const second = await post(url, 'k');
  expectProblem(second, 409, 'conflict');
  expect(second.text).toBe(first.text);
  expect(second.headers['idempotency-replayed']).toBe('true');
  await post('/v1/organizations', 'typo', { nam: 'Acme' }).expect(400);
  await post('/v1/organizations', 'typo', { name: 'Acme' }).expect(201);
});

test('another request cannot have the key, another admin key can, and a GET does not look at it', async () => {
  await post('/v1/organizations', 'k', { name: 'Acme' }).expect(201);
  expectProblem(await post('/v1/organizations', 'k', { name: 'Other' }), 422, 'idempotency-mismatch');
  expectProblem(await post('/v1/admin-keys', 'k', { name: 'Acme' }), 422, 'idempotency-mismatch');
  const { body } = await bench.post('/v1/admin-keys', { name: 'x' }).expect(201);
  const asOther = post('/v1/organizations', 'k', { name: 'Other' }).set('authorization', `Bearer ${String(body.key)}`);
  expect((await asOther.expect(201)).headers['idempotency-replayed']).toBeUndefined();
  await bench.get('/v1/organizations').set('idempotency-key', 'k').expect(200);
});

test.each(['', 'with space', 'é', 'x'.repeat(256)])('the key %j is refused', async (key) => {
  // Latin-1, as HTTP carries it.
  const answer = await post('/v1/organizations', Buffer.from(key).toString('latin1'), { name: 'x' });
  if (key === '') return expectProblem(answer, 400, 'validation', 'Idempotency-Key must be 1 to 255');
  expectProblem(answer, 400, 'validation', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
});

test('a day later the key is free', async () => {
  await post('/v1/organizations', 'k', { name: 'Acme' }).expect(201);
  bench.now += 24 * HOUR_MS - 1;
  await post('/v1/organizations', 'k', { name: 'Other' }).expect(422);
  bench.now += 1;
  const again = await post('/v1/organizations', 'k', { name: 'Other' }).expect(201);
  expect(again.headers['idempotency-replayed']).toBeUndefined();
  expect((await post('/v1/organizations', 'k', { name: 'Other' }).expect(201)).text).toBe(again.text);
});

/** An app whose insertions of organizations are up to the test. */
function withInsert(insert: (record: object) => Promise<void>) {
  const { registry } = bench.store;
  const organizations = { ...registry.organizations, insert };
  const app = createAdmin({ ...bench.deps, registry: { ...registry, organizations } });
  return (key: string) =>
    request(app)
      .post('/v1/organizations')
      .set('authorization', `Bearer ${KEY}`)
      .set('idempotency-key', key)
      .send({ name: 'Acme' });
}

test('of requests that come at once, one is done; the others are told to come back', async () => {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let begun = (): void => undefined;
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const { organizations } = bench.store.registry;
  const ask = withInsert(async (record) => {
    begun();
    await gate;
    await organizations.insert(record as never);
  });
  const first = ask('k').then((answer) => answer);
  await isBegun;
  const meanwhile = await ask('k');
  expectProblem(meanwhile, 409, 'conflict', 'is being worked on');
  expect(meanwhile.headers['retry-after']).toBe('1');
  letGo();
  const done = await first;
  expect(done.status).toBe(201);
  const later = await ask('k');
  expect([later.status, later.text]).toEqual([201, done.text]);
  expect(await organizations.find({}, { limit: 10 })).toHaveLength(1);
});

test('what failed on our side is done again', async () => {
  let isBroken = true;
  const { organizations } = bench.store.registry;
  const ask = withInsert(async (record) => {
    if (isBroken) throw new Error('broken');
    await organizations.insert(record as never);
  });
  await ask('k').expect(500);
  isBroken = false;
  const done = await ask('k').expect(201);
  expect(done.headers['idempotency-replayed']).toBeUndefined();
});

test('when its process died in the middle, the key is free once the lease is over; who comes back too late changes nothing', async () => {
  const asked: (() => void)[] = [];
  const { organizations, idempotencyKeys } = bench.store.registry;
  const ask = withInsert(async (record) => {
    // The first one hangs.
    if (asked.length === 0) await new Promise<void>((resolve) => asked.push(resolve));
    await organizations.insert(record as never);
  });
  const late = ask('k').then((answer) => answer);
  while (asked.length === 0) await new Promise(setImmediate);
  await ask('k').expect(409);
  bench.now += 2 * 60_000;
  const done = await ask('k').expect(201);
  const [kept] = await idempotencyKeys.find({}, { limit: 1 });
  asked[0]?.();
  expect((await late).status).toBe(201);
  expect(await idempotencyKeys.find({}, { limit: 1 })).toEqual([kept]);
  expect((await ask('k').expect(201)).text).toBe(done.text);
});

test('an answer of people, which only reads, is not kept', async () => {
  const { id } = await newDirectory(bench);
  const url = `/v1/directories/${id}/mapping/preview`;
  await post(url, 'k', { attributes: [], roles: [] }).expect(200);
  const again = await post(url, 'k', { attributes: [], roles: [] }).expect(200);
  expect(again.headers['idempotency-replayed']).toBeUndefined();
  expect(await bench.store.registry.idempotencyKeys.find({}, { limit: 1 })).toEqual([]);
});

test('a key of one organization has keys for repetitions as well', async () => {
  const organizationId = await newOrganization(bench);
  const { body } = await bench.post('/v1/admin-keys', { name: 'x', organizationId }).expect(201);
  const create = () =>
    post('/v1/directories', newKey, { organizationId, name: 'Okta' }).set(
      'authorization',
      `Bearer ${String(body.key)}`,
    );
  const newKey = newId();
  const first = await create().expect(201);
  expect((await create().expect(201)).text).toBe(first.text);
});
