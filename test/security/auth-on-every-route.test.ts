import request from 'supertest';
import { ROUTES, SETUP_ROUTES } from '../../services/admin/app.js';
import { isPublic } from '../../services/admin/routes.js';
import { firstAdminKey } from '../../shared/config/secrets.js';
import { issueCredential } from '../../shared/runtime/credentials.js';
import { newId } from '../../shared/runtime/ids.js';
import { expectProblem, KEY, newDirectory, openBench, type Bench } from '../service/admin-support.js';
import { startIngest, type IngestHarness } from '../support/ingest.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** Every route that the app answers, found in the app itself, so that a new one cannot be forgotten. */
function answered(): string[] {
  const stack: unknown = bench.app.router.stack;
  return (stack as readonly Layer[]).flatMap(({ route }) =>
    Object.keys(route?.methods ?? {})
      // Refuses the other methods.
      .filter((method) => method !== '_all')
      .map((method) => `${method.toUpperCase()} ${String(route?.path)}`),
  );
}

interface Asked {
  readonly method: string;
  readonly path: string;
}

const filled = ({ method, path }: Asked): Asked => ({
  method: method.toLowerCase(),
  path: path.replace(/:\w+/g, () => newId()),
});
const routes = (): Asked[] => ROUTES.filter((route) => !isPublic(route)).map(filled);

const call = ({ method, path }: Asked, authorization?: string): request.Test => {
  const test = request(bench.app)[method as 'get'](path);
  return authorization === undefined ? test : test.set('authorization', authorization);
};

/** The right key now and then lets an address off. */
let calls = 0;
async function withoutLockOut(): Promise<void> {
  if ((calls += 1) % 8 === 0) await bench.get('/v1/organizations').expect(200);
}

/** Pages, what they are made of, and how they get a session. */
const OF_BROWSERS = [
  ...['GET /', 'GET /console,/console/*screen', 'GET /setup', 'GET /setup/logo', 'GET /assets/:file'],
  ...['/session', '/setup/session'].flatMap((path) => ['GET', 'POST', 'DELETE'].map((method) => `${method} ${path}`)),
];

test('the app answers what its tables have and what browsers open, and nothing else', () => {
  const named = [...ROUTES, ...SETUP_ROUTES].map(({ method, path }) => `${method} ${path}`);
  expect(answered().sort()).toEqual([...named, ...OF_BROWSERS].sort());
  expect(routes().length).toBeGreaterThanOrEqual(50);
  expect(ROUTES.filter(isPublic).map(({ path }) => path)).toEqual(['/schemas/events/:file', '/openapi.json', '/docs']);
});

const REFUSED: readonly (readonly [string, () => string | undefined])[] = [
  ['no credential', () => undefined],
  ['an empty header', () => ''],
  ['an empty bearer', () => 'Bearer '],
  ['another scheme', () => `Basic ${Buffer.from(`admin:${KEY}`).toString('base64')}`],
  ['the key without a scheme', () => KEY],
  ['two keys', () => `Bearer ${KEY} ${KEY}`],
  ['a wrong key', () => `Bearer ${KEY}x`],
  ["the key's hash", () => 'Bearer d3f2'],
  ['a well-formed key that nobody issued', () => `Bearer ${issueCredential('rca').secret}`],
  ['a malformed key', () => 'Bearer rca_short'],
];

test.each(REFUSED)('every route refuses %s with 401 and says how to authenticate', async (_what, header) => {
  for (const route of [...routes(), { method: 'get', path: '/v1/no-such-path' }, { method: 'get', path: '/v1' }]) {
    await withoutLockOut();
    const answer = await call(route, header());
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="rollcall"');
  }
});

test("a directory's token is no admin key", async () => {
  const { token } = await newDirectory(bench);
  for (const route of routes()) {
    await withoutLockOut();
    expectProblem(await call(route, `Bearer ${token}`), 401, 'unauthorized');
  }
});

test('no route answers 401 to the key of the operator', async () => {
  // A stream would go on.
  bench.stopping.abort();
  for (const route of routes()) expect((await call(route, `Bearer ${KEY}`)).status).not.toBe(401);
});

test('a stored key is good until it is deleted', async () => {
  const key = await firstAdminKey(bench.store.registry.adminKeys, () => bench.now, newId);
  const ask = () => call({ method: 'get', path: '/v1/organizations' }, `bearer ${String(key)}`);
  expect((await ask()).status).toBe(200);
  for (const { id } of await bench.store.registry.adminKeys.find({}, { limit: 10 })) {
    await bench.store.registry.adminKeys.delete(id);
  }
  expectProblem(await ask(), 401, 'unauthorized');
});

