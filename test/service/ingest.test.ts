import request from 'supertest';
import { deletionCommit } from '../../shared/directory/deletion.js';
import { newId } from '../../shared/runtime/ids.js';
import { startIngest, type IngestHarness } from '../support/ingest.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let ingest: IngestHarness;
let directory: Awaited<ReturnType<IngestHarness['addDirectory']>>;

beforeAll(async () => {
  ingest = await startIngest();
});
beforeEach(async () => {
  directory = await ingest.addDirectory();
});
afterAll(() => ingest.store.close());

const call = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: unknown) => {
  const sent = request(ingest.app)
    [method](directory.base + path)
    .set('authorization', `Bearer ${directory.token}`);
  return body === undefined ? sent : sent.set('content-type', 'application/scim+json').send(JSON.stringify(body));
};
const createUser = async (userName: string, more: object = {}): Promise<string> => {
  const { status, body } = await call('post', '/Users', { schemas: [USER], userName, ...more });
  expect(status).toBe(201);
  return body.id;
};
const createGroup = async (displayName: string, ...members: string[]): Promise<string> => {
  const { status, body } = await call('post', '/Groups', {
    schemas: [GROUP],
    displayName,
    members: members.map((value) => ({ value })),
  });
  expect(status).toBe(201);
  return body.id;
};
const patch = (path: string, ...Operations: object[]) => call('patch', path, { schemas: [PATCH_OP], Operations });
const eventTypes = async (): Promise<string[]> =>
  (await ingest.store.events.ofDirectory(directory.id, 0, 1000)).map(({ type }) => type);

/** Every refusal is a SCIM error (RFC 7644 section 3.12). */
function expectScimError(response: request.Response, status: number, scimType?: string): void {
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/scim+json; charset=utf-8');
  expect(response.body).toMatchObject({ schemas: [ERROR], status: String(status), detail: expect.any(String) });
  expect(response.body.scimType).toBe(scimType);
  expect(response.body.detail.length).toBeGreaterThan(10);
}

