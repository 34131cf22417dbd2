import request from 'supertest';
import { ENTERPRISE_USER, expectRefusal, GROUP, startScimClient, USER } from '../support/scim-client.js';

/** The bugs that other servers ship, each once, over HTTP. */

const scim = startScimClient();

test('regression 1: removing a member by value does not empty the group', async () => {
  const ids = [await scim.createUser('ann'), await scim.createUser('bob'), await scim.createUser('cleo')];
  const group = await scim.createGroup('Staff', ...ids);
  const [ann = '', bob = '', cleo = ''] = ids;
  await scim.patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value: [{ $ref: null, value: ann }] });
  expect(await scim.memberIds(group)).toEqual([bob, cleo]);
  await scim.patch(`/Groups/${group}`, { op: 'remove', path: 'members', value: { value: bob } });
  expect(await scim.memberIds(group)).toEqual([cleo]);
  for (const value of [[], {}, [{}], [{ value: 'nobody' }]]) {
    await scim.patch(`/Groups/${group}`, { op: 'remove', path: 'members', value });
  }
  expect(await scim.memberIds(group)).toEqual([cleo]);
});

test.each([
  'members[value eq "$id"]',
  'members[value eq $id]',
  'MEMBERS[Value EQ "$id"]',
  `${GROUP}:members[value eq "$id"]`,
])('regression 2: the path %s removes that member', async (path) => {
  const [ann, bob] = [await scim.createUser('ann'), await scim.createUser('bob')];
  const group = await scim.createGroup('Staff', ann, bob);
  const answer = await scim.patch(`/Groups/${group}`, { op: 'remove', path: path.replace('$id', ann) });
  expect(answer.status).toBe(204);
  expect(await scim.memberIds(group)).toEqual([bob]);
});

test('regression 3: operations in capitals are carried out', async () => {
  const ann = await scim.createUser('ann', { nickName: 'A' });
  const { body } = await scim.patch(
    `/Users/${ann}`,
    { op: 'Add', path: 'title', value: 'Cook' },
    { op: 'REPLACE', path: 'displayName', value: 'Ann' },
    { op: 'Remove', path: 'nickName' },
  );
  expect(body).toMatchObject({ title: 'Cook', displayName: 'Ann' });
  expect(body).not.toHaveProperty('nickName');
});

test('regression 4: "False" deactivates, wherever it is sent', async () => {
  const ann = await scim.createUser('ann', { active: 'True' });
  expect((await scim.get(`/Users/${ann}`)).body.active).toBe(true);
  for (const operation of [{ path: 'active', value: 'False' }, { value: { active: 'False' } }]) {
    expect((await scim.patch(`/Users/${ann}`, { op: 'Replace', ...operation })).body.active).toBe(false);
    await scim.patch(`/Users/${ann}`, { op: 'Replace', path: 'active', value: 'True' });
  }
  expect((await scim.call('put', `/Users/${ann}`, { userName: 'ann', active: 'false' })).body.active).toBe(false);
  expect(await scim.foundIds('Users', 'active eq false')).toEqual([ann]);
  expect(await scim.foundIds('Users', 'active eq "False"')).toEqual([ann]);
  expect((await scim.events()).at(-1)?.data).toMatchObject({ active: false });
});

test.each(['add', 'replace'])(
  'regression 5: %s at a value that is not there makes it, and keeps its siblings',
  async (op) => {
    const home = { type: 'home', value: 'ann@home.example' };
    const ann = await scim.createUser('ann', { emails: [home] });
    const work = { op, path: 'emails[type eq "work"].value', value: 'ann@work.example' };
    expect((await scim.patch(`/Users/${ann}`, work)).body.emails).toEqual([
      home,
      { type: 'work', value: 'ann@work.example' },
    ]);
  },
);

