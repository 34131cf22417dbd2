import { get as httpGet } from 'node:http';
import request from 'supertest';
import { createAdmin, SETUP_ROUTES } from '../../services/admin/app.js';
import { issueCredential } from '../../shared/runtime/credentials.js';
import { newId } from '../../shared/runtime/ids.js';
import { serve } from '../../shared/runtime/serve.js';
import { expectProblem, KEY, newDirectory, openBench, rows, sealer, type Bench } from '../service/admin-support.js';
import { makeLink, openLink, openSetup, type SetupPage } from '../service/setup-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const HOUR_MS = 3_600_000;

const routes = SETUP_ROUTES.map(({ method, path }) => ({
  method: method.toLowerCase() as 'get',
  path: path.replace(/:\w+/g, () => newId()),
}));

const expectOver = async (page: SetupPage): Promise<void> => {
  for (const url of ['/setup/session', '/setup/directory', '/setup/stream']) {
    expectProblem(await page.ask('get', url), 401, 'unauthorized', /session is over/);
  }
};

test('a link is exchanged for a session of half a day, in a cookie that goes to the set-up page alone', async () => {
  const { id } = await newDirectory(bench);
  const { token } = await makeLink(bench, id);
  const { body, headers } = await openLink(bench.app, token).expect(201);
  expect(body).toEqual({
    csrf: expect.stringMatching(/^[\w-]{43}$/),
    expiresAt: new Date(bench.now + 12 * HOUR_MS).toISOString(),
  });
  expect(String(headers['set-cookie'])).toMatch(
    /^rollcall_setup=v2[\w.-]+; Max-Age=43200; Path=\/setup; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
  );
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  const [cookie = ''] = String(headers['set-cookie']).split(';');
  const told = await request(bench.app).get('/setup/session').set('cookie', cookie).expect(200);
  expect(told.body).toEqual(body);
  const [link] = rows(await bench.get(`/v1/directories/${id}/setup-links`));
  expect(link).toMatchObject({
    state: 'open',
    openedAt: new Date(bench.now).toISOString(),
    sessionEndsAt: body.expiresAt,
  });
});

test('a link opens once; in the browser that has opened it, it leads back to where it was', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  expectProblem(
    await openLink(bench.app, page.token),
    401,
    'unauthorized',
    /was opened before, and opens once\. Ask for a new one/,
  );
  const again = await openLink(bench.app, page.token).set('cookie', page.cookie).expect(200);
  expect([again.body.csrf, again.headers['set-cookie']]).toEqual([page.csrf, undefined]);
});

test('of many that open a link at the same time one is let in', async () => {
  const { id } = await newDirectory(bench);
  const { token } = await makeLink(bench, id);
  const answers = await Promise.all(Array.from({ length: 8 }, () => openLink(bench.app, token)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 401)]);
});

test('a link that expired, was revoked, or is none of ours opens nothing, and says why', async () => {
  const { id } = await newDirectory(bench);
  const refused = async (token: string, why: RegExp): Promise<void> => {
    const answer = await openLink(bench.app, token);
    expectProblem(answer, 401, 'unauthorized', why);
    expect(answer.headers['set-cookie']).toBeUndefined();
  };
  const revoked = await makeLink(bench, id);
  await bench.delete(`/v1/directories/${id}/setup-links/${revoked.id}`).expect(204);
  await refused(revoked.token, /was revoked/);
  const { token } = await makeLink(bench, id);
  for (const wrong of [
    `${token}x`,
    token.slice(0, -1),
    issueCredential('rcl').secret,
    issueCredential('rca').secret,
    KEY,
  ]) {
    await refused(wrong, /is not one of ours, or what it was for is gone/);
  }
  bench.now += 7 * 24 * HOUR_MS;
  await refused(token, /expired at 20/);
  const last = await makeLink(bench, id);
  await bench.delete(`/v1/directories/${id}`).expect(204);
  await refused(last.token, /what it was for is gone/);
});

test.each([[{}], [{ token: '' }], [{ token: 7 }], [{ token: 'x'.repeat(201) }], [{ token: 'x', more: 1 }]])(
  'the session is not begun with %j',
  async (body) => expectProblem(await request(bench.app).post('/setup/session').send(body), 400, 'validation'),
);

test('a session ends when its link is revoked, its directory deleted, and after half a day', async () => {
  const [one, two, three] = [await newDirectory(bench), await newDirectory(bench), await newDirectory(bench)];
  const [first, second, third] = [
    await openSetup(bench, one.id),
    await openSetup(bench, two.id),
    await openSetup(bench, three.id),
  ];
  await bench.delete(`/v1/directories/${one.id}/setup-links/${first.linkId}`).expect(204);
  await expectOver(first);
  await bench.delete(`/v1/directories/${two.id}`).expect(204);
  await expectOver(second);
  bench.now += 12 * HOUR_MS - 1;
  await third.ask('get', '/setup/directory').expect(200);
  bench.now += 1;
  await expectOver(third);
});

