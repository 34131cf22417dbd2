import type request from 'supertest';
import { ENTERPRISE_USER, expectRefusal, GROUP, LIST, message, startScimClient, USER } from '../support/scim-client.js';

/** Points 1 to 17 of what RFC 7643, 7644 and 9865 ask of a service provider: resources, queries and paging. */

const scim = startScimClient();
const names = ({ body }: request.Response): string[] =>
  body.Resources.map(({ userName }: { userName: string }) => userName);
const search = (body: object, path = '/Users') =>
  scim.call('post', `${path}/.search`, { schemas: [message('SearchRequest')], ...body });

test('1: every resource has schemas, a stable id and meta; externalId is the client’s', async () => {
  const ann = await scim.createUser('ann', { id: 'mine', externalId: 'Same', meta: { version: 'W/"9"' } });
  await scim.createUser('bob', { externalId: 'Same' });
  const group = await scim.createGroup('Staff');
  for (const path of [`/Users/${ann}`, `/Groups/${group}`]) {
    const { body } = await scim.get(path);
    expect(body.schemas.length).toBeGreaterThan(0);
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.meta.version).toBe('W/"1"');
  }
  await scim.call('put', `/Users/${ann}`, { id: 'other', userName: 'ann2' });
  expect((await scim.get(`/Users/${ann}`)).body).toMatchObject({ id: ann, userName: 'ann2' });
  expect(await scim.foundIds('Users', `id eq "${ann.toUpperCase()}"`)).toEqual([]);
});

test('2: meta is complete, and Location is meta.location', async () => {
  const answer = await scim.call('post', '/Users', { userName: 'ann' });
  const { id, meta } = answer.body;
  expect(Object.keys(meta).sort()).toEqual(['created', 'lastModified', 'location', 'resourceType', 'version']);
  expect(meta).toMatchObject({ resourceType: 'User', version: answer.headers['etag'] });
  expect(answer.headers['location']).toBe(meta.location);
  expect(meta.location).toBe(`https://scim.example${scim.directory().base}/Users/${id}`);
  scim.tick();
  const forged = { path: 'meta.created', value: '2001-01-01T00:00:00Z' };
  expectRefusal(await scim.patch(`/Users/${id}`, { op: 'replace', ...forged }), 400, 'mutability');
  expect((await scim.call('put', `/Users/${id}`, { userName: 'ann', title: 'x', meta: {} })).body.meta.created).toBe(
    meta.created,
  );
});

test('3: attribute names and URNs are read in any case, and written in their own', async () => {
  const { body } = await scim.call('post', '/Users', {
    SCHEMAS: [USER.toUpperCase()],
    USERNAME: 'ann',
    name: { GIVENNAME: 'Ann' },
    [ENTERPRISE_USER.toUpperCase()]: { DEPARTMENT: 'Kitchen' },
  });
  expect(body).toMatchObject({
    userName: 'ann',
    name: { givenName: 'Ann' },
    [ENTERPRISE_USER]: { department: 'Kitchen' },
  });
  expect(await scim.foundIds('Users', `${USER.toLowerCase()}:NAME.givenname eq "ann"`)).toEqual([body.id]);
  await scim.patch(`/Users/${body.id}`, { op: 'replace', path: 'Name.FamilyName', value: 'Berg' });
  const shown = await scim.get(`/Users/${body.id}?attributes=NAME.FAMILYNAME`);
  expect(shown.body.name).toEqual({ familyName: 'Berg' });
});

test('4: values outside the canonical ones are taken', async () => {
  const emails = [{ value: 'ann@x.example', type: 'secret' }];
  const ann = await scim.createUser('ann', { emails, roles: [{ value: 'any', type: 'thing' }] });
  expect((await scim.get(`/Users/${ann}`)).body).toMatchObject({ emails, roles: [{ value: 'any', type: 'thing' }] });
});

