import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { BELIEVED_MS } from '../../services/ingest/known-directories.js';
import { KEY, newOrganization, openBench, type Bench } from '../service/admin-support.js';
import { silent, startIngest, type IngestHarness } from '../support/ingest.js';
import { openSqlite } from '../support/stores.js';

/** Per directory `allowedCidrs` for SCIM callers; the client address is taken from trusted proxies only. */

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const ELSEWHERE = ['203.0.113.0/24', '2001:db8::/32'];

describe('of SCIM', () => {
  let ingest: IngestHarness;
  let id: string;
  let base: string;
  let token: string;

  const open = async (trustedProxies: readonly string[], allowedCidrs: readonly string[]): Promise<void> => {
    ingest = await startIngest(silent, openSqlite, { trustedProxies });
    ({ id, base, token } = await ingest.addDirectory());
    const directory = await ingest.store.registry.directories.get(id);
    if (directory === undefined) throw new Error('there is no directory');
    await ingest.store.registry.directories.replace({ ...directory, version: 2, allowedCidrs });
    ingest.clock.now += BELIEVED_MS;
  };
  afterEach(() => ingest.store.close());

  const create = (userName: string, forwardedFor?: string) => {
    const call = request(ingest.app).post(`${base}/Users`).auth(token, { type: 'bearer' });
    if (forwardedFor !== undefined) call.set('x-forwarded-for', forwardedFor);
    return call.send({ userName });
  };
  const commits = async (): Promise<number> => (await ingest.store.commits.head(id)).number;

  test.each([
    ['none', []],
    ["the caller's", LOOPBACK],
    ["others and the caller's", [...ELSEWHERE, ...LOOPBACK]],
  ])('a directory with these ranges takes the request: %s', async (_, ranges) => {
    await open([], ranges);
    await create('ann').expect(201);
  });

  test('from elsewhere it is refused with the address and what to do, and nothing is written', async () => {
    await open([], ELSEWHERE);
    const { status, body } = await create('ann');
    expect(status).toBe(403);
    expect(body.detail).toMatch(
      /^The address (::ffff:)?127\.0\.0\.1 is in none of the ranges .* Add it to allowedCidrs in the management API; .* ROLLCALL_TRUSTED_PROXIES\.$/,
    );
    expect(await commits()).toBe(0);
  });

  test('who has no token is not told what the ranges are about', async () => {
    await open([], ELSEWHERE);
    const { body } = await request(ingest.app).get(`${base}/Users`).auth('rcs_wrong', { type: 'bearer' }).expect(401);
    expect(JSON.stringify(body)).not.toMatch(/range|address/i);
  });

  test('what a caller claims of its address counts for nothing', async () => {
    await open([], ELSEWHERE);
    await create('ann', '203.0.113.7').expect(403);
  });

  test.each([
    ['203.0.113.7', 201],
    ['2001:db8::7', 201],
    ['::ffff:203.0.113.7', 201],
    ['198.51.100.1, 203.0.113.7', 201],
    // The proxy has added the last one; what stands before it is the caller's own word.
    ['203.0.113.7, 198.51.100.1', 403],
    ['198.51.100.1', 403],
    ['nonsense', 403],
  ])('a trusted proxy tells of %s: %i', async (forwardedFor, status) => {
    await open(LOOPBACK, ELSEWHERE);
    await create('ann', forwardedFor).expect(status);
  });

  test('a request that did not come through the trusted proxy is judged by its own address', async () => {
    await open(['10.0.0.0/8'], ELSEWHERE);
    await create('ann', '203.0.113.7').expect(403);
  });
});

describe('in the management API', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await openBench()));
  afterAll(() => bench.close());

  test('ranges are given, changed and taken away', async () => {
    const organizationId = await newOrganization(bench);
    const made = await bench.post('/v1/directories', { organizationId, name: 'Okta', allowedCidrs: LOOPBACK });
    expect(made.body.allowedCidrs).toEqual(LOOPBACK);
    const path = `/v1/directories/${made.body.id}`;
    expect((await bench.patch(path, { allowedCidrs: ELSEWHERE })).body.allowedCidrs).toEqual(ELSEWHERE);
    expect((await bench.patch(path, { name: 'Entra' })).body.allowedCidrs).toEqual(ELSEWHERE);
    expect((await bench.patch(path, { allowedCidrs: [] })).body.allowedCidrs).toEqual([]);
  });

  test('what is no range is refused, with its place and its form', async () => {
    const organizationId = await newOrganization(bench);
    const body = { organizationId, name: 'Okta', allowedCidrs: ['203.0.113.0/24', '203.0.113.9'] };
    const { status, body: problem } = await bench.post('/v1/directories', body);
    expect([status, problem.errors[0].field]).toEqual([400, 'allowedCidrs.1']);
    expect(problem.errors[0].message).toMatch(/must be an address range in CIDR form, such as 203\.0\.113\.0\/24/);
  });

  test('wrong admin keys slow down the client that a trusted proxy tells of, not those beside it', async () => {
    const app = createAdmin({ ...bench.deps, trustedProxies: LOOPBACK });
    const ask = (forwardedFor: string, key: string) =>
      request(app).get('/v1/organizations').auth(key, { type: 'bearer' }).set('x-forwarded-for', forwardedFor);
    for (let tries = 0; tries < 10; tries += 1) await ask('203.0.113.7', 'wrong').expect(401);
    await ask('203.0.113.7', KEY).expect(429);
    await ask('203.0.113.8', KEY).expect(200);
  });
});
