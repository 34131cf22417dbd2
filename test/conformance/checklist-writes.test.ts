import request from 'supertest';
import { ENTERPRISE_USER, expectRefusal, GROUP, message, startScimClient, USER } from '../support/scim-client.js';

/** Points 18 to 34 of what RFC 7643 and 7644 ask of a service provider: changes, discovery and the protocol around them. */

const scim = startScimClient();

test('18: PUT replaces and never creates', async () => {
  const ann = await scim.createUser('ann', { title: 'Cook', name: { givenName: 'Ann' }, externalId: 'e' });
  const answer = await scim.call('put', `/Users/${ann}`, {
    userName: 'ann',
    displayName: 'Ann',
    groups: [{ value: 'x' }],
  });
  expect([answer.status, Object.keys(answer.body).sort()]).toEqual([
    200,
    ['active', 'displayName', 'id', 'meta', 'schemas', 'userName'],
  ]);
  expectRefusal(await scim.call('put', '/Users/none', { userName: 'new' }), 404);
  expectRefusal(await scim.call('put', `/Users/${ann}`, { displayName: 'Ann' }), 400, 'invalidValue');
  expect(await scim.foundIds('Users', 'userName eq "new"')).toEqual([]);
});

test('18: an immutable sub-attribute cannot be changed', async () => {
  const [ann, bob] = [await scim.createUser('ann'), await scim.createUser('bob')];
  const group = await scim.createGroup('Staff', ann);
  const change = { op: 'replace', path: `members[value eq "${ann}"].value`, value: bob };
  expectRefusal(await scim.patch(`/Groups/${group}`, change), 400, 'mutability');
  expect(await scim.memberIds(group)).toEqual([ann]);
});

test('19: PATCH works in order, all or nothing', async () => {
  const ann = await scim.createUser('ann');
  const set = (value: string) => ({ op: 'replace', path: 'title', value });
  expect((await scim.patch(`/Users/${ann}`, set('Cook'), set('Chef'))).body.title).toBe('Chef');
  const broken = await scim.patch(`/Users/${ann}`, set('Waiter'), { op: 'remove', path: 'userName' });
  expectRefusal(broken, 400, 'mutability');
  expectRefusal(await scim.patch(`/Users/${ann}`, set('Waiter'), { op: 'move', path: 'title' }), 400, 'invalidSyntax');
  expect((await scim.get(`/Users/${ann}`)).body).toMatchObject({ title: 'Chef', meta: { version: 'W/"2"' } });
  for (const body of [
    { Operations: [set('x')] },
    { schemas: [USER], Operations: [set('x')] },
    { schemas: [message('PatchOp')] },
  ]) {
    expectRefusal(await scim.call('patch', `/Users/${ann}`, body), 400, 'invalidSyntax');
  }
  expectRefusal(await scim.patch('/Users/none', set('x')), 404);
});

test('19: PATCH answers 200 with the resource when attributes are asked for, else a group’s 204', async () => {
  const group = await scim.createGroup('Staff');
  const rename = { op: 'replace', path: 'displayName', value: 'Crew' };
  const asked = await scim.patch(`/Groups/${group}?attributes=displayName`, rename);
  expect([asked.status, asked.body]).toEqual([200, { schemas: [GROUP], id: group, displayName: 'Crew' }]);
  const plain = await scim.patch(`/Groups/${group}`, { ...rename, value: 'Staff' });
  expect([plain.status, plain.text, plain.headers['etag']]).toEqual([204, '', 'W/"3"']);
});

test('20: adding appends, replaces or merges; adding what is there does not move lastModified', async () => {
  const work = { value: 'ann@work.example', type: 'work', primary: true };
  const ann = await scim.createUser('ann', { title: 'Cook', emails: [work], name: { givenName: 'Ann' } });
  const before = (await scim.get(`/Users/${ann}`)).body.meta;
  scim.tick();
  const again = await scim.patch(
    `/Users/${ann}`,
    { op: 'add', path: 'emails', value: [work] },
    { op: 'add', path: 'title', value: 'Cook' },
    { op: 'add', value: { name: { givenName: 'Ann' } } },
  );
  expect(again.body.meta).toEqual(before);
  const home = { value: 'ann@home.example', type: 'home' };
  const more = await scim.patch(
    `/Users/${ann}`,
    { op: 'add', path: 'emails', value: [home] },
    { op: 'add', path: 'title', value: 'Chef' },
    { op: 'add', value: { name: { familyName: 'Berg' }, displayName: 'Ann' } },
  );
  expect(more.body).toMatchObject({ emails: [work, home], title: 'Chef', displayName: 'Ann' });
  expect(more.body.name).toEqual({ givenName: 'Ann', familyName: 'Berg' });
  expect(more.body.meta.lastModified > before.lastModified).toBe(true);
  expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'add', path: 'title' }), 400, 'invalidValue');
});

