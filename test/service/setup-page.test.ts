import { readFileSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { createAdmin, SETUP_ROUTES } from '../../services/admin/app.js';
import { scopeTo } from '../../services/admin/scope.js';
import type { SetupProgressView } from '../../services/admin/setup/stream.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import { newId } from '../../shared/runtime/ids.js';
import { serve } from '../../shared/runtime/serve.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { idAt, timeOfId } from '../../shared/webhooks/delivery.js';
import { commit, expectProblem, newDirectory, openBench, rows, type Bench } from './admin-support.js';
import { listen } from '../support/server-sent-events.js';
import { openSetup } from './setup-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const iso = (time: number): string => new Date(time).toISOString();

const resource = (type: 'User' | 'Group', name: string): ResourceRow => ({
  ...{ id: newId(), type, version: 1, createdAt: bench.now, updatedAt: bench.now, keys: [] },
  attributes: type === 'User' ? { userName: name, active: true, nickName: 'Nick' } : { displayName: name },
});

const asked = (directoryId: string, at = bench.now): RequestEntry => ({
  ...{ id: idAt(at) + newId().slice(13), directoryId, method: 'GET', path: '/Users', status: 401, durationMs: 1 },
  ...{ scimType: null, detail: 'The token is wrong.', userAgent: 'Okta', attributes: [], events: [] },
});

test('each operation of the page is told of in docs/setup-page.md', () => {
  const text = readFileSync(path.join(__dirname, '../../docs/setup-page.md'), 'utf8');
  const untold = SETUP_ROUTES.map((route) => `${route.method} ${route.path}`).filter(
    (name) => !text.includes(`\`${name}\``),
  );
  expect(untold).toEqual([]);
});

test('the page is told all that it shows at first', async () => {
  const directory = await newDirectory(bench);
  const page = await openSetup(bench, directory.id);
  const { body } = await page.ask('get', '/setup/directory').expect(200);
  expect(body).toEqual({
    directory: { id: directory.id, name: 'Okta', provider: null, state: 'pending' },
    organization: { name: 'Acme' },
    app: { name: 'Rollcall', logoUrl: null, color: null },
    scimBaseUrl: `https://directory.example.com/scim/${directory.id}/v2`,
    tokens: [
      {
        ...{ id: expect.any(String), hint: directory.token.slice(-4), createdAt: iso(bench.now) },
        ...{ expiresAt: null, lastUsedAt: null },
      },
    ],
    progress: { firstRequestAt: null, tokenAcceptedAt: null, firstUserAt: null, firstGroupAt: null, completedAt: null },
    counts: { users: 0, groups: 0 },
  });
});

test('how far the set-up has come is read from what has happened', async () => {
  const directory = await newDirectory(bench);
  const page = await openSetup(bench, directory.id);
  const progress = async () => (await page.ask('get', '/setup/directory').expect(200)).body.progress;
  const refused = asked(directory.id);
  await bench.store.journals.requests.append([refused]);
  expect(await progress()).toMatchObject({ firstRequestAt: iso(bench.now), tokenAcceptedAt: null });
  const [activated] = await commit(bench, directory, { types: ['directory.activated'] });
  const accepted = iso(timeOfId(activated?.id ?? ''));
  expect((await progress()).tokenAcceptedAt).toBe(accepted);
  const [user, group] = [resource('User', 'ann'), resource('Group', 'Staff')];
  await commit(bench, directory, { resources: [user, group], counts: { User: 1, Group: 1 } });
  expect(await progress()).toMatchObject({
    firstUserAt: iso(bench.now),
    firstGroupAt: iso(bench.now),
    completedAt: null,
  });
  const done = await page.ask('post', '/setup/complete').expect(200);
  expect(done.body).toMatchObject({ progress: { completedAt: iso(bench.now) }, counts: { users: 1, groups: 1 } });
  const doneAt = bench.now;
  bench.now += 1000;
  const again = await page.ask('post', '/setup/complete').expect(200);
  expect(again.body.progress.completedAt).toBe(iso(doneAt));
  expect((await bench.get(`/v1/directories/${directory.id}`).expect(200)).body.setUpAt).toBe(iso(doneAt));
});

test('the provider is chosen, and nothing else of the directory is changed', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  const { body } = await page.ask('patch', '/setup/directory', { provider: 'entra' }).expect(200);
  expect(body.directory.provider).toBe('entra');
  for (const wrong of [{}, { provider: 7 }, { provider: 'okta', name: 'Mine' }, { provider: 'okta', enabled: false }]) {
    expectProblem(await page.ask('patch', '/setup/directory', wrong), 400, 'validation');
  }
  expect((await bench.get(`/v1/directories/${id}`)).body).toMatchObject({
    name: 'Okta',
    provider: 'entra',
    enabled: true,
  });
});