describe('users', () => {
  test('create answers 201 with the resource, its Location and its ETag', async () => {
    const response = await call('post', '/Users', {
      schemas: [USER],
      userName: 'ann',
      externalId: '7',
      password: 'secret',
    });
    const { id } = response.body;
    const location = `https://scim.example${directory.base}/Users/${id}`;
    expect(response.status).toBe(201);
    expect(response.headers).toMatchObject({ location, etag: 'W/"1"' });
    expect(response.body).toMatchObject({
      schemas: [USER],
      userName: 'ann',
      externalId: '7',
      meta: { resourceType: 'User', location, version: 'W/"1"' },
    });
    expect(response.body).not.toHaveProperty('password');
    expect(await eventTypes()).toEqual(['directory.activated', 'user.created']);
  });

  test('what was created is read, listed and found by userName, externalId, id and work e-mail', async () => {
    const id = await createUser('Ann', { externalId: 'E7', emails: [{ value: 'Ann@x.example', type: 'work' }] });
    await createUser('bob');
    expect((await call('get', `/Users/${id}`)).body).toMatchObject({ id, userName: 'Ann' });
    for (const filter of [
      'userName eq "ANN"',
      'externalId eq "E7"',
      `id eq "${id}"`,
      'emails[type eq "work"].value eq "ann@x.example"',
      'emails eq "ann@x.example"',
    ]) {
      const { status, body } = await call('get', `/Users?filter=${encodeURIComponent(filter)}`);
      expect([filter, status, body.totalResults, body.Resources?.[0]?.id]).toEqual([filter, 200, 1, id]);
    }
    const nothing = await call('get', `/Users?filter=${encodeURIComponent('userName eq "nobody"')}`);
    expect(nothing.body).toMatchObject({ totalResults: 0, itemsPerPage: 0 });
  });

  test('paging never repeats or misses, and totalResults is not capped at the page', async () => {
    for (let index = 0; index < 7; index += 1) await createUser(`user-${index}`);
    const seen: string[] = [];
    for (const startIndex of [1, 4, 7]) {
      const { body } = await call('get', `/Users?startIndex=${startIndex}&count=3`);
      expect(body).toMatchObject({ totalResults: 7, startIndex });
      seen.push(...body.Resources.map(({ userName }: { userName: string }) => userName));
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, index) => `user-${index}`));
    expect((await call('get', '/Users?count=0')).body).toMatchObject({ totalResults: 7, itemsPerPage: 0 });
  });

  test('replace clears what is left out and answers 200 with the whole resource', async () => {
    const id = await createUser('ann', { title: 'Cook' });
    const response = await call('put', `/Users/${id}`, { schemas: [USER], userName: 'ann', displayName: 'Ann' });
    expect(response.status).toBe(200);
    expect(response.headers['etag']).toBe('W/"2"');
    expect(response.body.displayName).toBe('Ann');
    expect(response.body).not.toHaveProperty('title');
    expectScimError(await call('put', '/Users/none', { schemas: [USER], userName: 'x' }), 404);
  });

  test('modify answers 200 with the resource; an identical one keeps version and makes no event', async () => {
    const id = await createUser('ann');
    const operation = { op: 'Replace', path: 'active', value: 'False' };
    const response = await patch(`/Users/${id}`, operation);
    expect(response.status).toBe(200);
    expect(response.body.active).toBe(false);
    expect((await patch(`/Users/${id}`, operation)).body.meta.version).toBe('W/"2"');
    expect(await eventTypes()).toEqual(['directory.activated', 'user.created', 'user.updated']);
  });

  test('a deleted user is gone everywhere and its userName is free', async () => {
    const id = await createUser('ann');
    const group = await createGroup('Staff', id);
    expect((await call('delete', `/Users/${id}`)).status).toBe(204);
    expectScimError(await call('get', `/Users/${id}`), 404);
    expectScimError(await call('delete', `/Users/${id}`), 404);
    expect((await call('get', `/Groups/${group}`)).body).not.toHaveProperty('members');
    await createUser('ann');
  });

  test('If-None-Match answers 304, a stale If-Match 412', async () => {
    const id = await createUser('ann');
    expect((await call('get', `/Users/${id}`).set('if-none-match', 'W/"1"')).status).toBe(304);
    expectScimError(await call('delete', `/Users/${id}`).set('if-match', 'W/"9"'), 412);
  });

  test('regression 19: 32 concurrent creates of one userName make one user', async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => call('post', '/Users', { schemas: [USER], userName: 'same' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 31 }, () => 409)]);
    expectScimError(answers.find(({ status }) => status === 409) as request.Response, 409, 'uniqueness');
    expect((await call('get', '/Users')).body.totalResults).toBe(1);
  });
});

describe('groups', () => {
  test('members are rows: added, listed with $ref, shown on the user, removed one by one', async () => {
    const [ann, bob] = [await createUser('ann'), await createUser('bob')];
    const group = await createGroup('Staff', ann);
    expect((await patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: bob }] })).status).toBe(204);
    const { body } = await call('get', `/Groups/${group}`);
    expect(body.members.map(({ value }: { value: string }) => value)).toEqual([ann, bob]);
    expect(body.members[0].$ref).toBe(`https://scim.example${directory.base}/Users/${ann}`);
    expect((await call('get', `/Users/${bob}`)).body.groups).toMatchObject([{ value: group, display: 'Staff' }]);
    await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ann}"]` });
    await patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'not-a-member' }] });
    const left = await call('get', `/Groups/${group}`);
    expect(left.body.members.map(({ value }: { value: string }) => value)).toEqual([bob]);
  });

  test('PATCH answers 204, and 200 with the body when attributes are asked for', async () => {
    const group = await createGroup('Staff');
    const response = await call('patch', `/Groups/${group}?attributes=displayName`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', value: { displayName: 'Crew' } }],
    });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ id: group, displayName: 'Crew' });
  });

  test('excludedAttributes=members leaves them out', async () => {
    const group = await createGroup('Staff', await createUser('ann'));
    expect((await call('get', `/Groups/${group}?excludedAttributes=members`)).body).not.toHaveProperty('members');
    const { body } = await call('get', '/Groups?excludedAttributes=members');
    expect(body.Resources[0]).not.toHaveProperty('members');
  });

  test('a filter on members finds the group of a user', async () => {
    const ann = await createUser('ann');
    const group = await createGroup('Staff', ann);
    await createGroup('Others');
    const { body } = await call('get', `/Groups?filter=${encodeURIComponent(`members.value eq "${ann}"`)}`);
    expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([group]);
  });

  test('64 concurrent member adds to one group all arrive', async () => {
    const users = await Promise.all(Array.from({ length: 64 }, (_, index) => createUser(`user-${index}`)));
    const group = await createGroup('Staff');
    await Promise.all(
      users.map((value) => patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] })),
    );
    expect((await call('get', `/Groups/${group}`)).body.members.length).toBe(64);
  });

  test('a member that does not exist is refused, and nothing of the request is written', async () => {
    const group = await createGroup('Staff');
    const response = await patch(
      `/Groups/${group}`,
      { op: 'replace', path: 'displayName', value: 'Crew' },
      { op: 'add', path: 'members', value: [{ value: 'ghost' }] },
    );
    expectScimError(response, 400, 'invalidValue');
    expect((await call('get', `/Groups/${group}`)).body.displayName).toBe('Staff');
  });
});

