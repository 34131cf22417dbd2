import { get as httpGet } from 'node:http';
import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { createSealer } from '../../shared/runtime/seal.js';
import { serve } from '../../shared/runtime/serve.js';
import { expectProblem, KEY, newOrganization, openBench, rows, sealer, type Bench } from '../service/admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const HOUR_MS = 3_600_000;

interface SignedIn {
  /** As browsers send it. */
  readonly cookie: string;
  readonly csrf: string;
}

async function signIn(adminKey = KEY): Promise<SignedIn> {
  const { headers, body } = await request(bench.app).post('/session').send({ adminKey }).expect(201);
  const [cookie = ''] = String(headers['set-cookie']).split(';');
  return { cookie, csrf: String(body.csrf) };
}

async function newKey(body: object = {}): Promise<{ readonly id: string; readonly key: string }> {
  return (await bench.post('/v1/admin-keys', { name: 'Console', ...body }).expect(201)).body;
}

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete' | 'head';
const within = ({ cookie }: Pick<SignedIn, 'cookie'>, method: Method, url: string): request.Test =>
  request(bench.app)[method](url).set('cookie', `other=1; ${cookie}; another=2`);

test('an admin key signs in for half a day, and the page is told who that is', async () => {
  const { body, headers } = await request(bench.app).post('/session').send({ adminKey: KEY }).expect(201);
  expect(body).toEqual({
    ...{ kind: 'admin', name: 'operator', scopes: ['read', 'write'], organizationId: null },
    csrf: expect.stringMatching(/^[\w-]{43}$/),
    expiresAt: new Date(bench.now + 12 * HOUR_MS).toISOString(),
  });
  expect(headers['cache-control']).toBe('no-store');
  const [cookie = ''] = String(headers['set-cookie']).split(';');
  expect((await within({ cookie }, 'get', '/session').expect(200)).body).toEqual(body);
});

test('the cookie is out of reach of scripts and other sites, and goes over HTTPS where the public URL does', async () => {
  const cookieOf = async (publicUrl: string): Promise<string> => {
    const app = createAdmin({ ...bench.deps, publicUrl });
    const { headers } = await request(app).post('/session').send({ adminKey: KEY }).expect(201);
    return String(headers['set-cookie']);
  };
  const attributes = '; Max-Age=43200; Path=/; Expires=';
  expect(await cookieOf('https://directory.example.com')).toMatch(
    new RegExp(`^rollcall_session=v2[\\w.-]+${attributes}[^;]+; HttpOnly; Secure; SameSite=Strict$`),
  );
  expect(await cookieOf('http://localhost:3000')).toMatch(
    new RegExp(`^rollcall_session=v2[\\w.-]+${attributes}[^;]+; HttpOnly; SameSite=Strict$`),
  );
});

test('the management API takes the session as it takes the key', async () => {
  const { id, key } = await newKey({ name: 'Anna' });
  const session = await signIn(key);
  const listed = await within(session, 'get', '/v1/organizations').expect(200);
  expect(listed.headers['ratelimit']).toBeDefined();
  const made = await within(session, 'post', '/v1/organizations')
    .set('x-rollcall-csrf', session.csrf)
    .send({ name: 'Made in the console' })
    .expect(201);
  const audit = await bench.get(`/v1/audit?actor=${id}`).expect(200);
  expect(rows(audit)).toMatchObject([
    { actor: { id, name: 'Anna' }, action: 'organization.created', subject: { id: made.body.id }, outcome: 'done' },
  ]);
});

test('whatever is not only read needs the token of the session, which another site cannot know', async () => {
  const [session, other] = [await signIn(), await signIn()];
  const wrong: (string | undefined)[] = [undefined, '', 'x', `${session.csrf}x`, other.csrf];
  for (const csrf of wrong) {
    for (const [method, url] of [
      ['post', '/v1/organizations'],
      ['patch', '/v1/organizations/01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55'],
      ['put', '/v1/directories/01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55/mapping'],
      ['delete', '/v1/organizations/01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55'],
      ['delete', '/session'],
    ] as const) {
      const asked = within(session, method, url);
      const answer = await (csrf === undefined ? asked : asked.set('x-rollcall-csrf', csrf)).send({ name: 'Forged' });
      expectProblem(answer, 403, 'forbidden', /needs the header "x-rollcall-csrf"/);
    }
  }
  await within(session, 'get', '/v1/organizations').expect(200);
  await within(session, 'head', '/v1/organizations').expect(200);
  expect(rows(await bench.get('/v1/organizations')).map(({ name }) => name)).not.toContain('Forged');
});

test('a key in the header counts before a session in a cookie', async () => {
  const session = await signIn();
  const answer = within(session, 'get', '/v1/organizations').set('authorization', 'Bearer wrong');
  expectProblem(await answer, 401, 'unauthorized');
  // Nor does a key need what guards a cookie.
  await bench.post('/v1/organizations', { name: 'By key' }).set('cookie', session.cookie).expect(201);
});

