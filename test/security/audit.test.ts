import type { Response } from 'supertest';
import { audited } from '../../services/admin/audited.js';
import type { AdminDeps } from '../../services/admin/deps.js';
import { bounded, commitTold, differences } from '../../services/admin/audited-fields.js';
import { newId } from '../../shared/runtime/ids.js';
import {
  commit,
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  rows,
  type Bench,
} from '../service/admin-support.js';

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

const DEVICE = 'urn:example:params:scim:schemas:Device';

interface Entry {
  readonly action: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

const entries = async (query = ''): Promise<Entry[]> =>
  rows(await bench.get(`/v1/audit?limit=100${query}`).expect(200)) as unknown as Entry[];

/** What the request wrote down, oldest first. */
const written = async ({ headers }: Response): Promise<Entry[]> =>
  (await entries()).filter(({ requestId }) => requestId === headers['x-request-id']).toReversed();

test('a change is told with who made it, by which request, and what it changed', async () => {
  const made = await bench.post('/v1/organizations', { name: 'Acme' }).expect(201);
  const url = `/v1/organizations/${String(made.body.id)}`;
  const renamed = await bench.patch(url, { name: 'Acme Ltd' }).expect(200);
  const removed = await bench.delete(url).expect(204);
  const common = {
    actor: { id: 'operator', name: 'operator' },
    subject: { type: 'organization', id: made.body.id },
    ...{ organizationId: made.body.id, directoryId: null, address: '127.0.0.1', outcome: 'done' },
  };
  expect(await entries()).toEqual([
    {
      ...common,
      ...{ id: expect.any(String), at: expect.any(String), action: 'organization.deleted' },
      ...{ requestId: removed.headers['x-request-id'], before: { name: 'Acme Ltd' }, after: null },
    },
    {
      ...common,
      ...{ id: expect.any(String), at: expect.any(String), action: 'organization.updated' },
      ...{ requestId: renamed.headers['x-request-id'], before: { name: 'Acme' }, after: { name: 'Acme Ltd' } },
    },
    {
      ...common,
      ...{ id: expect.any(String), at: expect.any(String), action: 'organization.created' },
      ...{ requestId: made.headers['x-request-id'], before: null, after: { name: 'Acme' } },
    },
  ]);
});

test('a stored key is told by its id and name', async () => {
  const made = await bench.post('/v1/admin-keys', { name: 'Deploy' }).expect(201);
  const asKey = bench.post('/v1/organizations', { name: 'x' }).set('authorization', `Bearer ${String(made.body.key)}`);
  await asKey.expect(201);
  expect(await entries(`&actor=${String(made.body.id)}`)).toMatchObject([
    { action: 'organization.created', actor: { id: made.body.id, name: 'Deploy' } },
  ]);
  // Its use is no change.
  expect(await entries()).toHaveLength(2);
});

/** Everything in the store that operations change, but for what is written down of them. */
async function everything(): Promise<string> {
  const { registry, deliveries } = bench.store;
  const { idempotencyKeys: _, ...tables } = registry;
  const records = Object.values(tables).map((table) => table.find({}, { limit: 1000 }) as Promise<unknown[]>);
  const directories = await registry.directories.find({}, { limit: 100 });
  const heads = directories.map(({ id }) => bench.store.commits.head(id));
  return JSON.stringify([
    await Promise.all(records),
    await Promise.all(heads),
    await deliveries.list({}, { limit: 100 }),
  ]);
}

test('nothing is changed without an entry, and no entry has a secret', async () => {
  const secrets: string[] = ['cnry-header-value'];
  const answers: string[] = [];
  /** Makes the change; answers what came of it. */
  const change = async (test: ReturnType<Bench['post']>, isChange = true): Promise<Record<string, unknown>> => {
    const before = await everything();
    const answer = await test;
    expect(answer.status).toBeLessThan(300);
    expect((await everything()) !== before).toBe(isChange);
    const told = await written(answer);
    if (isChange) expect(told.map(({ outcome }) => outcome)).toContain('done');
    else expect(told).toEqual([]);
    answers.push(...told.map(({ action }) => action));
    const { token, secret, key } = answer.body as Record<string, unknown>;
    secrets.push(...[token, secret, key].filter((one) => typeof one === 'string'));
    return answer.body as Record<string, unknown>;
  };
  const organization = await change(bench.post('/v1/organizations', { name: 'Acme' }));
  const organizationId = String(organization['id']);
  const made = await change(bench.post('/v1/directories', { organizationId, name: 'Okta' }));
  const at = `/v1/directories/${String(made['id'])}`;
  await change(bench.patch(at, { name: 'Okta anew', enabled: false }));
  const token = await change(bench.post(`${at}/tokens`));
  await change(bench.delete(`${at}/tokens/${String(token['id'])}`));
  await change(bench.put(`${at}/schemas/${DEVICE}`, { name: 'Device', attributes: [{ name: 'serial' }] }));
  await change(bench.delete(`${at}/schemas/${DEVICE}`));
  const userId = newId();
  const row = { id: userId, type: 'User', version: 1, createdAt: bench.now, updatedAt: bench.now, keys: [] };
  const directory = await bench.store.registry.directories.get(String(made['id']));
  await commit(
    bench,
    { id: String(made['id']), organizationId, token: '', partition: directory?.partition ?? 0 },
    { resources: [{ ...row, attributes: { userName: 'cnry-user' } }], types: ['user.created'], counts: { User: 1 } },
  );
  await change(bench.post(`${at}/mapping/preview`, { attributes: [], roles: [] }), false);
  await change(bench.put(`${at}/mapping`, { attributes: [{ to: 'custom.x', from: 'title' }], roles: [] }));
  await change(bench.post(`${at}/users/${userId}/erase`));
  const endpoint = await change(
    bench.post('/v1/endpoints', { url: 'http://127.0.0.1:9/x', headers: { 'x-api-key': 'cnry-header-value' } }),
  );
  const endpointUrl = `/v1/endpoints/${String(endpoint['id'])}`;
  await change(bench.patch(endpointUrl, { headers: { 'x-api-key': 'cnry-header-value', 'x-b': 'cnry-header-value' } }));
  await change(bench.post(`${endpointUrl}/secret/rotate`));
  await change(bench.post(`${endpointUrl}/test`), false);
  const replay = await change(bench.post(`${endpointUrl}/replay`, { since: '2020-01-01T00:00:00Z' }));
  await change(bench.post(`/v1/replays/${String(replay['id'])}/cancel`));
  const none = { nextAttemptAt: null, leaseOwner: null, leaseUntil: null, lastError: null, body: '{}' };
  const delivery = {
    ...{ id: newId(), eventId: newId(), eventType: 'user.created', endpointId: String(endpoint['id']), seq: 1 },
    ...{ offset: 1, laneKeys: [], attempts: 1, organizationId: null, directoryId: null, partition: 0 },
    ...{ status: 'parked' as const, createdAt: bench.now, updatedAt: bench.now, ...none },
  };
  await bench.store.deliveries.insert([delivery], []);
  await change(bench.post(`/v1/deliveries/${delivery.id}/retry`));
  await bench.store.deliveries.relabel([delivery.id], 'pending', 'parked', bench.now);
  await change(bench.post(`/v1/deliveries/${delivery.id}/skip`));
  await change(bench.patch(endpointUrl, { enabled: false }));
  await change(bench.delete(endpointUrl));
  const key = await change(bench.post('/v1/admin-keys', { name: 'x', scopes: ['read'] }));
  await change(bench.delete(`/v1/admin-keys/${String(key['id'])}`));
  await change(bench.delete(at));

  expect(new Set(answers)).toEqual(
    new Set([
      ...['organization.created', 'directory.created', 'directory.updated', 'directory.deleted'],
      ...[
        'token.created',
        'token.revoked',
        'token.updated',
        'user.deleted',
        'erasure.created',
        'replay.created',
        'replay.canceled',
      ],
      ...['endpoint.created', 'endpoint.updated', 'endpoint.secret_rotated', 'endpoint.deleted'],
      ...['endpoint.deliveries_moved', 'delivery.retried', 'delivery.skipped'],
      ...['admin_key.created', 'admin_key.deleted'],
    ]),
  );
  expect(secrets.length).toBeGreaterThanOrEqual(5);
  const stored = JSON.stringify(await bench.store.journals.audit.list({}, { limit: 1000 }));
  const log = JSON.stringify(bench.logged);
  for (const secret of [...secrets, 'cnry-user', 'sealed":"v1', 'hash']) {
    expect(stored).not.toContain(secret);
    expect(log).not.toContain(secret);
  }
});

test('a change that is refused, or that somebody else was faster with, leaves no entry or one that says so', async () => {
  const id = await newOrganization(bench);
  await newDirectory(bench, id);
  const refused = await bench.delete(`/v1/organizations/${id}`);
  expectProblem(refused, 409, 'conflict');
  expect(await written(refused)).toEqual([]);
  const lost = await bench.delete(`/v1/organizations/${newId()}`).expect(404);
  expect(await written(lost)).toEqual([]);
  const invalid = await bench.post('/v1/organizations', {}).expect(400);
  expect(await written(invalid)).toEqual([]);
});

test('the entry is there before the change is made, and says what came of it', async () => {
  const author = { actor: 'k', actorName: 'K', requestId: newId(), address: null };
  const { registry, journals } = bench.store;
  const record = { id: newId(), version: 1, createdAt: 1, updatedAt: 1, name: 'x' };
  const during: unknown[] = [];
  const look = async (): Promise<void> => {
    const [entry] = await journals.audit.list({}, { limit: 1 });
    during.push(entry?.outcome);
  };
  const organizations = {
    ...registry.organizations,
    insert: async () => {
      await look();
      throw new Error('no');
    },
    replace: async () => {
      await look();
      return false;
    },
  };
  await registry.organizations.insert(record);
  const world: AdminDeps = { ...bench.deps, registry: { ...registry, organizations } };
  const deps = audited(world, author);
  await expect(deps.registry.organizations.insert({ ...record, id: newId() })).rejects.toThrow('no');
  expect(await deps.registry.organizations.replace({ ...record, version: 2 })).toBe(false);
  // Of another version than there is: not even tried.
  expect(await deps.registry.organizations.replace({ ...record, version: 3 })).toBe(false);
  expect(during).toEqual(['unknown', 'unknown']);
  expect((await entries()).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
});

test('when the entry cannot be written, nothing is changed', async () => {
  const { journals, registry } = bench.store;
  const append = async (): Promise<never> => Promise.reject(new Error('full'));
  const author = { actor: 'k', actorName: 'K', requestId: newId(), address: null };
  const deps = audited({ ...bench.deps, journals: { ...journals, audit: { ...journals.audit, append } } }, author);
  const record = { id: newId(), version: 1, createdAt: 1, updatedAt: 1, name: 'x' };
  await expect(deps.registry.organizations.insert(record)).rejects.toThrow('full');
  expect(await registry.organizations.get(record.id)).toBeUndefined();
});

test('entries are listed by organization, directory, action, actor and time, page by page', async () => {
  const directory = await newDirectory(bench);
  await newDirectory(bench);
  const actions = async (query: string): Promise<string[]> => (await entries(query)).map(({ action }) => action);
  expect(await actions(`&directoryId=${directory.id}`)).toEqual(['token.created', 'directory.created']);
  const ofOrganization = ['token.created', 'directory.created', 'organization.created'];
  expect(await actions(`&organizationId=${directory.organizationId}`)).toEqual(ofOrganization);
  expect(await actions('&action=token.created')).toEqual(['token.created', 'token.created']);
  expect(await actions('&actor=operator')).toHaveLength(6);
  expect(await actions(`&actor=${newId()}`)).toEqual([]);
  expect(await actions('&since=2020-01-01T00:00:00Z')).toHaveLength(6);
  expect(await actions('&until=2020-01-01T00:00:00Z')).toEqual([]);
  const seen: string[] = [];
  for (let after = ''; ;) {
    const { body } = await bench.get(`/v1/audit?limit=4${after}`).expect(200);
    seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
    if (body.nextCursor === null) break;
    after = `&after=${String(body.nextCursor)}`;
  }
  expect(new Set(seen).size).toBe(6);
  const lines = await bench.get(`/v1/audit?directoryId=${directory.id}&format=ndjson`).expect(200);
  expect(lines.headers['content-type']).toContain('application/x-ndjson');
  const parsed = lines.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
  expect(parsed.map(({ action }) => action)).toEqual(['token.created', 'directory.created']);
  const liked = await bench.get('/v1/audit').set('accept', 'application/x-ndjson').expect(200);
  expect(liked.text.trimEnd().split('\n')).toHaveLength(6);
});

test('an export has every entry, however many there are', async () => {
  const { audit } = bench.store.journals;
  const entry = { actor: 'k', actorName: 'K', action: 'x.y', subject: { type: 'x', id: 'y' }, requestId: newId() };
  const nowhere = { organizationId: null, directoryId: null, address: null, before: null, after: null };
  const many = Array.from({ length: 201 }, () => ({ ...entry, ...nowhere, id: newId(), outcome: 'done' as const }));
  await audit.append(many);
  const { text } = await bench.get('/v1/audit?format=ndjson&actor=k').expect(200);
  const ids = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids).toEqual(many.map(({ id }) => id).toReversed());
});

test('of a record that is replaced what differs is told, and what is very long by its digest', () => {
  expect(differences({ a: 1, b: [1], c: null }, { a: 2, b: [1], d: 'x' })).toEqual({
    before: { a: 1, c: null, d: null },
    after: { a: 2, c: null, d: 'x' },
  });
  const long = bounded({ short: 'x', long: 'é'.repeat(20_000) });
  expect(long).toEqual({ short: 'x', long: { bytes: 40_002, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

test('commits are told by what they are for', () => {
  const none = { directoryId: 'd', deleted: false, events: [], changes: [] };
  const discarded = [{ id: 'e', type: 'directory.discarded', seq: 1, body: '{}' }];
  const told = [
    commitTold({ ...none, deleted: true, changes: [{ kind: 'sweep' }] }),
    commitTold({ ...none, changes: [{ kind: 'unhold', upTo: 1 }] }),
    commitTold({ ...none, changes: [{ kind: 'unhold', upTo: 1 }], events: discarded }),
    commitTold({
      ...none,
      changes: [
        { kind: 'unlink', id: 'u' },
        { kind: 'delete', type: 'User', id: 'u' },
      ],
    }),
    commitTold(none),
  ];
  expect(told.map(({ action, subject }) => [action, subject.id])).toEqual([
    ['directory.deleted', 'd'],
    ['held_events.released', 'd'],
    ['held_events.discarded', 'd'],
    ['user.deleted', 'u'],
    ['directory.committed', 'd'],
  ]);
});