test('a token is shown once, there are two live ones at most, and one is revoked to make another', async () => {
  const { id } = await newDirectory(bench);
  const page = await openSetup(bench, id);
  const made = await page.ask('post', '/setup/tokens', {}).expect(201);
  expect(made.body.token).toMatch(/^rcs_/);
  expectProblem(
    await page.ask('post', '/setup/tokens', {}),
    409,
    'conflict',
    /at most 2 live tokens; revoke one first/,
  );
  const { body } = await page.ask('get', '/setup/directory').expect(200);
  expect(body.tokens.map(({ hint }: { hint: string }) => hint)).toContain(made.body.hint);
  expect(JSON.stringify(body)).not.toContain(made.body.token);
  await page.ask('delete', `/setup/tokens/${body.tokens[0].id}`).expect(204);
  expect((await page.ask('get', '/setup/directory')).body.tokens).toHaveLength(1);
  await page.ask('post', '/setup/tokens', {}).expect(201);
});

test('users, and what a mapping would make of them', async () => {
  const directory = await newDirectory(bench);
  const page = await openSetup(bench, directory.id);
  await commit(bench, directory, { resources: [resource('User', 'ann')], types: ['directory.activated'] });
  const mapping = { attributes: [{ to: 'title', from: 'nickName' }], roles: [] };
  const users = await page.ask('get', '/setup/users?limit=5').expect(200);
  expect(rows(users)).toMatchObject([{ userName: 'ann' }]);
  const preview = await page.ask('post', '/setup/mapping/preview', mapping).expect(200);
  expect(rows(preview)).toMatchObject([{ changed: ['title'], after: { title: 'Nick' } }]);
  await page.ask('put', '/setup/mapping', mapping).expect(200);
  expect((await page.ask('get', '/setup/mapping').expect(200)).body).toMatchObject(mapping);
  expect((await bench.get(`/v1/directories/${directory.id}/mapping`).expect(200)).body).toMatchObject(mapping);
});

test('progress and requests come as they happen, and a browser that connects again misses none', async () => {
  const app = createAdmin({ ...bench.deps, clock: Date.now });
  const directory = await newDirectory(bench);
  const page = await openSetup(bench, directory.id, app);
  const stopping = new AbortController();
  const { port, closed } = await serve(app, 0, stopping.signal);
  const { requests } = bench.store.journals;
  await requests.append([asked(directory.id, Date.now() - 1000)]);
  const [first, second] = [asked(directory.id, Date.now()), asked(directory.id, Date.now() + 1)];
  let isAppended = false;
  const before = await listen(`http://127.0.0.1:${port}/setup/stream`, { cookie: page.cookie }, (all) => {
    if (all.length > 0 && !isAppended) void requests.append([first]);
    isAppended = all.length > 0;
    return all.some(({ id }) => id === first.id);
  });
  expect(before.map(({ event }) => event)).toEqual(['progress', 'request']);
  const [progress, came] = before;
  expect((progress?.data as SetupProgressView).progress.firstRequestAt).not.toBeNull();
  expect(came?.data).toMatchObject({ id: first.id, status: 401, detail: 'The token is wrong.' });
  await requests.append([second]);
  const resumed = { cookie: page.cookie, 'last-event-id': first.id };
  const after = await listen(`http://127.0.0.1:${port}/setup/stream`, resumed, (all) =>
    all.some(({ id }) => id === second.id),
  );
  expect(after.map(({ id }) => id).filter((id) => id !== undefined)).toEqual([second.id]);
  stopping.abort();
  await closed;
});

