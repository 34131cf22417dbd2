import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { firstAdminKey } from '../../shared/config/secrets.js';
import request from 'supertest';
import { newId } from '../../shared/runtime/ids.js';
import { createAdmin } from '../../services/admin/app.js';
import { INSTALLATION } from '../support/installation.js';
import { NO_WEB } from '../support/no-web.js';
import { expectProblem, KEY, newOrganization, openBench, type Bench } from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const raw = (body: string, contentType = 'application/json'): request.Test =>
  request(bench.app)
    .post('/v1/organizations')
    .set('authorization', `Bearer ${KEY}`)
    .set('content-type', contentType)
    .send(body);

test.each(['{"name": "Acme"', '"Acme"', 'null x', '{\u0000}'])(
  'a body that is no JSON object (%j) is refused',
  async (body) => {
    expectProblem(await raw(body), 400, 'malformed-request', 'The body is not a JSON object');
  },
);

test('a list as body is refused', async () => {
  expectProblem(await raw('[]'), 400, 'validation', 'body must be an object.');
});

test('a body above 1 MiB is refused with the limit named', async () => {
  expectProblem(await raw(JSON.stringify({ name: 'x'.repeat(1_048_576) })), 413, 'too-large', /at most 1048576 bytes/);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
  'a body as %s is refused',
  async (type) => {
    expectProblem(await raw('{"name":"Acme"}', type), 415, 'unsupported-media-type', /Content-Type: application\/json/);
  },
);

test('a body in another charset is refused', async () => {
  expectProblem(await raw('{"name":"Acme"}', 'application/json; charset=latin1'), 415, 'unsupported-media-type');
});

test('a path that cannot be decoded is refused', async () => {
  expectProblem(await bench.get('/v1/organizations/%ff'), 400, 'malformed-request');
});

test('an id that no id can look like names nothing', async () => {
  for (const id of ['1', 'x'.repeat(500), '..', '%00', `${newId()}%00`]) {
    expectProblem(await bench.get(`/v1/organizations/${id === '..' ? '%2e%2e%2f' : id}`), 404, 'not-found');
  }
});

test('all wrong fields are named at once, each with what is allowed', async () => {
  const answer = await bench.post('/v1/endpoints', {
    url: 7,
    eventTypes: ['user.create', 'x'],
    organizationId: 'acme',
    descripton: 'a typo',
    colour: 'red',
  });
  expectProblem(answer, 400, 'validation');
  expect(answer.body.errors).toEqual([
    { field: 'url', message: 'must be a string' },
    {
      field: 'eventTypes.0',
      message: expect.stringMatching(/^must be one of user\.created, .+; did you mean user\.created\?$/),
    },
    { field: 'eventTypes.1', message: expect.stringMatching(/^must be one of user\.created, [^;]+$/) },
    { field: 'organizationId', message: 'must be an id, such as an earlier answer gave it' },
    { field: 'descripton', message: 'is no field here; did you mean description?' },
    {
      field: 'colour',
      message: expect.stringMatching(
        /^is no field here; leave it out, or use one of url, .*eventTypes, .*directoryId$/,
      ),
    },
  ]);
  for (const { field, message } of answer.body.errors) expect(answer.body.detail).toContain(`${field} ${message}`);
});

test.each([
  [{}, 'name is required: a string.'],
  [{ name: null }, 'name must be a string.'],
  [{ name: '  ' }, 'name must have at least 1 characters.'],
  [{ name: 'x'.repeat(201) }, 'name must have at most 200 characters.'],
  [{ name: 'a\u0007b' }, 'name must have no control characters.'],
  [{ name: 'a\ud800b' }, 'name must have no control characters.'],
  [{ name: 'Acme', __proto__x: 1 }, '__proto__x is no field here; leave it out, or use one of name.'],
])('the organization %j is refused: %s', async (body, detail) => {
  expectProblem(await bench.post('/v1/organizations', body), 400, 'validation', detail);
});

test('a prototype cannot be smuggled in', async () => {
  expectProblem(
    await raw('{"name":"Acme","__proto__":{"admin":true}}'),
    400,
    'validation',
    '__proto__ is no field here',
  );
});

test.each([
  ['limit=0', 'limit must be an integer from 1 to 100.'],
  ['limit=101', 'limit must be an integer from 1 to 100.'],
  ['limit=ten', 'limit must be an integer from 1 to 100.'],
  ['limit=1&limit=2', 'limit must be a string.'],
  [
    'after=nonsense',
    'after is no cursor of this list; use the nextCursor of the page before, or leave it out to begin.',
  ],
  ['afer=x', 'afer is no parameter here; did you mean after?.'],
])('a list refuses ?%s: %s', async (query, detail) => {
  for (const path of ['organizations', 'directories', 'endpoints', 'deliveries', 'events']) {
    expectProblem(await bench.get(`/v1/${path}?${query}`), 400, 'validation', detail.split(';')[0]);
  }
});

test('lists answer in pages that miss and repeat nothing', async () => {
  const made: string[] = [];
  for (let n = 0; n < 7; n += 1) made.push(await newOrganization(bench, `Organization ${n}`));
  const seen: string[] = [];
  for (let after = ''; ;) {
    const { body } = await bench.get(`/v1/organizations?limit=3${after}`).expect(200);
    expect(body.data.length).toBeLessThanOrEqual(3);
    for (const { id } of body.data) seen.push(id);
    if (body.nextCursor === null) break;
    after = `&after=${body.nextCursor}`;
  }
  expect(seen).toEqual(made);
});

test('what fails on our side is a 500 that tells nothing; the log line has its request id', async () => {
  const secret = 'mongodb://user:password@host';
  const failing = { find: () => Promise.reject(new Error(`cannot reach ${secret}`)) };
  const logged: object[] = [];
  const log = (fields: object): void => void logged.push(fields);
  const app = createAdmin({
    ...bench.store,
    registry: { ...bench.store.registry, organizations: { ...bench.store.registry.organizations, ...failing } },
    web: NO_WEB,
    installation: INSTALLATION,
    adminKeyHash: '00'.repeat(32),
    requestsPerSecond: 1,
    trustedProxies: [],
    sealer: { seal: String, open: String, isCurrent: () => true },
    publicUrl: '',
    partitions: 1,
    courier: createHttpCourier([], Date.now),
    allowCidrs: [],
    feed: bench.feed,
    metrics: bench.deps.metrics,
    stopping: bench.stopping.signal,
    remap: () => undefined,
    clock: () => 0,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const key = await firstAdminKey(bench.store.registry.adminKeys, () => 0, newId);
  const answer = await request(app)
    .get('/v1/organizations')
    .set('authorization', `Bearer ${String(key)}`);
  expectProblem(answer, 500, 'internal');
  expect(answer.text).not.toContain('password');
  expect(logged).toEqual([expect.objectContaining({ requestId: answer.headers['x-request-id'], name: 'Error' })]);
});

test('an empty cursor, and a text of nothing but blanks and control characters, are refused', async () => {
  expectProblem(await bench.get('/v1/organizations?after='), 400, 'validation', /^after must have at least 1/);
  expectProblem(await bench.post('/v1/organizations', { name: ' \u0089' }), 400, 'validation', /^name must have no/);
});

test('the events of a directory that is not there are refused', async () => {
  expectProblem(await bench.get(`/v1/events?directoryId=${newId()}`), 404, 'not-found');
});
