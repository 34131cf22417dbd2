import { deletionCommit } from '../../shared/directory/deletion.js';
import { credentialHash } from '../../shared/runtime/credentials.js';
import { newId } from '../../shared/runtime/ids.js';
import {
  commit,
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  PARTITIONS,
  publish,
  rows,
  type Bench,
} from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

describe('organizations', () => {
  test('are created, read, renamed, listed and deleted', async () => {
    const created = await bench.post('/v1/organizations', { name: ' Acme ' }).expect(201);
    const time = new Date(bench.now).toISOString();
    expect(created.body).toEqual({ id: expect.any(String), name: 'Acme', createdAt: time, updatedAt: time });
    const url = String(created.headers['location']);
    expect((await bench.get(url).expect(200)).body).toEqual(created.body);
    bench.now += 1000;
    const renamed = { ...created.body, name: 'Acme Inc.', updatedAt: new Date(bench.now).toISOString() };
    expect((await bench.patch(url, { name: 'Acme Inc.' }).expect(200)).body).toEqual(renamed);
    expect((await bench.get('/v1/organizations').expect(200)).body).toEqual({ data: [renamed], nextCursor: null });
    await bench.delete(url).expect(204);
    for (const answer of [await bench.get(url), await bench.patch(url, {}), await bench.delete(url)]) {
      expectProblem(answer, 404, 'not-found', 'There is no organization with the id');
    }
  });

  test('are not deleted while something of theirs is alive', async () => {
    const directory = await newDirectory(bench);
    const url = `/v1/organizations/${directory.organizationId}`;
    expectProblem(
      await bench.delete(url),
      409,
      'conflict',
      `has the directory ${directory.id}; delete its directories first`,
    );
    await bench.delete(`/v1/directories/${directory.id}`).expect(204);
    const endpoint = { url: 'http://127.0.0.1:9/', organizationId: directory.organizationId };
    const { body } = await bench.post('/v1/endpoints', endpoint).expect(201);
    expectProblem(await bench.delete(url), 409, 'conflict', `has the endpoint ${body.id}; delete its endpoints first`);
    await bench.delete(`/v1/endpoints/${body.id}`).expect(204);
    await bench.delete(url).expect(204);
  });
});

describe('directories', () => {
  test('are created with a token that is shown this once and stored as its hash only', async () => {
    const organizationId = await newOrganization(bench);
    const { body } = await bench
      .post('/v1/directories', { organizationId, name: 'Okta', provider: 'okta' })
      .expect(201);
    const time = new Date(bench.now).toISOString();
    const { token, ...shown } = body;
    expect(shown).toEqual({
      id: expect.any(String),
      organizationId,
      organizationName: 'Acme',
      name: 'Okta',
      provider: 'okta',
      state: 'pending',
      enabled: true,
      deletionGuard: null,
      allowedCidrs: [],
      clientCertificates: [],
      hold: null,
      counts: { users: 0, groups: 0 },
      setUpAt: null,
      scimBaseUrl: `https://directory.example.com/scim/${body.id}/v2`,
      createdAt: time,
      updatedAt: time,
    });
    expect((await bench.get(`/v1/directories/${body.id}`)).body).toEqual(shown);
    const stored = await bench.store.registry.tokens.find({ directoryId: body.id }, { limit: 10 });
    expect(stored.map(({ hash }) => hash)).toEqual([credentialHash('rcs', token)]);
    expect(JSON.stringify(stored)).not.toContain(token);
    const lists = await Promise.all(
      ['', `/${body.id}`, `/${body.id}/tokens`].map((path) => bench.get(`/v1/directories${path}`)),
    );
    for (const list of lists) expect(list.text).not.toContain(token);
  });

  test('are spread over the partitions by their ids', async () => {
    const organizationId = await newOrganization(bench);
    const partitions = new Set<number>();
    for (let n = 0; n < 30; n += 1) partitions.add((await newDirectory(bench, organizationId)).partition);
    expect([...partitions].sort()).toEqual(Array.from({ length: PARTITIONS }, (_, partition) => partition));
  });

  test('need an organization that exists', async () => {
    const answer = await bench.post('/v1/directories', { organizationId: newId(), name: 'Okta' });
    expectProblem(answer, 400, 'validation', 'organizationId names no organization; create the organization first.');
  });

  test('are listed by organization', async () => {
    const organizationId = await newOrganization(bench);
    const ids = [(await newDirectory(bench, organizationId)).id, (await newDirectory(bench, organizationId)).id];
    const answer = await bench.get(`/v1/directories?organizationId=${organizationId}`).expect(200);
    expect(rows(answer).map(({ id }) => id)).toEqual(ids);
  });

  test('say how many users and groups they have', async () => {
    const directory = await newDirectory(bench);
    await commit(bench, directory, { counts: { User: 7, Group: 2, Device: 1 } });
    const { body } = await bench.get(`/v1/directories/${directory.id}`).expect(200);
    expect(body.counts).toEqual({ users: 7, groups: 2 });
  });

  test('are renamed, and their provider is set and unset', async () => {
    const { id } = await newDirectory(bench);
    const url = `/v1/directories/${id}`;
    expect((await bench.patch(url, { provider: 'entra' })).body).toMatchObject({ name: 'Okta', provider: 'entra' });
    expect((await bench.patch(url, { name: 'Entra ID' })).body).toMatchObject({ name: 'Entra ID', provider: 'entra' });
    expect((await bench.patch(url, { provider: null })).body).toMatchObject({ name: 'Entra ID', provider: null });
    expect((await bench.patch(url, { enabled: false })).body).toMatchObject({ provider: null, enabled: false });
    expect((await bench.patch(url, { name: 'Entra ID' })).body).toMatchObject({ enabled: false });
    expect((await bench.patch(url, { enabled: true })).body).toMatchObject({ enabled: true, state: 'pending' });
    expectProblem(await bench.patch(url, { partition: 1 }), 400, 'validation', 'partition is no field here');
  });

  test('are active after their first commit', async () => {
    const directory = await newDirectory(bench);
    await commit(bench, directory, { types: ['directory.activated'] });
    expect((await bench.get(`/v1/directories/${directory.id}`)).body.state).toBe('active');
  });

  test('are not there under an unknown id', async () => {
    const url = `/v1/directories/${newId()}`;
    for (const path of ['', '/tokens', '/users', '/groups'])
      expectProblem(await bench.get(url + path), 404, 'not-found', /no directory/);
    expectProblem(await bench.patch(url, {}), 404, 'not-found');
    expectProblem(await bench.delete(url), 404, 'not-found');
    expectProblem(await bench.post(`${url}/tokens`), 404, 'not-found');
    expectProblem(await bench.get(`/v1/events?directoryId=${newId()}`), 404, 'not-found');
  });
});