describe('the session of one directory and another directory', () => {
  test('nothing that the page can ask for tells of another one', async () => {
    const [own, other] = [await newDirectory(bench), await newDirectory(bench)];
    const secret = resource('User', 'secret-of-the-other');
    await commit(bench, other, { resources: [secret], types: ['directory.activated'], counts: { User: 1 } });
    await bench.store.journals.requests.append([{ ...asked(other.id), userAgent: 'secret-of-the-other' }]);
    const page = await openSetup(bench, own.id);
    const ids = [other.id, secret.id, other.organizationId, 'secret-of-the-other'];
    for (const path of SETUP_ROUTES.filter(({ method }) => method === 'GET').map((route) => route.path)) {
      if (path === '/setup/stream') continue;
      for (const query of ['', `?directoryId=${other.id}`, `?id=${other.id}`]) {
        const { text, status } = await page.ask('get', `${path}${query}`);
        expect([path, status]).toEqual([path, query === '' || path !== '/setup/directory' ? expect.any(Number) : 400]);
        for (const id of ids.filter((one) => !query.includes(one))) expect(text).not.toContain(id);
      }
    }
  });

  test('its tokens cannot be revoked, and its groups cannot be mapped', async () => {
    const [own, other] = [await newDirectory(bench), await newDirectory(bench)];
    const group = resource('Group', 'Staff');
    await commit(bench, other, { resources: [group], types: ['directory.activated'] });
    const page = await openSetup(bench, own.id);
    const [token] = rows(await bench.get(`/v1/directories/${other.id}/tokens`));
    expectProblem(await page.ask('delete', `/setup/tokens/${String(token?.['id'])}`), 404, 'not-found');
    const roles = [{ groupId: group.id, role: 'admin' }];
    expectProblem(await page.ask('put', '/setup/mapping', { attributes: [], roles }), 400, 'validation');
    expect(rows(await bench.get(`/v1/directories/${other.id}/tokens`))).toEqual([token]);
  });

  test('even an operation that asked for it would find nothing', async () => {
    const [own, other] = [await newDirectory(bench), await newDirectory(bench)];
    const sibling = await newDirectory(bench, own.organizationId);
    const world = scopeTo(bench.deps, own.organizationId, own.id);
    expect((await world.registry.directories.get(own.id))?.id).toBe(own.id);
    for (const { id } of [other, sibling]) {
      expect(await world.registry.directories.get(id)).toBeUndefined();
      expect(await world.registry.tokens.find({ directoryId: id }, { limit: 10 })).toEqual([]);
      expect(await world.journals.requests.list({ directoryId: id }, { limit: 10 })).toEqual([]);
      expect((await world.journals.requests.search({ directoryId: id }, { limit: 10, scan: 10 })).found).toEqual([]);
      expect(await world.events.ofDirectory(id, 0, 10)).toEqual([]);
      await expect(world.resources.list(id, 'User', undefined, { limit: 10 })).rejects.toThrow('There is no directory');
      await expect(world.commits.head(id)).rejects.toThrow('There is no directory');
    }
    expect(await world.registry.directories.find({}, { limit: 10 })).toEqual([]);
    expect(await world.registry.endpoints.find({}, { limit: 10 })).toEqual([]);
    expect((await world.journals.audit.search({}, { limit: 10, scan: 10 })).found).toEqual([]);
    await expect(world.registry.adminKeys.find({}, { limit: 10 })).rejects.toThrow('out of reach');
  });
});

test('the name, the colour and the logo of the host application', async () => {
  const { id } = await newDirectory(bench);
  const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const app = { name: 'Example <b>', color: '#0b7a75', logo: { type: 'image/svg+xml', bytes } } as const;
  const branded = createAdmin({ ...bench.deps, web: { ...bench.deps.web, app } });
  const page = await openSetup(bench, id, branded);
  const { body } = await page.ask('get', '/setup/directory').expect(200);
  expect(body.app).toEqual({ name: 'Example <b>', logoUrl: '/setup/logo', color: '#0b7a75' });
  const logo = await request(branded).get('/setup/logo').expect(200);
  expect(logo.headers['content-type']).toBe('image/svg+xml');
  expect(logo.headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  expect(logo.body).toEqual(bytes);
  expectProblem(await request(bench.app).get('/setup/logo'), 404, 'not-found');
});