describe('wrong input writes nothing and is answered as a SCIM error', () => {
  test.each([
    ['malformed JSON', '{"userName": ', 400, 'invalidSyntax'],
    ['a JSON string', '"ann"', 400, 'invalidSyntax'],
    ['no body', '', 400, 'invalidSyntax'],
    ['a number as userName', JSON.stringify({ schemas: [USER], userName: 7 }), 400, 'invalidValue'],
    ['no userName', JSON.stringify({ schemas: [USER] }), 400, 'invalidValue'],
    ['a string as name', JSON.stringify({ schemas: [USER], userName: 'a', name: 'Ann' }), 400, 'invalidValue'],
    ['an object as active', JSON.stringify({ schemas: [USER], userName: 'a', active: {} }), 400, 'invalidValue'],
  ])('%s', async (_name, body, status, scimType) => {
    const sent = request(ingest.app)
      .post(`${directory.base}/Users`)
      .set('authorization', `Bearer ${directory.token}`)
      .set('content-type', 'application/scim+json');
    expectScimError(await sent.send(body), status, scimType);
    expect(await eventTypes()).toEqual(['directory.activated']);
  });

  test.each([
    ['userName eq', 'invalidFilter'],
    ['userName zz "x"', 'invalidFilter'],
    ['active gt true', 'invalidFilter'],
  ])('the filter %s', async (filter, scimType) => {
    expectScimError(await call('get', `/Users?filter=${encodeURIComponent(filter)}`), 400, scimType);
  });

  test('a path that is nowhere', async () => {
    expectScimError(await call('get', '/Nothing'), 404);
    const outside = await request(ingest.app).get('/elsewhere');
    expectScimError(outside, 404);
  });

  test('a method that a path does not have is 405 and names those that it has', async () => {
    const response = await call('delete', '/Users');
    expectScimError(response, 405);
    expect(response.headers['allow']).toBe('GET, POST');
    expectScimError(await call('post', '/Groups/1', {}), 405);
  });

  test('a URL with a broken percent sign', async () => {
    expectScimError(await call('get', '/Users/%E0%A4%A'), 400, 'invalidSyntax');
  });
});

describe('authentication', () => {
  test('an unknown directory is 404', async () => {
    const response = await request(ingest.app)
      .get('/scim/nothing/v2/Users')
      .set('authorization', `Bearer ${directory.token}`);
    expectScimError(response, 404);
  });

  test('a body is not read before the token is checked', async () => {
    const response = await request(ingest.app).post(`${directory.base}/Users`).send('{"broken');
    expectScimError(response, 401);
  });

  test('a token works after 600 former ones were revoked', async () => {
    const record = await ingest.store.registry.tokens.get(directory.tokenId);
    if (record === undefined) throw new Error('no token');
    for (let index = 0; index < 600; index += 1) {
      const former = { ...record, id: `0-${String(index).padStart(3, '0')}`, hash: '0'.repeat(64), revokedAt: 1 };
      await ingest.store.registry.tokens.insert({ ...former, id: `${former.id}-${directory.id}` });
    }
    expect((await call('get', '/Users')).status).toBe(200);
  });

  test('the first authenticated request activates the directory, once', async () => {
    await Promise.all([call('get', '/Users'), call('get', '/Groups'), call('get', '/Schemas')]);
    expect(await eventTypes()).toEqual(['directory.activated']);
  });
});