describe("a directory's deletion", () => {
  test('takes its rows, writes directory.deleted as sole event, revokes its tokens, and can be repeated', async () => {
    const directory = await newDirectory(bench);
    const row = {
      id: newId(),
      type: 'User',
      version: 1,
      createdAt: 1,
      updatedAt: 1,
      attributes: { userName: 'ada' },
      keys: [],
    };
    await commit(bench, directory, { types: ['directory.activated', 'user.created'], resources: [row] });
    const url = `/v1/directories/${directory.id}`;
    const deleted = await bench.delete(url).expect(204);
    await bench.delete(url).expect(204);
    expect((await bench.get(url)).body.state).toBe('deleted');
    expect((await bench.get(`${url}/users`)).body.data).toEqual([]);
    expect((await bench.get(`${url}/tokens`)).body.data).toEqual([
      expect.objectContaining({ revokedAt: new Date(bench.now).toISOString() }),
    ]);
    const events = rows(await bench.get(`/v1/events?directoryId=${directory.id}`));
    expect(events.map(({ type, seq }) => [type, seq])).toEqual([
      ['directory.activated', 1],
      ['user.created', 2],
      ['directory.deleted', 3],
    ]);
    expect(events[2]).toMatchObject({
      data: { id: directory.id, organizationId: directory.organizationId },
      cause: { requestId: deleted.headers['x-request-id'] },
    });
    expectProblem(await bench.patch(url, { name: 'Other' }), 409, 'conflict', /is deleted; create another one/);
    expectProblem(await bench.post(`${url}/tokens`), 409, 'conflict', /is deleted/);
    expectProblem(
      await bench.post('/v1/endpoints', { url: 'http://127.0.0.1:9/', directoryId: directory.id }),
      409,
      'conflict',
    );
  });

  test.each(['commit', 'token', 'nothing'])(
    'that was cut short after %s is completed by repeating it',
    async (last) => {
      const directory = await newDirectory(bench);
      const { commits, registry } = bench.store;
      if (last !== 'nothing') {
        await commit(bench, directory, {});
        const head = await commits.head(directory.id);
        await commits.commit(deletionCommit(head, directory, bench.now, newId, 'r1'));
        expect((await bench.get(`/v1/directories/${directory.id}`)).body.state).toBe('deleted');
      }
      const [token] = await registry.tokens.find({ directoryId: directory.id }, { limit: 1 });
      if (last === 'token' && token !== undefined)
        await registry.tokens.replace({ ...token, version: 2, revokedAt: 5 });
      await bench.delete(`/v1/directories/${directory.id}`).expect(204);
      expect((await registry.directories.get(directory.id))?.deletedAt).toBe(bench.now);
      expect((await registry.tokens.find({ directoryId: directory.id }, { limit: 1 }))[0]?.revokedAt).toBe(
        last === 'token' ? 5 : bench.now,
      );
      const { body } = await bench.get(`/v1/events?directoryId=${directory.id}&type=directory.deleted`);
      expect(body.data).toHaveLength(1);
    },
  );

  test('wins over commits of others at the same time', async () => {
    const directory = await newDirectory(bench);
    const { commits } = bench.store;
    const readHead = commits.head.bind(commits);
    jest.spyOn(commits, 'head').mockImplementationOnce(async (id) => {
      const head = await readHead(id);
      await commit(bench, directory, { types: ['user.created'] });
      return head;
    });
    await bench.delete(`/v1/directories/${directory.id}`).expect(204);
    await publish(bench.store);
    const events = rows(await bench.get(`/v1/events?directoryId=${directory.id}`));
    expect(events.map(({ type }) => type)).toEqual(['user.created', 'directory.deleted']);
  });
});