test('regression 6: a path with a URN is not split at the dot in "2.0"', async () => {
  const ann = await scim.createUser('ann');
  const department = `${ENTERPRISE_USER}:department`;
  await scim.patch(`/Users/${ann}`, { op: 'add', path: department, value: 'Kitchen' });
  await scim.patch(`/Users/${ann}`, { op: 'add', value: { [`${ENTERPRISE_USER}:employeeNumber`]: '7' } });
  await scim.patch(`/Users/${ann}`, { op: 'add', path: `${USER}:name.givenName`, value: 'Ann' });
  const { body } = await scim.get(`/Users/${ann}`);
  expect(body).toMatchObject({
    name: { givenName: 'Ann' },
    [ENTERPRISE_USER]: { department: 'Kitchen', employeeNumber: '7' },
  });
  expect(await scim.foundIds('Users', `${department} eq "kitchen"`)).toEqual([ann]);
  expect((await scim.get(`/Users/${ann}?attributes=${department}`)).body[ENTERPRISE_USER]).toEqual({
    department: 'Kitchen',
  });
});

test('regression 7: no refusal is plain text or HTML', async () => {
  const ann = await scim.createUser('ann');
  const { base } = scim.directory();
  expectRefusal(await scim.get('/Users/0'), 404);
  expectRefusal(await scim.get('/Nowhere/at/all'), 404);
  expectRefusal(await request(scim.ingest().app).get('/'), 404);
  expectRefusal(await request(scim.ingest().app).get(`${base}/Users`), 401);
  expectRefusal(await scim.call('put', '/Users', {}), 405);
  expectRefusal(await scim.call('post', '/Users', { userName: 'ANN' }), 409, 'uniqueness');
  expectRefusal(
    await scim.call('post', '/Users').set('content-type', 'application/json').send('{'),
    400,
    'invalidSyntax',
  );
  expectRefusal(await scim.find('Users', 'userName'), 400, 'invalidFilter');
  expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'add', path: 'nothing', value: 1 }), 400, 'invalidPath');
});

test('regression 8: userName is one name, whatever its case', async () => {
  const ann = await scim.createUser('Ann@X.example');
  expect(await scim.foundIds('Users', 'userName eq "ANN@x.EXAMPLE"')).toEqual([ann]);
  expectRefusal(await scim.call('post', '/Users', { userName: 'ann@x.example' }), 409, 'uniqueness');
  const bob = await scim.createUser('bob');
  const rename = { op: 'replace', path: 'userName', value: 'ANN@X.EXAMPLE' };
  expectRefusal(await scim.patch(`/Users/${bob}`, rename), 409, 'uniqueness');
  expect((await scim.patch(`/Users/${ann}`, rename)).body.userName).toBe('ANN@X.EXAMPLE');
});

test('regression 9: externalId can be filtered by, case and all', async () => {
  const ann = await scim.createUser('ann', { externalId: 'aB7' });
  await scim.createUser('bob', { externalId: 'Ab7' });
  expect(await scim.foundIds('Users', 'externalId eq "aB7"')).toEqual([ann]);
  const { body: group } = await scim.call('post', '/Groups', { displayName: 'Staff', externalId: 'g7' });
  expect(await scim.foundIds('Groups', 'externalId eq "g7"')).toEqual([group.id]);
});

test('regression 10: a filter is about the attribute that it names', async () => {
  const ann = await scim.createUser('ann', { displayName: 'bob', title: 'Cook' });
  const bob = await scim.createUser('bob', { displayName: 'ann' });
  expect(await scim.foundIds('Users', 'userName eq "bob"')).toEqual([bob]);
  expect(await scim.foundIds('Users', 'displayName eq "bob"')).toEqual([ann]);
  expect(await scim.foundIds('Users', 'title eq "bob"')).toEqual([]);
  expect(await scim.foundIds('Users', 'nothing eq "bob"')).toEqual([]);
  expect(await scim.foundIds('Users', 'userName eq "bob" and title eq "Cook"')).toEqual([]);
});

test('regression 11: members in POST and PUT are taken', async () => {
  const [ann, bob] = [await scim.createUser('ann'), await scim.createUser('bob')];
  const group = await scim.createGroup('Staff', ann);
  expect(await scim.memberIds(group)).toEqual([ann]);
  const put = { schemas: [GROUP], displayName: 'Staff', members: scim.members([bob]) };
  expect((await scim.call('put', `/Groups/${group}`, put)).body.members).toMatchObject([{ value: bob }]);
  expect(await scim.memberIds(group)).toEqual([bob]);
});