/** The same in other words, each of which goes through the router. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path.replace(/^([^?]*)/, '$1/'),
  (path) => path.replace(/\/v2\/(.)/, (_, first: string) => `/v2/%${first.charCodeAt(0).toString(16)}`),
  (path) => path.replace('/scim/', '/SCIM/'),
];

test('a request for a resource is answered alike, through the router or past it', async () => {
  const id = await createUser('ann');
  const through = jest.spyOn(ingest.app.router as unknown as { handle: () => void }, 'handle');
  const asked = [
    ['get', `/Users/${id}`],
    ['get', '/Users?filter=userName%20eq%20%22ann%22'],
    ['get', '/users'],
    ['get', '/Nothing'],
    ['get', '/Users/nobody?attributes=userName'],
    ['patch', '/Users', { schemas: [PATCH_OP] }],
    ['patch', `/Users/${id}`, { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'T' }] }],
    ['patch', `/Users/${id}`, { schemas: [PATCH_OP], Operations: [{ op: 'move' }] }],
    ['put', `/Users/${id}`, { schemas: [USER], userName: 'ann', title: 'T' }],
    ['put', `/Users/${id}`, { schemas: [USER] }],
    ['post', '/Users', { schemas: [USER], userName: 'ann' }],
    ['post', `/Users/${id}`, {}],
    ['delete', '/Users/nobody'],
  ] as const;
  for (const [method, path, body] of asked) {
    const answers = [];
    for (const spell of [(plain: string) => plain, ...SPELLINGS]) {
      const { base } = directory;
      const sent = request(ingest.app)
        [method](spell(base + path))
        .set('authorization', `Bearer ${directory.token}`);
      const answer = await (body === undefined ? sent : sent.send(body));
      const { 'x-request-id': requestId, date: _date, 'keep-alive': _, ...headers } = answer.headers;
      expect(requestId).toMatch(/^[\w-]{36}$/);
      answers.push({ status: answer.status, headers, body: answer.body });
    }
    const [plain, ...others] = answers;
    expect(others).toEqual(others.map(() => plain));
    const isRefused = ['patch /Users', `post /Users/${id}`].includes(`${method} ${path}`);
    expect([path, through.mock.calls.length]).toEqual([path, SPELLINGS.length + (isRefused ? 1 : 0)]);
    through.mockClear();
  }
  for (const path of ['/Me', '/Schemas', '/Bulk']) await call('get', path);
  expect(through).toHaveBeenCalledTimes(3);
  through.mockRestore();
});

test('regression 17: directories never mix under concurrency', async () => {
  const other = await ingest.addDirectory();
  const post = (to: typeof directory, userName: string) =>
    request(ingest.app)
      .post(`${to.base}/Users`)
      .set('authorization', `Bearer ${to.token}`)
      .send({ schemas: [USER], userName });
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => post(index % 2 === 0 ? directory : other, `user-${index}`)),
  );
  const { body } = await call('get', '/Users?count=100');
  const names: string[] = body.Resources.map(({ userName }: { userName: string }) => userName);
  expect(names.length).toBe(20);
  expect(names.every((name) => Number(name.slice(5)) % 2 === 0)).toBe(true);
});

test('a directory that was just deleted does not look like an empty one', async () => {
  expect((await call('get', '/Users')).status).toBe(200);
  const head = await ingest.store.commits.head(directory.id);
  const ref = { id: directory.id, organizationId: 'organization', partition: 0 };
  await ingest.store.commits.commit(deletionCommit(head, ref, ingest.clock.now, newId, 'request'));
  expectScimError(await call('get', '/Users'), 404);
  expectScimError(await call('post', '/Users', { userName: 'late' }), 404);
});

test('discovery tells what there is', async () => {
  expect((await call('get', '/ServiceProviderConfig')).body).toMatchObject({ patch: { supported: true } });
  const types = await call('get', '/ResourceTypes');
  expect(types.body.Resources.map(({ name }: { name: string }) => name)).toEqual(['User', 'Group']);
  expect((await call('get', '/ResourceTypes/User')).body).toMatchObject({ endpoint: '/Users' });
  expect((await call('get', `/Schemas/${USER}`)).body).toMatchObject({ id: USER });
  expectScimError(await call('get', '/Schemas/none'), 404);
});