test('20: adding a member who is there moves nothing', async () => {
  const ann = await scim.createUser('ann');
  const group = await scim.createGroup('Staff', ann);
  const before = (await scim.get(`/Groups/${group}`)).body.meta;
  scim.tick();
  await scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: scim.members([ann]) });
  expect((await scim.get(`/Groups/${group}`)).body.meta).toEqual(before);
});

test('21: remove needs a target that may go, and is content when it has gone', async () => {
  const [ann, bob] = [await scim.createUser('ann', { title: 'Cook' }), await scim.createUser('bob')];
  const group = await scim.createGroup('Staff', ann);
  expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'remove' }), 400, 'noTarget');
  for (const path of ['userName', 'id', 'meta', 'meta.created', 'groups', 'schemas']) {
    expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'remove', path }), 400, 'mutability');
  }
  expect((await scim.patch(`/Users/${ann}`, { op: 'remove', path: 'title' })).body).not.toHaveProperty('title');
  expect((await scim.patch(`/Users/${ann}`, { op: 'remove', path: 'title' })).status).toBe(200);
  expect((await scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${bob}"]` })).status).toBe(204);
  expect(await scim.memberIds(group)).toEqual([ann]);
  await scim.patch(`/Groups/${group}`, { op: 'remove', path: 'members' });
  expect(await scim.memberIds(group)).toEqual([]);
});

test('22: replace adds what is absent, merges what is complex, and needs a value to replace', async () => {
  const emails = [
    { value: 'a@x.example', type: 'work' },
    { value: 'b@x.example', type: 'work' },
    { value: 'c@x.example', type: 'home' },
  ];
  const ann = await scim.createUser('ann', { emails, name: { givenName: 'Ann' } });
  const replaced = await scim.patch(
    `/Users/${ann}`,
    { op: 'replace', path: 'title', value: 'Cook' },
    { op: 'replace', path: 'name', value: { familyName: 'Berg' } },
    { op: 'replace', path: 'emails[type eq "work"].display', value: 'W' },
  );
  expect(replaced.body).toMatchObject({ title: 'Cook', name: { givenName: 'Ann', familyName: 'Berg' } });
  expect(replaced.body.emails.map(({ display }: { display?: string }) => display)).toEqual(['W', 'W', undefined]);
  const nowhere = { op: 'replace', path: 'emails[type eq "other"]', value: { value: 'd@x.example' } };
  expectRefusal(await scim.patch(`/Users/${ann}`, nowhere), 400, 'noTarget');
});

test('23: only one value is primary', async () => {
  const emails = [{ value: 'a@x.example', type: 'work', primary: true }];
  const ann = await scim.createUser('ann', { emails });
  const value = [{ value: 'b@x.example', type: 'home', primary: true }];
  const primaries = ({ body }: request.Response): unknown =>
    body.emails.map(({ primary }: { primary?: boolean }) => primary === true);
  expect(primaries(await scim.patch(`/Users/${ann}`, { op: 'add', path: 'emails', value }))).toEqual([false, true]);
  const back = { op: 'replace', path: 'emails[type eq "work"].primary', value: true };
  expect(primaries(await scim.patch(`/Users/${ann}`, back))).toEqual([true, false]);
  const both = { userName: 'bob', emails: [...emails, ...value] };
  expectRefusal(await scim.call('post', '/Users', both), 400, 'invalidValue');
});