test('5: null, an empty array and absence are the same', async () => {
  const ann = await scim.createUser('ann', {
    title: null,
    emails: [],
    name: null,
    roles: null,
    [ENTERPRISE_USER]: null,
  });
  const { body } = await scim.get(`/Users/${ann}`);
  expect(Object.keys(body).sort()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
  expect(body.schemas).toEqual([USER]);
  await scim.call('put', `/Users/${ann}`, { userName: 'ann', emails: null, title: null, name: {}, groups: [] });
  expect((await scim.get(`/Users/${ann}`)).body.meta.version).toBe('W/"1"');
  await scim.patch(`/Users/${ann}`, { op: 'replace', path: 'title', value: 'Cook' });
  const cleared = await scim.patch(`/Users/${ann}`, { op: 'replace', path: 'title', value: null });
  expect(cleared.body).not.toHaveProperty('title');
  expect(await scim.foundIds('Users', 'title pr')).toEqual([]);
  expect(await scim.foundIds('Users', 'title eq null')).toEqual([ann]);
});

test('6: a create ignores what is readOnly, and refuses a name that is taken', async () => {
  const group = await scim.createGroup('Staff');
  const answer = await scim.call('post', '/Users', { userName: 'ann', groups: [{ value: group }], meta: 'mine' });
  expect([answer.status, answer.body.userName]).toEqual([201, 'ann']);
  expect(answer.body).not.toHaveProperty('groups');
  expectRefusal(await scim.call('post', '/Users', { userName: 'Ann' }), 409, 'uniqueness');
});

test('7: what is not there is 404 with a body', async () => {
  const ann = await scim.createUser('ann');
  expect((await scim.get(`/Users/${ann}`)).status).toBe(200);
  expectRefusal(await scim.get('/Users/none'), 404);
  expectRefusal(await scim.get(`/Groups/${ann}`), 404);
});

test('8: a list has whole numbers and, without a match, no resources', async () => {
  expect((await scim.find('Users', 'userName eq "nobody"')).body).toEqual({
    schemas: [LIST],
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
});

describe('filters', () => {
  const seed = async () => {
    const emails = (work: string, home: string) => [
      { value: work, type: 'work', primary: true },
      { value: home, type: 'home' },
    ];
    const ann = { title: 'Cook', emails: emails('ann@work.example', 'ann@home.example'), active: true };
    const bob = { title: 'cook', emails: emails('bob@home.example', 'bob@work.example'), active: false };
    const cleo = { nickName: 'C', [ENTERPRISE_USER]: { department: 'Hall' } };
    const ids = [await scim.createUser('ann', ann), await scim.createUser('bob', bob)];
    return [...ids, await scim.createUser('cleo', cleo)];
  };
  const found = async (filter: string): Promise<string[]> => {
    const answer = await scim.find('Users', filter);
    expect([filter, answer.status]).toEqual([filter, 200]);
    return names(answer);
  };

  test('9: every operator, in any case, with every kind of path', async () => {
    await seed();
    const wanted: Record<string, string[]> = {
      'userName eq "ANN"': ['ann'],
      'userName NE "ann"': ['bob', 'cleo'],
      'userName co "O"': ['bob', 'cleo'],
      'userName sw "c"': ['cleo'],
      'userName ew "b"': ['bob'],
      'userName gt "ann"': ['bob', 'cleo'],
      'userName ge "bob"': ['bob', 'cleo'],
      'userName lt "bob"': ['ann'],
      'userName le "bob"': ['ann', 'bob'],
      'title Pr': ['ann', 'bob'],
      'NOT (title pr)': ['cleo'],
      'title pr AND active eq true': ['ann'],
      'nickName pr Or active eq false': ['bob', 'cleo'],
      'emails[type eq "work"]': ['ann', 'bob'],
      'emails[type eq "work" and value co "@home"]': ['bob'],
      'emails[type eq "work"].value sw "ann"': ['ann'],
      [`${ENTERPRISE_USER}:department eq "hall"`]: ['cleo'],
      [`${USER}:userName eq "cleo"`]: ['cleo'],
      'meta.resourceType eq "User"': ['ann', 'bob', 'cleo'],
      'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"': ['cleo'],
    };
    for (const [filter, users] of Object.entries(wanted))
      expect([filter, await found(filter)]).toEqual([filter, users]);
  });

  test('10: grouping binds tightest, then not, and, or; brackets speak of one value', async () => {
    await seed();
    expect(await found('userName eq "ann" or userName eq "bob" and active eq true')).toEqual(['ann']);
    expect(await found('(userName eq "ann" or userName eq "bob") and active eq false')).toEqual(['bob']);
    expect(await found('not (userName eq "ann") and title pr')).toEqual(['bob']);
    expect(await found('emails.type eq "work" and emails.value eq "bob@work.example"')).toEqual(['bob']);
    expect(await found('emails[type eq "work" and value eq "bob@work.example"]')).toEqual([]);
  });

  test('11: strings compare by their case rule, dates by time; what is not defined is absent', async () => {
    await seed();
    await scim.createUser('dora', { externalId: 'Dora' });
    expect(await found('title eq "COOK"')).toEqual(['ann', 'bob']);
    expect(await found('externalId eq "dora"')).toEqual([]);
    expect(await found('meta.created lt "2001-01-01T00:00:00+02:00"')).toEqual([]);
    expect((await found('meta.created ge "2001-01-01T00:00:00.000Z"')).length).toBe(4);
    expect(await found('nothing eq "x" or urn:example:nothing pr')).toEqual([]);
    for (const filter of [
      'active gt true',
      'active le "true"',
      'x509Certificates.value gt "a"',
      'meta.created gt "soon"',
    ]) {
      expectRefusal(await scim.find('Users', filter), 400, 'invalidFilter');
    }
  });

  test.each([
    'userName',
    'userName eq',
    'userName xx "a"',
    'eq "a"',
    'userName eq "a',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    'emails[type eq "work"',
    'not userName eq "a"',
    'userName eq "a" userName eq "b"',
    "userName eq 'a' or",
  ])('12: %s is refused', async (filter) => {
    expectRefusal(await scim.find('Users', filter), 400, 'invalidFilter');
    expectRefusal(await search({ filter }), 400, 'invalidFilter');
  });
});

test('13: a projection holds for every answer with a resource, writes too', async () => {
  const query = '?attributes=displayName';
  const shown = ['displayName', 'id', 'schemas'];
  const keys = ({ body }: request.Response): string[] => Object.keys(body).sort();
  const body = { userName: 'ann', displayName: 'Ann', title: 'Cook' };
  const created = await scim.call('post', `/Users${query}`, body);
  expect([created.status, keys(created)]).toEqual([201, shown]);
  const path = `/Users/${created.body.id}`;
  expect(keys(await scim.get(path + query))).toEqual(shown);
  expect(keys(await scim.call('put', path + query, { ...body, title: 'Chef' }))).toEqual(shown);
  expect(keys(await scim.patch(path + query, { op: 'replace', path: 'title', value: 'Cook' }))).toEqual(shown);
  expect(Object.keys((await scim.get(`/Users${query}`)).body.Resources[0]).sort()).toEqual(shown);
  expect(Object.keys((await search({ attributes: ['displayName'] })).body.Resources[0]).sort()).toEqual(shown);
  const without = await scim.get(`${path}?excludedAttributes=id,schemas,title,meta,userName,active`);
  expect(keys(without)).toEqual(shown);
  for (const sent of [
    scim.get(path + query + '&excludedAttributes=title'),
    scim.call('post', `/Users${query}&excludedAttributes=id`, { userName: 'bob' }),
  ]) {
    expectRefusal(await sent, 400, 'invalidValue');
  }
  expect((await scim.get('/Users')).body.totalResults).toBe(1);
});

test('14: sorting takes the primary value, else the first; who has none is last, descending first', async () => {
  await scim.createUser('ann', {
    title: 'b',
    emails: [{ value: 'z' }, { value: 'm', primary: true }],
    externalId: 'b',
  });
  await scim.createUser('bob', { title: 'A', emails: [{ value: 'n' }, { value: 'a' }], externalId: 'B' });
  await scim.createUser('cleo');
  const sorted = async (by: string, order = '') => names(await scim.get(`/Users?sortBy=${by}&sortOrder=${order}`));
  expect(await sorted('emails')).toEqual(['ann', 'bob', 'cleo']);
  expect(await sorted('emails.value', 'descending')).toEqual(['cleo', 'bob', 'ann']);
  expect(await sorted('title')).toEqual(['bob', 'ann', 'cleo']);
  expect(await sorted('externalId', 'ascending')).toEqual(['bob', 'ann', 'cleo']);
  expect(await sorted('userName', 'descending')).toEqual(['cleo', 'bob', 'ann']);
  expectRefusal(await scim.get('/Users?sortBy=title&sortOrder=up'), 400, 'invalidValue');
});

test('15: pages by index start at 1, and never have more than was asked for', async () => {
  for (const userName of ['a', 'b', 'c', 'd', 'e']) await scim.createUser(userName);
  const page = async (query: string) => {
    const answer = await scim.get(`/Users?${query}`);
    const { totalResults, startIndex, itemsPerPage } = answer.body;
    expect([totalResults, itemsPerPage]).toEqual([5, names(answer).length]);
    return [startIndex, names(answer).join('')];
  };
  expect(await page('startIndex=0&count=2')).toEqual([1, 'ab']);
  expect(await page('startIndex=-7&count=2')).toEqual([1, 'ab']);
  expect(await page('startIndex=3&count=2')).toEqual([3, 'cd']);
  expect(await page('startIndex=5&count=2')).toEqual([5, 'e']);
  expect(await page('startIndex=6&count=2')).toEqual([6, '']);
  expect(await page('count=0')).toEqual([1, '']);
  expect(await page('count=-1')).toEqual([1, '']);
  expectRefusal(await scim.get('/Users?count=many'), 400, 'invalidValue');
});

test('16: pages by cursor go on until the last one, and other cursors are refused', async () => {
  for (const userName of ['a', 'b', 'c', 'd', 'e']) await scim.createUser(userName);
  const seen: string[] = [];
  let cursor: string | undefined = '';
  for (let pages = 0; cursor !== undefined && pages < 9; pages += 1) {
    expect(cursor).toMatch(/^[\w-]*$/);
    const answer: request.Response = await scim.get(`/Users?count=2&cursor=${cursor}`);
    seen.push(names(answer).join(''));
    cursor = answer.body.nextCursor;
  }
  expect(seen).toEqual(['ab', 'cd', 'e']);
  expect((await scim.get('/Users?count=2')).body).not.toHaveProperty('nextCursor');
  expectRefusal(await scim.get('/Users?cursor=bogus'), 400, 'invalidCursor');
  for (const count of ['x', '0', '-1']) {
    expectRefusal(await scim.get(`/Users?cursor=&count=${count}`), 400, 'invalidCount');
  }
  expect((await scim.get('/ServiceProviderConfig')).body.pagination).toMatchObject({
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
  });
});

test('17: .search asks by POST, at the root for all types', async () => {
  const ann = await scim.createUser('ann', { displayName: 'Kitchen' });
  const group = await scim.createGroup('Kitchen', ann);
  const filter = 'displayName eq "kitchen"';
  expect((await search({ filter, startIndex: 1, count: 1 }, '')).body).toMatchObject({
    totalResults: 2,
    itemsPerPage: 1,
  });
  const ids = async (path: string): Promise<string[]> =>
    (await search({ filter }, path)).body.Resources.map(({ id }: { id: string }) => id);
  expect(await ids('')).toEqual([ann, group]);
  expect(await ids('/Users')).toEqual([ann]);
  expect(await ids('/Groups')).toEqual([group]);
  expectRefusal(await scim.call('post', '/Users/.search', { filter }), 400, 'invalidSyntax');
  expect(GROUP).toBe((await scim.get(`/Groups/${group}`)).body.schemas[0]);
});