test('an unknown path is a problem too, inside /v1 and outside', async () => {
  expectProblem(await bench.get('/v1/organisations'), 404, 'not-found', 'There is no GET /v1/organisations.');
  expectProblem(await request(bench.app).get('/doc'), 404, 'not-found', 'There is no GET /doc.');
});

test('a path that has other methods says which', async () => {
  const answer = await bench.post('/v1/events', {});
  expectProblem(answer, 405, 'method-not-allowed', 'There is no POST /v1/events; the path has GET, HEAD.');
  expect(answer.headers['allow']).toBe('GET, HEAD');
  const { headers } = await request(bench.app).put('/schemas/events/index.json').expect(405);
  expect(headers['allow']).toBe('GET, HEAD');
  expect((await bench.delete('/v1/organizations').expect(405)).headers['allow']).toBe('POST, GET, HEAD');
});

test('no answer lets another origin read it', async () => {
  const origin = (test: request.Test): request.Test => test.set('origin', 'https://evil.example');
  const preflight = request(bench.app).options('/v1/organizations').set('access-control-request-method', 'POST');
  const answers = [
    await origin(bench.get('/v1/organizations')).expect(200),
    await origin(request(bench.app).get('/schemas/events/index.json')).expect(200),
    await origin(preflight).expect(401),
  ];
  for (const { headers } of answers) {
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('answers are not cached, sniffed or framed', async () => {
  const { headers } = await bench.get('/v1/organizations');
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
  expect(headers['x-powered-by']).toBeUndefined();
});

describe('SCIM', () => {
  let ingest: IngestHarness;
  beforeAll(async () => (ingest = await startIngest()));
  afterAll(() => ingest.store.close());

  /** Every path that the app answers; all methods of each are asked, so that refusals of a method are behind the token too. */
  const paths = (): string[] => {
    const stack: unknown = ingest.app.router.stack;
    const all = (stack as readonly Layer[]).flatMap(({ route }) => (route === undefined ? [] : [route.path]));
    return [...new Set(all)].map((path) =>
      path
        .replace('{/:id}', '/User')
        .replace('{/*rest}', '/Users')
        .replace(':endpoint', 'Users')
        .replace(':id', newId()),
    );
  };
  const credentials = async (): Promise<Record<string, string | undefined>> => {
    const { tokens } = ingest.store.registry;
    const [other, ended, revoked] = [await addTo(), await addTo(), await addTo()];
    const change = async ({ tokenId }: typeof other, changes: object): Promise<void> => {
      const token = await tokens.get(tokenId);
      if (token === undefined) throw new Error('there is no token');
      await tokens.replace({ ...token, version: token.version + 1, ...changes, directoryId: directory.id });
    };
    await change(ended, { expiresAt: ingest.clock.now - 1 });
    await change(revoked, { revokedAt: ingest.clock.now - 1 });
    return {
      none: undefined,
      'of no form': 'Bearer rcs_abc',
      unknown: `Bearer ${issueCredential('rcs').secret}`,
      'of another directory': `Bearer ${other.token}`,
      ended: `Bearer ${ended.token}`,
      revoked: `Bearer ${revoked.token}`,
      'an admin key': `Bearer ${KEY}`,
    };
  };
  const addTo = () => ingest.addDirectory();
  let directory: Awaited<ReturnType<IngestHarness['addDirectory']>>;

  test('no path answers anything but 401 to a credential that is none of its directory, and nothing is written', async () => {
    directory = await addTo();
    const asked = paths();
    expect(asked.length).toBeGreaterThanOrEqual(14);
    const wrong: string[] = [];
    for (const [what, authorization] of Object.entries(await credentials())) {
      for (const path of asked) {
        for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
          const sent = request(ingest.app)[method](path.replace(':directoryId', directory.id));
          if (authorization !== undefined) sent.set('authorization', authorization);
          const { status, headers } = await sent;
          const isRefused = status === 401 && headers['www-authenticate'] === 'Bearer realm="SCIM"';
          if (!isRefused) wrong.push(`${method} ${path}, ${what}: ${status}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect((await ingest.store.commits.head(directory.id)).number).toBe(0);
  });
});