test('24: a path or a key with a URN brings that URN into schemas, and its last value takes it out', async () => {
  const ann = await scim.createUser('ann');
  const path = `${ENTERPRISE_USER}:department`;
  expect((await scim.get(`/Users/${ann}`)).body.schemas).toEqual([USER]);
  const added = await scim.patch(`/Users/${ann}`, { op: 'add', path, value: 'Kitchen' });
  expect(added.body.schemas).toEqual([USER, ENTERPRISE_USER]);
  expect((await scim.patch(`/Users/${ann}`, { op: 'remove', path })).body.schemas).toEqual([USER]);
  const merged = await scim.patch(`/Users/${ann}`, { op: 'add', value: { [ENTERPRISE_USER]: { division: 'D' } } });
  expect(merged.body.schemas).toEqual([USER, ENTERPRISE_USER]);
  const put = { schemas: [USER], userName: 'ann', [ENTERPRISE_USER]: { department: 'Hall' } };
  expect((await scim.call('put', `/Users/${ann}`, put)).body.schemas).toEqual([USER, ENTERPRISE_USER]);
});

test('24: what is not Base64 is no binary value', async () => {
  const certificate = (value: string) => ({ userName: 'ann', x509Certificates: [{ value }] });
  expectRefusal(await scim.call('post', '/Users', certificate('!! no')), 400, 'invalidValue');
  expect((await scim.call('post', '/Users', certificate('MIID+/-_=='))).status).toBe(201);
});

test('24: bad paths and bad values are told apart', async () => {
  const ann = await scim.createUser('ann');
  const refused = async (operation: object, scimType: string) =>
    expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'replace', ...operation }), 400, scimType);
  await refused({ path: 'nothing', value: 'x' }, 'invalidPath');
  await refused({ path: 'name.nothing', value: 'x' }, 'invalidPath');
  await refused({ path: 'urn:example:none:x', value: 'x' }, 'invalidPath');
  await refused({ path: 'title[value eq "x"]', value: 'x' }, 'invalidPath');
  await refused({ path: 'emails[type xx "work"].value', value: 'x' }, 'invalidFilter');
  await refused({ path: 'title', value: 7 }, 'invalidValue');
  await refused({ path: 'active', value: 'perhaps' }, 'invalidValue');
  await refused({ path: 'name', value: 'Ann' }, 'invalidValue');
  await refused({ value: { emails: 'ann@x.example' } }, 'invalidValue');
});

test('25: what is deleted is gone everywhere, and its name is free', async () => {
  const ann = await scim.createUser('ann');
  const group = await scim.createGroup('Staff', ann);
  const gone = await scim.call('delete', `/Users/${ann}`);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expectRefusal(await scim.get(`/Users/${ann}`), 404);
  expectRefusal(await scim.call('put', `/Users/${ann}`, { userName: 'ann' }), 404);
  expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'replace', path: 'active', value: false }), 404);
  expectRefusal(await scim.call('delete', `/Users/${ann}`), 404);
  expect(await scim.foundIds('Users', `id eq "${ann}" or userName eq "ann"`)).toEqual([]);
  expect(await scim.memberIds(group)).toEqual([]);
  expect(await scim.createUser('ann')).not.toBe(ann);
});

test('26: the ETag is meta.version; If-None-Match spares a read, If-Match a lost update', async () => {
  const ann = await scim.createUser('ann');
  const path = `/Users/${ann}`;
  const read = await scim.get(path);
  expect(read.headers['etag']).toBe(read.body.meta.version);
  const same = await scim.get(path).set('if-none-match', read.body.meta.version);
  expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', 'W/"1"']);
  const rename = { op: 'replace', path: 'displayName', value: 'Ann' };
  const changed = await scim.patch(path, rename).set('if-match', 'W/"1"');
  expect([changed.status, changed.headers['etag'], changed.body.meta.version]).toEqual([200, 'W/"2"', 'W/"2"']);
  expect((await scim.get(path).set('if-none-match', 'W/"1"')).status).toBe(200);
  expectRefusal(await scim.patch(path, rename).set('if-match', 'W/"1"'), 412);
  expectRefusal(await scim.call('put', path, { userName: 'ann' }).set('if-match', 'W/"1"'), 412);
  expectRefusal(await scim.call('delete', path).set('if-match', 'W/"1"'), 412);
  for (const named of ['*', 'W/"1", W/"2"']) {
    expectRefusal(await scim.patch(path, rename).set('if-none-match', named), 412);
    expectRefusal(await scim.call('put', path, { userName: 'ann' }).set('if-none-match', named), 412);
    expectRefusal(await scim.call('delete', path).set('if-none-match', named), 412);
  }
  expectRefusal(await scim.call('put', '/Users/none', { userName: 'new' }).set('if-none-match', '*'), 404);
  expect((await scim.patch(path, rename).set('if-none-match', 'W/"1"')).headers['etag']).toBe('W/"2"');
  expect((await scim.call('put', path, { userName: 'ann' }).set('if-match', '*')).status).toBe(200);
  expect((await scim.call('delete', path).set('if-match', '"2", W/"3"')).status).toBe(204);
});

