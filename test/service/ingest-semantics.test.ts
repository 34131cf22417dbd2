import { expectRefusal, GROUP, startScimClient, USER } from '../support/scim-client.js';

/** What providers may ask of a resource that it was never told, and of where it is. */

const scim = startScimClient();

describe('a location can be asked for as it is told', () => {
  test('of a resource, of members and of groups, in filters and in sorting', async () => {
    const [ann, bob] = [await scim.createUser('ann'), await scim.createUser('bob')];
    const group = await scim.createGroup('Staff', ann);
    const location = async (path: string): Promise<string> => (await scim.get(path)).body.meta.location;
    const [annAt, groupAt] = [await location(`/Users/${ann}`), await location(`/Groups/${group}`)];
    expect(await scim.foundIds('Users', `meta.location eq "${annAt}"`)).toEqual([ann]);
    expect(await scim.foundIds('Users', `meta.location sw "https://" and not (meta.location ew "${ann}")`)).toEqual([
      bob,
    ]);
    expect(await scim.foundIds('Users', `groups.$ref eq "${groupAt}"`)).toEqual([ann]);
    expect(await scim.foundIds('Groups', `members.$ref eq "${annAt}"`)).toEqual([group]);
    expect(await scim.foundIds('Groups', `members[$ref eq "${annAt}" and type eq "User"]`)).toEqual([group]);
    const { body } = await scim.get('/Users?sortBy=meta.location&sortOrder=descending');
    expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([bob, ann]);
  });

  test('a PATCH that selects members by it is refused, not ignored', async () => {
    const ann = await scim.createUser('ann');
    const group = await scim.createGroup('Staff', ann);
    for (const path of ['members[$ref pr]', `members[type eq "User" and not ($REF eq "x")]`]) {
      expectRefusal(await scim.patch(`/Groups/${group}`, { op: 'remove', path }), 400, 'invalidPath');
    }
    expect(await scim.memberIds(group)).toEqual([ann]);
  });
});

describe('a user of whom no client says whether it is active', () => {
  test('is active in every answer, filter and event, and to say so changes nothing', async () => {
    const ann = await scim.createUser('ann');
    const active = async (): Promise<unknown> => (await scim.get(`/Users/${ann}`)).body.active;
    expect(await active()).toBe(true);
    expect((await scim.get('/Users')).body.Resources[0].active).toBe(true);
    for (const filter of ['active eq true', 'active pr', 'active ne false']) {
      expect(await scim.foundIds('Users', filter)).toEqual([ann]);
    }
    const echo = await scim.call('put', `/Users/${ann}`, { userName: 'ann', active: true });
    expect(echo.headers['etag']).toBe('W/"1"');
    expect((await scim.patch(`/Users/${ann}`, { op: 'remove', path: 'active' })).headers['etag']).toBe('W/"1"');
    await scim.patch(`/Users/${ann}`, { op: 'replace', path: 'active', value: false });
    expect(await active()).toBe(false);
    expect((await scim.patch(`/Users/${ann}`, { op: 'remove', path: 'active' })).body.active).toBe(true);
    await scim.patch(`/Users/${ann}`, { op: 'replace', value: { active: false } });
    expect((await scim.call('put', `/Users/${ann}`, { userName: 'ann' })).body.active).toBe(true);
    const told = (await scim.events()).filter(({ type }) => type.startsWith('user.')).map(({ data }) => data);
    expect(told.map((data) => 'active' in data && data.active)).toEqual([true, false, true, false, true]);
  });

  test('is so too where an earlier release stored nothing of it', async () => {
    const ann = await scim.createUser('ann');
    const { store, clock } = scim.ingest();
    const { id } = scim.directory();
    const [row, head] = [await store.resources.get(id, 'User', ann), await store.commits.head(id)];
    if (row === undefined) throw new Error('ann is not there.');
    const { active: _active, ...attributes } = row.attributes;
    const written = await store.commits.commit({
      ...head,
      directoryId: id,
      partition: 0,
      number: head.number + 1,
      nonce: 'earlier',
      purgeAt: clock.now,
      changes: [{ kind: 'put', resource: { ...row, attributes }, isNew: false }],
      events: [],
    });
    expect(written).not.toBe('conflict');
    expect((await scim.get(`/Users/${ann}`)).body.active).toBe(true);
    expect(await scim.foundIds('Users', 'active eq true')).toEqual([ann]);
    const { headers, body } = await scim.call('put', `/Users/${ann}`, { userName: 'ann', active: 'True' });
    expect([headers['etag'], body.active]).toEqual(['W/"1"', true]);
  });
});

test("a PATCH without a path takes the type's own attributes under its schema's URN, as under an extension's", async () => {
  const ann = await scim.createUser('ann', { title: 'Cook' });
  const value = { [USER.toUpperCase()]: { title: 'Chef', name: { givenName: 'Ann' } }, [`${USER}:nickName`]: 'A' };
  const { body } = await scim.patch(`/Users/${ann}`, { op: 'replace', value });
  expect(body).toMatchObject({ title: 'Chef', name: { givenName: 'Ann' }, nickName: 'A', schemas: [USER] });
  const wrong = { op: 'add', value: { [USER]: 'Chef' } };
  expectRefusal(await scim.patch(`/Users/${ann}`, wrong), 400, 'invalidValue');
});

test('schemas that name another type are refused, others that nobody knows are not', async () => {
  expectRefusal(await scim.call('post', '/Users', { schemas: [GROUP], userName: 'ann' }), 400, 'invalidValue');
  expectRefusal(
    await scim.call('post', '/Groups', { schemas: [USER.toLowerCase()], displayName: 'S' }),
    400,
    'invalidValue',
  );
  const odd = ['urn:scim:schemas:core:2.0', 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'];
  const answers = [[USER, GROUP], odd, []].map((schemas, n) =>
    scim.call('post', '/Users', { schemas, userName: `u${n}` }),
  );
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 201, 201]);
});

test('every sub-attribute of members that discovery tells of is returned', async () => {
  const group = await scim.createGroup('Staff', await scim.createUser('ann'));
  const [schema, { body }] = [await scim.get(`/Schemas/${GROUP}`), await scim.get(`/Groups/${group}`)];
  const { subAttributes } = schema.body.attributes.find(({ name }: { name: string }) => name === 'members');
  expect(subAttributes.map(({ name }: { name: string }) => name).sort()).toEqual(Object.keys(body.members[0]).sort());
});