describe('tokens', () => {
  test('there are at most two live ones', async () => {
    const { id, token } = await newDirectory(bench);
    const url = `/v1/directories/${id}/tokens`;
    const second = await bench.post(url).expect(201);
    expect(second.body).toMatchObject({
      directoryId: id,
      token: expect.stringMatching(/^rcs_/),
      expiresAt: null,
      revokedAt: null,
    });
    expectProblem(await bench.post(url), 409, 'conflict', 'A directory has at most 2 live tokens; revoke one first.');
    const listed = await bench.get(url).expect(200);
    expect(rows(listed).map(({ hint }) => hint)).toEqual([token.slice(-4), String(second.body.token).slice(-4)]);
    expect(listed.text).not.toMatch(/rcs_|hash/);
    await bench.delete(`${url}/${String(rows(listed)[0]?.['id'])}`).expect(204);
    await bench.post(url).expect(201);
  });

  test('of many creations at a time, not one too many succeeds', async () => {
    const { id } = await newDirectory(bench);
    const answers = await Promise.all(Array.from({ length: 6 }, () => bench.post(`/v1/directories/${id}/tokens`)));
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    expect((await bench.store.registry.tokens.find({ directoryId: id }, { limit: 10 })).length).toBeLessThanOrEqual(2);
  });

  test('an expired one is not live', async () => {
    const { id } = await newDirectory(bench);
    const url = `/v1/directories/${id}/tokens`;
    const expiresAt = new Date(bench.now + 1000).toISOString();
    expect((await bench.post(url, { expiresAt }).expect(201)).body.expiresAt).toBe(expiresAt);
    expectProblem(await bench.post(url), 409, 'conflict');
    bench.now += 1000;
    await bench.post(url).expect(201);
  });

  test.each([
    ['2029-12-31T00:00:00Z', /^expiresAt must be after now, which is 2030/],
    ['tomorrow', 'expiresAt must be a time such as 2030-01-31T12:00:00Z.'],
    [1, 'expiresAt must be a string.'],
  ])('the expiry %j is refused', async (expiresAt, detail) => {
    const { id } = await newDirectory(bench);
    expectProblem(await bench.post(`/v1/directories/${id}/tokens`, { expiresAt }), 400, 'validation', detail);
  });

  test("are revoked once, under their own directory's path alone", async () => {
    const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
    const [token] = (await bench.get(`/v1/directories/${one.id}/tokens`)).body.data;
    expectProblem(await bench.delete(`/v1/directories/${other.id}/tokens/${token.id}`), 404, 'not-found', /no token/);
    await bench.delete(`/v1/directories/${one.id}/tokens/${token.id}`).expect(204);
    const revokedAt = new Date(bench.now).toISOString();
    bench.now += 1000;
    await bench.delete(`/v1/directories/${one.id}/tokens/${token.id}`).expect(204);
    expect((await bench.get(`/v1/directories/${one.id}/tokens`)).body.data[0].revokedAt).toBe(revokedAt);
  });
});

describe('users and groups', () => {
  test('are listed as the events tell them, in pages, each directory its own', async () => {
    const [directory, other] = [await newDirectory(bench), await newDirectory(bench)];
    const row = (type: string, attributes: Record<string, string>) => ({
      ...{ id: newId(), type, version: 1, createdAt: bench.now, updatedAt: bench.now, attributes, keys: [] },
    });
    const users = ['ada', 'bob', 'cyd'].map((userName) => row('User', { userName }));
    const group = row('Group', { displayName: 'Engineers' });
    await commit(bench, directory, { resources: [...users, group] });
    await commit(bench, other, { resources: [row('User', { userName: 'eve' })] });
    const url = `/v1/directories/${directory.id}`;
    const first = await bench.get(`${url}/users?limit=2`).expect(200);
    const second = await bench.get(`${url}/users?limit=2&after=${first.body.nextCursor}`).expect(200);
    expect([...rows(first), ...rows(second)].map(({ userName }) => userName)).toEqual(['ada', 'bob', 'cyd']);
    expect(second.body.nextCursor).toBeNull();
    expect(rows(first)[0]).toMatchObject({
      directoryId: directory.id,
      organizationId: directory.organizationId,
      email: null,
      active: true,
    });
    const groups = (await bench.get(`${url}/groups`).expect(200)).body;
    expect(groups).toEqual({
      data: [expect.objectContaining({ id: group.id, displayName: 'Engineers' })],
      nextCursor: null,
    });
  });
});