test('27: an error has its status as a string, and a detail that helps', async () => {
  const { headers, body } = await scim.call('post', '/Users', { schemas: [USER] });
  expect(headers['content-type']).toBe('application/scim+json; charset=utf-8');
  expect(body).toEqual({
    schemas: [message('Error')],
    status: '400',
    scimType: 'invalidValue',
    detail: 'userName: it is missing, and it is required. Send a value.',
  });
});

test('27: a method that a path does not have is 405, and told which it has', async () => {
  const allowed: Record<string, readonly string[]> = {
    POST: ['/Bulk', '/.search', '/Users/.search'],
    GET: ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${USER}`],
  };
  for (const [allow, paths] of Object.entries(allowed)) {
    for (const path of paths) {
      const answer = await scim.call('put', path, {});
      expectRefusal(answer, 405);
      expect([path, answer.headers['allow']]).toEqual([path, allow]);
    }
  }
});

test('28: a path that is none has no location', async () => {
  const Operations = [{ method: 'DELETE', path: 'https://scim.example/Users/1' }];
  const { body } = await scim.call('post', '/Bulk', { schemas: [message('BulkRequest')], Operations });
  expect([body.Operations[0].status, 'location' in body.Operations[0]]).toEqual(['404', false]);
});

test('28: bulk answers each operation, resolves references in circles, and stops when it is told to', async () => {
  const bulk = (Operations: object[], more: object = {}) =>
    scim.call('post', '/Bulk', { schemas: [message('BulkRequest')], Operations, ...more });
  const group = (bulkId: string, member: string) => ({
    method: 'POST',
    path: '/Groups',
    bulkId,
    data: { displayName: bulkId, members: [{ value: `bulkId:${member}` }] },
  });
  const statuses = ({ body }: request.Response): unknown =>
    body.Operations.map(({ bulkId, status }: Record<string, string>) => [bulkId, status]);
  const circle = await bulk([group('a', 'b'), group('b', 'a')]);
  expect([circle.status, circle.body.schemas]).toEqual([200, [message('BulkResponse')]]);
  expect(statuses(circle)).toEqual([
    ['a', '201'],
    ['b', '201'],
  ]);
  const user = (bulkId: string, data: object) => ({ method: 'POST', path: '/Users', bulkId, data });
  const three = [user('x', {}), user('y', { userName: 'y' }), user('z', {})];
  expect(statuses(await bulk(three))).toEqual([
    ['x', '400'],
    ['y', '201'],
    ['z', '400'],
  ]);
  expect(statuses(await bulk(three, { failOnErrors: 1 }))).toEqual([['x', '400']]);
  expect(statuses(await bulk([group('c', 'nobody')]))).toEqual([['c', '409']]);
  const tooMany = await bulk(Array.from({ length: 1001 }, () => ({ method: 'DELETE', path: '/Users/1' })));
  expectRefusal(tooMany, 413);
  expect(tooMany.body.detail).toContain('1000');
});

test('29: discovery ignores paging and sorting, and refuses a filter', async () => {
  const { body: types } = await scim.get('/ResourceTypes?startIndex=2&count=1&sortBy=name');
  expect(types.Resources.map(({ id }: { id: string }) => id)).toEqual(['User', 'Group']);
  for (const { id, schema, meta } of types.Resources) {
    expect((await scim.get(`/ResourceTypes/${id}`)).body.meta.location).toBe(meta.location);
    expect((await scim.get(`/Schemas/${schema}`)).body.id).toBe(schema);
  }
  const { body: schemas } = await scim.get('/Schemas?count=0');
  expect(schemas.Resources.map(({ id }: { id: string }) => id)).toEqual([USER, ENTERPRISE_USER, GROUP]);
  expect((await scim.get('/ServiceProviderConfig')).body).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
    filter: { supported: true },
    etag: { supported: true },
    sort: { supported: true },
  });
  for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', '/ResourceTypes/User']) {
    expectRefusal(await scim.get(`${path}?filter=id%20pr`), 403);
  }
  expectRefusal(await scim.get('/ResourceTypes/Robot'), 404);
});

test('30: /Me is not implemented, and says so', async () => {
  for (const method of ['get', 'put', 'patch', 'delete', 'post'] as const) {
    expectRefusal(await scim.call(method, '/Me', method === 'get' ? undefined : {}), 501);
  }
});

test.each([
  'application/scim+json',
  'application/json',
  'application/json; charset=utf-8',
  'Application/SCIM+JSON;charset=UTF-8',
  'text/plain',
])('31: a body of type %s is read, and answered as application/scim+json', async (type) => {
  const sent = scim.call('post', '/Users').set('content-type', type);
  const answer = await sent.send(JSON.stringify({ userName: 'Änn' }));
  expect([answer.status, answer.body.userName]).toEqual([201, 'Änn']);
  expect(answer.headers['content-type']).toBe('application/scim+json; charset=utf-8');
});

test('32: the enterprise extension is kept under its URN, apart from the core attributes', async () => {
  const ann = await scim.createUser('ann', {
    department: 'core has none',
    [ENTERPRISE_USER]: { department: 'Kitchen', costCenter: 'K', manager: { value: 'boss', displayName: 'readOnly' } },
  });
  const { body } = await scim.get(`/Users/${ann}`);
  expect(body).not.toHaveProperty('department');
  expect(body[ENTERPRISE_USER]).toEqual({ department: 'Kitchen', costCenter: 'K', manager: { value: 'boss' } });
  expect((await scim.events()).at(-1)?.data).toMatchObject({ department: 'Kitchen', managerId: 'boss' });
});

test('33: a password is accepted and dropped', async () => {
  const answer = await scim.call('post', '/Users', { userName: 'ann', password: 'secret' });
  expect([answer.status, 'password' in answer.body]).toEqual([201, false]);
  const path = `/Users/${answer.body.id}`;
  const set = await scim.patch(path, { op: 'replace', path: 'password', value: 'other' });
  expect([set.status, set.body.meta.version]).toEqual([200, 'W/"1"']);
  expect(await scim.foundIds('Users', 'password pr')).toEqual([]);
  expectRefusal(await scim.call('post', '/Users', { userName: 'bob', password: 7 }), 400, 'invalidValue');
});

test('34: a disabled directory is 403 until it is enabled again', async () => {
  const ann = await scim.createUser('ann');
  const { directories } = scim.ingest().store.registry;
  const set = async (disabled: boolean): Promise<void> => {
    const record = await directories.get(scim.directory().id);
    expect(record && (await directories.replace({ ...record, disabled, version: record.version + 1 }))).toBe(true);
    for (let seconds = 0; seconds < 5; seconds += 1) scim.tick();
  };
  await set(true);
  const answers = [
    await scim.get('/Users'),
    await scim.get('/ServiceProviderConfig'),
    await scim.call('put', `/Users/${ann}`, { userName: 'bob' }),
    await scim.call('post', '/Bulk', {}),
  ];
  for (const answer of answers) expectRefusal(answer, 403);
  expectRefusal(await scim.get('/Users').set('authorization', 'Bearer rcs_wrong'), 401);
  await set(false);
  expect((await scim.get(`/Users/${ann}`)).body.userName).toBe('ann');
});

test('34: without a live token it is 401 with WWW-Authenticate', async () => {
  const { base } = scim.directory();
  for (const authorization of [
    '',
    'Basic YTpi',
    'Bearer',
    'Bearer rcs_wrong',
    `Bearer ${(await scim.ingest().addDirectory()).token}`,
  ]) {
    const answer = await request(scim.ingest().app).get(`${base}/Users`).set('authorization', authorization);
    expectRefusal(answer, 401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="/);
  }
});