test('closing the page ends the session for every copy of its cookie', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  const { headers } = await page.ask('delete', '/setup/session').expect(204);
  expect(String(headers['set-cookie'])).toMatch(/^rollcall_setup=; Path=\/setup; Expires=Thu, 01 Jan 1970/);
  await expectOver(page);
  await request(bench.app).delete('/setup/session').expect(204);
});

test('a stream ends within seconds when the link is revoked', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  const stopping = new AbortController();
  const { port, closed } = await serve(bench.app, 0, stopping.signal);
  await new Promise<void>((resolve, reject) => {
    const asked = httpGet({ port, path: '/setup/stream', headers: { cookie: page.cookie } }, (answer) => {
      expect(answer.statusCode).toBe(200);
      answer.on('error', () => undefined).on('close', resolve);
      answer.resume();
      bench
        .delete(`/v1/directories/${id}/setup-links/${page.linkId}`)
        .expect(204)
        .then(() => undefined, reject);
    });
    asked.on('error', reject);
  });
  stopping.abort();
  await closed;
});

describe('whoever has no session of the page', () => {
  test.each(routes)('is refused $method $path', async ({ method, path }) => {
    const { id } = await newDirectory(bench);
    const forged = sealer.seal(JSON.stringify({ linkId: newId(), csrf: 'x', expiresAt: bench.now + HOUR_MS }), {
      id: 'rollcall_setup',
      organizationId: null,
    });
    const signedIn = await request(bench.app).post('/session').send({ adminKey: KEY }).expect(201);
    const [asOperator = ''] = String(signedIn.headers['set-cookie']).split(';');
    const { token } = await makeLink(bench, id);
    const headers = [
      {},
      { authorization: `Bearer ${KEY}` },
      { authorization: `Bearer ${token}` },
      { cookie: asOperator, 'x-rollcall-csrf': String(signedIn.body.csrf) },
      {
        cookie: asOperator.replace('rollcall_session', 'rollcall_setup'),
        'x-rollcall-csrf': String(signedIn.body.csrf),
      },
      { cookie: `rollcall_setup=${forged}`, 'x-rollcall-csrf': 'x' },
    ];
    for (const sent of headers) {
      expectProblem(await request(bench.app)[method](path).set(sent), 401, 'unauthorized');
    }
  });
});

test('the session of the page opens nothing else', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  for (const cookie of [page.cookie, page.cookie.replace('rollcall_setup', 'rollcall_session')]) {
    for (const url of [`/v1/directories/${id}`, '/v1/directories', '/session']) {
      expectProblem(await request(bench.app).get(url).set('cookie', cookie), 401, 'unauthorized');
    }
  }
});

test('whatever is not only read needs the token of the session', async () => {
  const { id } = await newDirectory(bench);
  const [page, other] = [await openSetup(bench, id), await openSetup(bench, id)];
  const changing = [...routes, { method: 'delete' as const, path: '/setup/session' }].filter(
    ({ method }) => method !== 'get',
  );
  expect(changing.length).toBeGreaterThanOrEqual(6);
  for (const { method, path } of changing) {
    for (const csrf of ['', 'x', other.csrf]) {
      const asked = request(bench.app)[method](path).set('cookie', page.cookie);
      expectProblem(
        await (csrf === '' ? asked : asked.set('x-rollcall-csrf', csrf)),
        403,
        'forbidden',
        /x-rollcall-csrf/,
      );
    }
  }
});

test('what is done in the page is in the audit log, with the link as its author, and no secret is written down', async () => {
  const { id, organizationId } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  await page.ask('patch', '/setup/directory', { provider: 'okta' }).expect(200);
  const made = await page.ask('post', '/setup/tokens', {}).expect(201);
  await page.ask('delete', `/setup/tokens/${made.body.id}`).expect(204);
  await page.ask('post', '/setup/complete').expect(200);
  await page.ask('delete', '/setup/session').expect(204);
  const audit = await bench.get(`/v1/audit?directoryId=${id}&actor=${page.linkId}`).expect(200);
  expect(
    rows(audit)
      .map(({ action }) => action)
      .reverse(),
  ).toEqual([
    'setup_link.opened',
    'directory.updated',
    'token.created',
    'token.revoked',
    'directory.set_up',
    'setup_link.closed',
  ]);
  for (const entry of rows(audit)) {
    expect(entry).toMatchObject({
      actor: { id: page.linkId, name: 'set-up link' },
      ...{ organizationId, directoryId: id, address: '127.0.0.1', outcome: 'done' },
    });
  }
  const everything = JSON.stringify([audit.body, bench.logged]);
  for (const secret of [page.token, page.cookie.split('=')[1], page.csrf, made.body.token]) {
    expect(everything).not.toContain(String(secret));
  }
});

test('a page that asks without pause is slowed down', async () => {
  const { id } = await newDirectory(bench);
  const app = createAdmin(bench.deps);
  const page = await openSetup(bench, id, app);
  const answers = await Promise.all(Array.from({ length: 60 }, () => page.ask('get', '/setup/directory')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers['retry-after']).toBe('1');
});