test('regression 12: concurrent PATCHes lose no member', async () => {
  const users = await Promise.all(Array.from({ length: 40 }, (_, index) => scim.createUser(`user-${index}`)));
  const [leaving, joining] = [users.slice(0, 20), users.slice(20)];
  const group = await scim.createGroup('Staff', ...leaving);
  await Promise.all([
    ...leaving.map((id) => scim.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` })),
    ...joining.map((value) => scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] })),
  ]);
  expect((await scim.memberIds(group)).sort()).toEqual(joining.sort());
});

test('regression 13: nothing is counted twice', async () => {
  const emails = [
    { value: 'ann@x.example', type: 'work' },
    { value: 'ann@x.example', type: 'home' },
  ];
  const ann = await scim.createUser('ann', { externalId: 'ann', displayName: 'ann', emails });
  const groups = [await scim.createGroup('One', ann), await scim.createGroup('Two', ann, ann)];
  expect(await scim.memberIds(groups[1] ?? '')).toEqual([ann]);
  for (const filter of [
    'userName eq "ann" or externalId eq "ann" or displayName eq "ann"',
    'emails.value eq "ann@x.example"',
    `id eq "${ann}" or id eq "${ann}"`,
    'groups.display sw "o" or groups.display sw "t"',
  ]) {
    expect(await scim.foundIds('Users', filter)).toEqual([ann]);
  }
  expect((await scim.get('/Users')).body.totalResults).toBe(1);
  expect((await scim.get('/')).body.totalResults).toBe(3);
});

test('regression 14: every body is application/scim+json', async () => {
  const ann = await scim.createUser('ann');
  for (const path of [
    `/Users/${ann}`,
    '/Users',
    '/Groups',
    '/',
    '/Schemas',
    '/ResourceTypes',
    '/ServiceProviderConfig',
  ]) {
    const { status, headers } = await scim.get(path).set('accept', 'application/json');
    expect([path, status, headers['content-type']]).toEqual([path, 200, 'application/scim+json; charset=utf-8']);
  }
});

test('regression 15: a password is nowhere to be found', async () => {
  const secret = 'correct-horse-battery';
  const ann = await scim.createUser('ann', { password: secret });
  await scim.patch(`/Users/${ann}`, { op: 'replace', path: 'password', value: secret });
  await scim.patch(`/Users/${ann}`, { op: 'replace', value: { password: secret, [`${USER}:password`]: secret } });
  await scim.call('put', `/Users/${ann}`, { userName: 'ann', PassWord: secret });
  expect(await scim.foundIds('Users', `password eq "${secret}"`)).toEqual([]);
  expect(await scim.foundIds('Users', 'password pr')).toEqual([]);
  const row = await scim.ingest().store.resources.get(scim.directory().id, 'User', ann);
  const shown = (await scim.get(`/Users/${ann}?attributes=password`)).body;
  expect(JSON.stringify([row, shown, await scim.events()])).not.toContain(secret);
});

test('regression 16: an unknown directory is 404 for every method, whatever the token', async () => {
  const { app } = scim.ingest();
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    const sent = request(app)[method]('/scim/01890000-0000-7000-8000-000000000000/v2/Users');
    expectRefusal(await sent.set('authorization', `Bearer ${scim.directory().token}`), 404);
  }
});

test('regression 17: directories never mix under concurrency', async () => {
  const directories = await Promise.all(Array.from({ length: 4 }, () => scim.ingest().addDirectory()));
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      scim.call('post', '/Users', { userName: `user-${index >> 2}`, title: `of ${index % 4}` }, directories[index % 4]),
    ),
  );
  for (const [index, directory] of directories.entries()) {
    const { body } = await scim.call('get', '/Users', undefined, directory);
    expect(body.totalResults).toBe(10);
    for (const { title, meta } of body.Resources) {
      expect(title).toBe(`of ${index}`);
      expect(meta.location).toContain(directory.id);
    }
  }
  const [first, second] = directories;
  const [{ id }] = (await scim.call('get', '/Users?count=1', undefined, first)).body.Resources;
  expectRefusal(await scim.call('get', `/Users/${id}`, undefined, second), 404);
  expectRefusal(await scim.call('delete', `/Users/${id}`, undefined, second), 404);
});

test('regression 18: no PATCH reaches a prototype', async () => {
  const ann = await scim.createUser('ann');
  for (const path of ['__proto__.x', 'constructor.prototype.x', 'name.__proto__.x', `${ENTERPRISE_USER}:__proto__.x`]) {
    expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'add', path, value: 'polluted' }), 400, 'invalidPath');
  }
  const value = '{"__proto__": {"x": "polluted"}, "constructor": {"prototype": {"x": "polluted"}}, "__proto__.x": "p"}';
  const operation = `{"op": "add", "value": ${value}}`;
  const body = `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [${operation}]}`;
  const answer = await scim.call('patch', `/Users/${ann}`).set('content-type', 'application/scim+json').send(body);
  expect(answer.status).toBe(200);
  expect(answer.body.meta.version).toBe('W/"1"');
  expect('x' in {}).toBe(false);
});

test('regression 19: 32 concurrent creates of one userName make one user', async () => {
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      scim.call('post', '/Users', { userName: index % 2 === 0 ? 'same' : 'SAME' }),
    ),
  );
  const made = answers.filter(({ status }) => status === 201);
  expect(made.length).toBe(1);
  for (const answer of answers) if (!made.includes(answer)) expectRefusal(answer, 409, 'uniqueness');
  expect((await scim.events()).map(({ type }) => type)).toEqual(['directory.activated', 'user.created']);
});

test('regression 20: totalResults is not capped at the page', async () => {
  for (let index = 0; index < 7; index += 1) await scim.createUser(`user-${index}`, { title: 'Cook' });
  for (const query of ['', 'filter=title%20eq%20%22cook%22&', 'sortBy=userName&']) {
    const { body } = await scim.get(`/Users?${query}startIndex=2&count=3`);
    expect(body).toMatchObject({ totalResults: 7, itemsPerPage: 3, startIndex: 2 });
    expect((await scim.get(`/Users?${query}count=0`)).body).toMatchObject({ totalResults: 7, itemsPerPage: 0 });
  }
});

describe('bugs of our own', () => {
  test('a group is not emptied by members that name nobody', async () => {
    const ann = await scim.createUser('ann');
    const group = await scim.createGroup('Staff', ann);
    for (const members of [{}, [{}], [{}, {}]]) {
      const replace = { op: 'replace', path: 'members', value: members };
      expectRefusal(await scim.patch(`/Groups/${group}`, replace), 400, 'invalidValue');
      expectRefusal(await scim.patch(`/Groups/${group}`, { op: 'replace', value: { members } }), 400, 'invalidValue');
      const put = { schemas: [GROUP], displayName: 'Staff', Members: members };
      expectRefusal(await scim.call('put', `/Groups/${group}`, put), 400, 'invalidValue');
    }
    expect(await scim.memberIds(group)).toEqual([ann]);
    expect((await scim.call('put', `/Groups/${group}`, { displayName: 'Staff', members: [] })).status).toBe(200);
    expect(await scim.memberIds(group)).toEqual([]);
  });

  test('a filter with single quotes is refused, and not answered with nobody', async () => {
    await scim.createUser('ann');
    const obrien = await scim.createUser("o'brien");
    for (const filter of ["userName eq 'ann'", 'userName eq ‘ann’', 'userName eq `ann`', "emails[type eq 'work']"]) {
      expectRefusal(await scim.find('Users', filter), 400, 'invalidFilter');
    }
    expect(await scim.foundIds('Users', "userName eq o'brien")).toEqual([obrien]);
  });

  test("an extension's attribute is found by its bare name, but only where the core has none of that name", async () => {
    const boss = await scim.createUser('boss', { title: 'Chef' });
    const ann = await scim.createUser('ann', { [ENTERPRISE_USER]: { manager: { value: boss }, department: 'Hall' } });
    expect(await scim.foundIds('Users', `id eq ${ann} and manager eq ${boss}`)).toEqual([ann]);
    expect(await scim.foundIds('Users', `manager.value eq "${boss}"`)).toEqual([ann]);
    expect(await scim.foundIds('Users', 'department eq "hall" and not (title pr)')).toEqual([ann]);
    expectRefusal(await scim.patch(`/Users/${ann}`, { op: 'add', path: 'manager', value: boss }), 400, 'invalidPath');
  });
});
