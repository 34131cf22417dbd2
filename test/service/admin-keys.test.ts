import { get as httpGet } from 'node:http';
import request from 'supertest';
import { createLockOut } from '../../services/admin/lock-out.js';
import { ROUTES } from '../../services/admin/app.js';
import { isPublic } from '../../services/admin/routes.js';
import { newId } from '../../shared/runtime/ids.js';
import { serve } from '../../shared/runtime/serve.js';
import { eventually } from '../support/eventually.js';
import {
  commit,
  expectProblem,
  KEY,
  newDirectory,
  newOrganization,
  openBench,
  publish,
  rows,
  type Bench,
} from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const DAY_MS = 86_400_000;

interface Key {
  readonly id: string;
  readonly key: string;
}

async function newKey(body: object = {}): Promise<Key> {
  const answer = await bench.post('/v1/admin-keys', { name: 'Test', ...body }).expect(201);
  return answer.body as Key;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
const as = ({ key }: Pick<Key, 'key'>, method: Method, url: string, body?: object): request.Test => {
  const asked = request(bench.app)[method](url).set('authorization', `Bearer ${key}`);
  return body === undefined ? asked : asked.send(body);
};

test('a key is shown once, listed without it, and refused from its revocation on', async () => {
  const made = await bench.post('/v1/admin-keys', { name: 'Nightly report' }).expect(201);
  const { id, key } = made.body as Key;
  expect(made.headers['location']).toBe(`/v1/admin-keys/${id}`);
  expect(made.body).toMatchObject({
    ...{ name: 'Nightly report', scopes: ['read', 'write'], organizationId: null, expiresAt: null, lastUsedAt: null },
    hint: key.slice(-4),
  });
  const { body } = await as({ key }, 'get', `/v1/admin-keys/${id}`).expect(200);
  const { key: _, ...shown } = made.body as Record<string, unknown>;
  expect(body).toEqual({ ...shown, lastUsedAt: new Date(bench.now).toISOString() });
  const listed = await bench.get('/v1/admin-keys').expect(200);
  expect(rows(listed)).toContainEqual(body);
  expect(listed.text).not.toContain(key);
  await as({ key }, 'delete', `/v1/admin-keys/${id}`).expect(204);
  expectProblem(await as({ key }, 'get', '/v1/admin-keys'), 401, 'unauthorized');
  expectProblem(await bench.delete(`/v1/admin-keys/${id}`), 404, 'not-found');
  expectProblem(await bench.get(`/v1/admin-keys/${id}`), 404, 'not-found');
});

test('when it was last used is written once a minute', async () => {
  const { id, key } = await newKey();
  const use = async (): Promise<number | undefined> => {
    await as({ key }, 'get', '/v1/organizations').expect(200);
    return (await bench.store.registry.adminKeys.get(id))?.version;
  };
  expect([await use(), await use()]).toEqual([2, 2]);
  bench.now += 60_000;
  expect([await use(), await use()]).toEqual([3, 3]);
});

test('a key that expired is told so', async () => {
  const expiresAt = new Date(bench.now + DAY_MS).toISOString();
  const { key } = await newKey({ name: 'For a day', expiresAt });
  await as({ key }, 'get', '/v1/organizations').expect(200);
  bench.now += DAY_MS;
  const answer = await as({ key }, 'get', '/v1/organizations');
  expectProblem(
    answer,
    401,
    'unauthorized',
    `The admin key "For a day" expired at ${expiresAt}; have another one made.`,
  );
});

test.each([
  [{}, 'name'],
  [{ name: 'x', scopes: [] }, 'scopes'],
  [{ name: 'x', scopes: ['admin'] }, 'scopes.0'],
  [{ name: 'x', scopes: ['read', 'read'] }, 'scopes'],
  [{ name: 'x', organizationId: newId() }, 'organizationId'],
  [{ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
])('the key %j is refused for its %s', async (body, field) => {
  const answer = await bench.post('/v1/admin-keys', body);
  expectProblem(answer, 400, 'validation');
  expect(answer.body.errors).toMatchObject([{ field }]);
});

const routes = ROUTES.filter((route) => !isPublic(route)).map(({ method, path }) => ({
  method: method.toLowerCase() as Method,
  path: path.replace(/:\w+/g, () => newId()),
}));

test('a key that may read is refused every other method, and one that may write every GET', async () => {
  const [reads, writes] = [await newKey({ scopes: ['read'] }), await newKey({ scopes: ['write'] })];
  // A stream would go on.
  for (const { method, path } of routes.filter((route) => !route.path.endsWith('/stream'))) {
    const [allowed, refused] = method === 'get' ? [reads, writes] : [writes, reads];
    const lacking = method === 'get' ? 'read' : 'write';
    const answer = await as(refused, method, path);
    expectProblem(answer, 403, 'forbidden', `lacks the scope "${lacking}"`);
    expect((await as(allowed, method, path)).status).not.toBe(403);
  }
});

/** Two organizations with everything that can belong to one. */
async function twoOrganizations() {
  const made = [];
  for (const name of ['Ours', 'Theirs-cnry']) {
    const organizationId = await newOrganization(bench, name);
    const directory = await newDirectory(bench, organizationId);
    await bench.patch(`/v1/directories/${directory.id}`, { name: `${name} directory` }).expect(200);
    const endpoint = await bench
      .post('/v1/endpoints', { url: `https://app.example/${name}`, organizationId })
      .expect(201);
    const user = { id: newId(), type: 'User', version: 1, createdAt: bench.now, updatedAt: bench.now };
    const resources = [{ ...user, attributes: { userName: `${name}-user` }, keys: [] }];
    const events = await commit(bench, directory, { resources, types: ['user.created'], counts: { User: 1 } });
    const erasure = await bench.post(`/v1/directories/${directory.id}/users/${newId()}/erase`).expect(202);
    const replay = await bench
      .post(`/v1/endpoints/${String(endpoint.body.id)}/replay`, { since: '2020-01-01T00:00:00Z' })
      .expect(202);
    const [event] = events;
    if (event === undefined) throw new Error('one event');
    const deliveryId = await deliver(event.id, event.seq, directory, String(endpoint.body.id));
    made.push({
      ...{ organizationId, directoryId: directory.id, endpointId: String(endpoint.body.id), userId: user.id },
      ...{ erasureId: String(erasure.body.id), replayId: String(replay.body.id), eventId: event.id, deliveryId },
      key: await newKey({ organizationId }),
    });
  }
  await publish(bench.store);
  const [ours, theirs] = made;
  if (ours === undefined || theirs === undefined) throw new Error('two organizations');
  return { ours, theirs };
}

async function deliver(
  eventId: string,
  seq: number,
  directory: { readonly id: string; readonly organizationId: string; readonly partition: number },
  endpointId: string,
): Promise<string> {
  const id = newId();
  const none = { nextAttemptAt: null, leaseOwner: null, leaseUntil: null, lastError: null, body: null };
  const delivery = {
    ...{ id, eventId, eventType: 'user.created', endpointId, seq, offset: seq, laneKeys: [], attempts: 1 },
    ...{ organizationId: directory.organizationId, directoryId: directory.id, partition: directory.partition },
    ...{ status: 'parked' as const, createdAt: bench.now, updatedAt: bench.now, ...none },
  };
  await bench.store.deliveries.insert([delivery], []);
  return id;
}

describe('a key of one organization', () => {
  let world: Awaited<ReturnType<typeof twoOrganizations>>;
  beforeAll(async () => (world = await twoOrganizations()));

  type Side = (typeof world)['ours'];
  const fill = (path: string, side: Side): string => {
    const owner = /^\/v1\/(\w+)/.exec(path)?.[1] ?? '';
    const ids: Record<string, string> = {
      ...{ organizations: side.organizationId, directories: side.directoryId, endpoints: side.endpointId },
      ...{ events: side.eventId, deliveries: side.deliveryId, erasures: side.erasureId, replays: side.replayId },
    };
    return path
      .replace(':userId', side.userId)
      .replace(/:(token|request|group)Id/, newId())
      .replace(':urn', 'urn:example:X')
      .replace(':name', 'User')
      .replace(':id', ids[owner] ?? newId());
  };
  const needed: Record<string, string> = {
    '/v1/organizations/:id/access-report': '?at=2030-01-01T00:00:00Z',
  };
  /** A body that every check lets pass. */
  const bodies = (side: Side): Record<string, object> => ({
    'POST /v1/organizations': { name: 'x' },
    'PATCH /v1/organizations/:id': { name: 'x' },
    'POST /v1/directories': { organizationId: side.organizationId, name: 'x' },
    'PATCH /v1/directories/:id': { name: 'x' },
    'PUT /v1/directories/:id/mapping': { attributes: [], roles: [] },
    'POST /v1/directories/:id/mapping/preview': { attributes: [], roles: [] },
    'POST /v1/endpoints': { url: 'https://app.example/x', organizationId: side.organizationId },
    'PATCH /v1/endpoints/:id': { description: 'x' },
    'POST /v1/endpoints/:id/replay': { since: '2020-01-01T00:00:00Z' },
    'POST /v1/admin-keys': { name: 'x' },
  });

  const all = ROUTES.filter((route) => !isPublic(route)).map((route) => `${route.method} ${route.path}`);

  test.each(all)('is answered by %s as though there were no other one, and changes nothing of it', async (route) => {
    const { ours, theirs } = world;
    const [method = '', path = ''] = route.split(' ');
    if (path.endsWith('/stream')) return;
    const before = await everythingOf(theirs);
    const url = fill(path, theirs) + (needed[path] ?? '');
    const body = bodies(theirs)[route] ?? {};
    const answer = await as(ours.key, method.toLowerCase() as Method, url, method === 'GET' ? undefined : body);
    const isForAll = path.startsWith('/v1/admin-keys') || path === '/v1/system';
    if (method === 'GET' && !path.includes(':') && !isForAll) expect(answer.status).toBe(200);
    else expect([400, 403, 404]).toContain(answer.status);
    // A PUT of what is checked in itself first.
    if (answer.status === 400 && method !== 'PUT') expect(answer.text).toMatch(/names no|validation/);
    const told = answer.text.replaceAll(theirs.organizationId, answer.status < 400 ? theirs.organizationId : '');
    expect(told).not.toContain('cnry');
    for (const id of Object.values(theirs).filter((id) => typeof id === 'string')) {
      if (answer.status < 400) expect(answer.text).not.toContain(id);
    }
    expect(await everythingOf(theirs)).toEqual(before);
  });

  async function everythingOf(side: Side): Promise<object> {
    const { registry, deliveries, commits } = bench.store;
    return {
      counts: await Promise.all(
        [registry.organizations, registry.directories, registry.endpoints, registry.replays, registry.erasures].map(
          async (table) => (await table.find({}, { limit: 1000 })).length,
        ),
      ),
      organization: await registry.organizations.get(side.organizationId),
      directory: await registry.directories.get(side.directoryId),
      endpoint: await registry.endpoints.get(side.endpointId),
      replay: await registry.replays.get(side.replayId),
      tokens: await registry.tokens.find({ directoryId: side.directoryId }, { limit: 10 }),
      head: await commits.head(side.directoryId),
      delivery: await deliveries.get(side.deliveryId),
    };
  }

  test('sees all of its own', async () => {
    const { ours } = world;
    const ids = async (url: string): Promise<unknown[]> =>
      rows(await as(ours.key, 'get', url).expect(200)).map(({ id }) => id);
    expect(await ids('/v1/organizations')).toEqual([ours.organizationId]);
    expect(await ids('/v1/directories')).toEqual([ours.directoryId]);
    expect(await ids('/v1/endpoints')).toEqual([ours.endpointId]);
    expect(await ids('/v1/erasures')).toEqual([ours.erasureId]);
    expect(await ids('/v1/replays')).toEqual([ours.replayId]);
    expect(await ids('/v1/deliveries')).toEqual([ours.deliveryId]);
    expect(await ids(`/v1/directories/${ours.directoryId}/users`)).toEqual([ours.userId]);
    expect(await ids(`/v1/events?directoryId=${ours.directoryId}`)).toEqual([ours.eventId]);
    await as(ours.key, 'get', `/v1/directories/${ours.directoryId}/requests`).expect(200);
    const audited = rows(await as(ours.key, 'get', '/v1/audit').expect(200));
    expect(audited.length).toBeGreaterThan(0);
    expect(audited.every(({ organizationId }) => organizationId === ours.organizationId)).toBe(true);
    for (const path of ['organizations', 'directories', 'endpoints', 'erasures', 'replays', 'deliveries']) {
      const [only = ''] = await ids(`/v1/${path}`);
      await as(ours.key, 'get', `/v1/${path}/${String(only)}`).expect(200);
    }
  });

  test('changes its own, and cannot make an endpoint for all, an organization or a key', async () => {
    const { ours, theirs } = world;
    await as(ours.key, 'patch', `/v1/organizations/${ours.organizationId}`, { name: 'Ours anew' }).expect(200);
    await as(ours.key, 'patch', `/v1/endpoints/${ours.endpointId}`, { description: 'x' }).expect(200);
    await as(ours.key, 'post', `/v1/deliveries/${ours.deliveryId}/skip`).expect(200);
    const url = 'https://app.example/x';
    const made = await as(ours.key, 'post', '/v1/endpoints', { url, directoryId: ours.directoryId }).expect(201);
    await as(ours.key, 'delete', `/v1/endpoints/${String(made.body.id)}`).expect(204);
    const refused = [
      as(ours.key, 'post', '/v1/endpoints', { url }),
      as(ours.key, 'post', '/v1/organizations', { name: 'x' }),
      as(ours.key, 'delete', `/v1/organizations/${ours.organizationId}`),
      as(ours.key, 'post', '/v1/admin-keys', { name: 'x' }),
      as(ours.key, 'get', '/v1/admin-keys'),
      as(ours.key, 'delete', `/v1/admin-keys/${theirs.key.id}`),
    ];
    for (const one of refused) {
      const answer = await one;
      expect([403, 409]).toContain(answer.status);
    }
    expectProblem(await as(ours.key, 'post', '/v1/endpoints', { url }), 403, 'forbidden', 'one organization alone');
  });
});

test('events of other organizations are passed over, page by page', async () => {
  const { ours, theirs } = await twoOrganizations();
  const seen: unknown[] = [];
  for (let after = ''; ;) {
    const { body } = await as(ours.key, 'get', `/v1/events?limit=1${after}`).expect(200);
    seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
    if (body.hasMore !== true) break;
    after = `&after=${String(body.nextCursor)}`;
  }
  expect(seen).toEqual([ours.eventId]);
  const asked = await as(ours.key, 'get', `/v1/events?organizationId=${theirs.organizationId}`).expect(200);
  expect(asked.body.data).toEqual([]);
});

test('a stream ends soon after its key is revoked', async () => {
  const stop = new AbortController();
  const { port } = await serve(bench.app, 0, stop.signal);
  const { id, key } = await newKey({ scopes: ['read'] });
  let [isOpen, isOver] = [false, false];
  httpGet({ port, path: '/v1/events/stream', headers: { authorization: `Bearer ${key}` } }, (answer) => {
    isOpen = answer.statusCode === 200;
    answer
      .on('error', () => undefined)
      .on('close', () => (isOver = true))
      .resume();
  }).on('error', () => undefined);
  await eventually('it is open', () => isOpen);
  await bench.delete(`/v1/admin-keys/${id}`).expect(204);
  expect(isOver).toBe(false);
  await eventually('it has ended', () => isOver);
  stop.abort();
});

test('who tries keys is slowed down, more and more, and let go by the right one; an issued key is never slowed', async () => {
  const fresh = await openBench();
  const ask = (key: string) => request(fresh.app).get('/v1/organizations').set('authorization', `Bearer ${key}`);
  const { key } = (await fresh.post('/v1/admin-keys', { name: 'x' }).expect(201)).body as Key;
  for (let n = 0; n < 10; n += 1) await ask(`guess-${n}`).expect(401);
  const slowed = await ask(KEY);
  expectProblem(slowed, 429, 'too-many-requests', 'Too many wrong admin keys');
  expect(Number(slowed.headers['retry-after'])).toBe(1);
  await ask(key).expect(200);
  await ask(KEY).expect(429);
  await eventually('the pause is over', async () => (await ask(KEY)).status === 200);
  for (let n = 0; n < 9; n += 1) await ask(`guess-${n}`).expect(401);
  await ask(KEY).expect(200);
  await fresh.close();
});

test('a lock-out doubles up to a minute, and ends', () => {
  let now = 0;
  const lockOut = createLockOut(() => now);
  const from = { socket: { remoteAddress: '192.0.2.1' } } as never;
  const headers: Record<string, unknown> = {};
  const res = { setHeader: (name: string, value: unknown) => (headers[name] = value) } as never;
  const pauses: unknown[] = [];
  for (let n = 0; n < 18; n += 1) {
    lockOut.note(from);
    try {
      lockOut.require(from, res);
      pauses.push(0);
    } catch {
      pauses.push(headers['retry-after']);
      now += Number(headers['retry-after']) * 1000;
      lockOut.require(from, res);
    }
  }
  expect(pauses).toEqual([...Array<number>(9).fill(0), 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  lockOut.require({ socket: { remoteAddress: '192.0.2.2' } } as never, res);
  lockOut.forget(from);
  lockOut.require(from, res);
});