test('a session can do no more than its key', async () => {
  const [own, foreign] = [await newOrganization(bench), await newOrganization(bench)];
  const { key } = await newKey({ scopes: ['read'], organizationId: own });
  const session = await signIn(key);
  const seen = await within(session, 'get', '/v1/organizations').expect(200);
  expect(rows(seen).map(({ id }) => id)).toEqual([own]);
  expectProblem(await within(session, 'get', `/v1/organizations/${foreign}`), 404, 'not-found');
  const written = await within(session, 'post', '/v1/organizations').set('x-rollcall-csrf', session.csrf).send({});
  expectProblem(written, 403, 'forbidden', /lacks the scope "write"/);
});

test('a session ends when its key is revoked, when the key expires, and after half a day', async () => {
  const gone = async (session: SignedIn): Promise<void> => {
    for (const url of ['/session', '/v1/organizations']) {
      expectProblem(await within(session, 'get', url), 401, 'unauthorized');
    }
  };
  const revoked = await newKey();
  const first = await signIn(revoked.key);
  await bench.delete(`/v1/admin-keys/${revoked.id}`).expect(204);
  await gone(first);
  const { key } = await newKey({ expiresAt: new Date(bench.now + HOUR_MS).toISOString() });
  const [second, third] = [await signIn(key), await signIn()];
  bench.now += HOUR_MS;
  await gone(second);
  await within(third, 'get', '/session').expect(200);
  bench.now += 11 * HOUR_MS;
  await gone(third);
});

test('signing out takes the cookie away', async () => {
  const session = await signIn();
  const { headers } = await within(session, 'delete', '/session').set('x-rollcall-csrf', session.csrf).expect(204);
  expect(String(headers['set-cookie'])).toMatch(/^rollcall_session=; Path=\/; Expires=Thu, 01 Jan 1970/);
  await request(bench.app).delete('/session').expect(204);
});

test('without a session, or with one that we did not make, nobody is signed in', async () => {
  const forged = JSON.stringify({ hash: bench.deps.adminKeyHash, csrf: 'x', expiresAt: bench.now + HOUR_MS });
  const sealedIn = (id: string) => ({ id, organizationId: null });
  const { cookie } = await signIn();
  const cookies = [
    '',
    'rollcall_session=',
    'rollcall_session=%',
    `rollcall_session=${Buffer.from(forged).toString('base64url')}`,
    `rollcall_session=${createSealer(Buffer.alloc(32, 6)).seal(forged, sealedIn('rollcall_session'))}`,
    // Sealed by us for another purpose.
    `rollcall_session=${sealer.seal(forged, sealedIn('rollcall_setup'))}`,
    `${cookie}x`,
    cookie.replace('rollcall_session', 'rollcall_sessions'),
  ];
  for (const one of cookies) {
    expectProblem(await within({ cookie: one }, 'get', '/session'), 401, 'unauthorized');
    expectProblem(await within({ cookie: one }, 'get', '/v1/organizations'), 401, 'unauthorized');
  }
});

test('wrong keys at the sign-in are slowed down like those in the header, with one count', async () => {
  const fresh = await openBench();
  const tryOut = (adminKey: string): request.Test => request(fresh.app).post('/session').send({ adminKey });
  for (let tries = 0; tries < 5; tries += 1) {
    expectProblem(await tryOut('wrong'), 401, 'unauthorized');
    expectProblem(
      await request(fresh.app).get('/v1/organizations').set('authorization', 'Bearer wrong'),
      401,
      'unauthorized',
    );
  }
  const refused = await tryOut(KEY);
  expectProblem(refused, 429, 'too-many-requests');
  expect(refused.headers['retry-after']).toBe('1');
  await fresh.close();
});

test.each([
  [{}, 'adminKey'],
  [{ adminKey: 7 }, 'adminKey'],
  [{ adminKey: 'x'.repeat(1001) }, 'adminKey'],
  [{ adminKey: 'x', remember: true }, 'remember'],
])('a sign-in with %j is refused for its %s', async (body, field) => {
  const answer = await request(bench.app).post('/session').send(body);
  expectProblem(answer, 400, 'validation');
  expect(answer.body.errors).toMatchObject([{ field }]);
});

test('a form of another site cannot sign anybody in', async () => {
  const answer = await request(bench.app).post('/session').type('form').send({ adminKey: KEY });
  expectProblem(answer, 415, 'unsupported-media-type');
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('a stream ends within seconds when the key of its session is revoked', async () => {
  const { id, key } = await newKey();
  const { cookie } = await signIn(key);
  const stopping = new AbortController();
  const { port, closed } = await serve(bench.app, 0, stopping.signal);
  const ended = new Promise<void>((resolve, reject) => {
    const asked = httpGet({ port, path: '/v1/events/stream', headers: { cookie } }, (answer) => {
      answer.on('error', () => undefined).on('close', resolve);
      answer.resume();
      bench
        .delete(`/v1/admin-keys/${id}`)
        .expect(204)
        .then(() => undefined, reject);
    });
    asked.on('error', reject);
  });
  await ended;
  stopping.abort();
  await closed;
});

test('neither the key nor the session is in the log', async () => {
  const { key } = await newKey();
  const { cookie, csrf } = await signIn(key);
  await within({ cookie }, 'get', '/v1/organizations').expect(200);
  const [, sealed = ''] = cookie.split('=');
  for (const secret of [KEY, key, sealed, csrf]) expect(JSON.stringify(bench.logged)).not.toContain(secret);
});
