import type request from 'supertest';
import { startScimClient } from '../support/scim-client.js';

/** Reading many resources: RFC 7644 section 3.4.2 and 3.4.3, RFC 9865. */

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const client = startScimClient();
const { call, createUser, createGroup } = client;
const query = (path: string, parameters: Readonly<Record<string, string>>) =>
  call('get', `${path}?${new URLSearchParams(parameters).toString()}`);
const names = ({ body }: request.Response): string[] =>
  body.Resources.map((one: { userName?: string; displayName?: string }) => one.userName ?? one.displayName);

describe('sorting', () => {
  test('by a string goes by its case rule; what has no value comes last, and first when descending', async () => {
    await createUser('Bea', { title: 'b' });
    await createUser('al', { title: 'C' });
    await createUser('cy');
    expect(names(await query('/Users', { sortBy: 'userName' }))).toEqual(['al', 'Bea', 'cy']);
    expect(names(await query('/Users', { sortBy: 'title' }))).toEqual(['Bea', 'al', 'cy']);
    expect(names(await query('/Users', { sortBy: 'title', sortOrder: 'descending' }))).toEqual(['cy', 'al', 'Bea']);
  });

  test('by a multi-valued attribute goes by its primary value, else by its first', async () => {
    await createUser('one', { emails: [{ value: 'a@x' }, { value: 'z@x', primary: true }] });
    await createUser('two', { emails: [{ value: 'm@x' }, { value: 'b@x' }] });
    expect(names(await query('/Users', { sortBy: 'emails' }))).toEqual(['two', 'one']);
    expect(names(await query('/Users', { sortBy: 'emails.value', sortOrder: 'Descending' }))).toEqual(['one', 'two']);
  });

  test('goes with filter and paging, and ties stay in the order of creation', async () => {
    for (const [name, title] of [
      ['u1', 'x'],
      ['u2', 'x'],
      ['u3', 'a'],
      ['u4', 'x'],
      ['other', 'b'],
    ] as const) {
      await createUser(name, { title });
    }
    const parameters = { filter: 'userName sw "u"', sortBy: 'title', count: '2' };
    expect(names(await query('/Users', parameters))).toEqual(['u3', 'u1']);
    const second = await query('/Users', { ...parameters, startIndex: '3' });
    expect([names(second), second.body.totalResults]).toEqual([['u2', 'u4'], 4]);
  });

  test('another sortOrder is refused', async () => {
    const { status, body } = await query('/Users', { sortBy: 'userName', sortOrder: 'down' });
    expect([status, body.scimType]).toEqual([400, 'invalidValue']);
    expect(body.detail).toContain('sortOrder');
  });
});

describe('cursor paging', () => {
  const walk = async (path: string, parameters: Readonly<Record<string, string>>): Promise<string[][]> => {
    const pages: string[][] = [];
    let cursor = '';
    for (;;) {
      const answer = await query(path, { ...parameters, cursor });
      expect(answer.body.schemas).toEqual([LIST]);
      expect(answer.body).not.toHaveProperty('startIndex');
      pages.push(names(answer));
      if (answer.body.nextCursor === undefined) return pages;
      expect(answer.body.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
      cursor = answer.body.nextCursor;
    }
  };

  test('walks through everything, with nextCursor on every page but the last', async () => {
    for (let index = 0; index < 5; index += 1) await createUser(`u${index}`);
    expect(await walk('/Users', { count: '2' })).toEqual([['u0', 'u1'], ['u2', 'u3'], ['u4']]);
    expect(await walk('/Users', { count: '5' })).toEqual([['u0', 'u1', 'u2', 'u3', 'u4']]);
    expect((await query('/Users', { cursor: '', count: '2' })).body.totalResults).toBe(5);
  });

  test('walks through what a filter matches, and through a sorted list', async () => {
    for (let index = 0; index < 6; index += 1) {
      await createUser(`u${index}`, { title: index % 2 === 0 ? 'even' : 'odd', nickName: `n${9 - index}` });
    }
    expect(await walk('/Users', { count: '2', filter: 'title eq "odd"' })).toEqual([['u1', 'u3'], ['u5']]);
    expect(await walk('/Users', { count: '4', sortBy: 'nickName' })).toEqual([
      ['u5', 'u4', 'u3', 'u2'],
      ['u1', 'u0'],
    ]);
  });

  test('neither misses nor repeats a resource that stays while others come and go', async () => {
    const ids = [];
    for (let index = 0; index < 4; index += 1) ids.push(await createUser(`u${index}`));
    const first = await query('/Users', { cursor: '', count: '2' });
    await call('delete', `/Users/${ids[1] ?? ''}`).expect(204);
    await createUser('u4');
    const second = await query('/Users', { cursor: first.body.nextCursor, count: '9' });
    expect([names(first), names(second)]).toEqual([
      ['u0', 'u1'],
      ['u2', 'u3', 'u4'],
    ]);
  });

  test.each([
    ['that was never given out', 'rubbish', {}],
    ['of another filter', undefined, { filter: 'title pr' }],
    ['of another endpoint', undefined, { path: '/Groups' }],
  ])('a cursor %s is invalidCursor', async (_name, rubbish, { path = '/Users', ...more }: Record<string, string>) => {
    await createUser('u0');
    await createUser('u1');
    const cursor = rubbish ?? (await query('/Users', { cursor: '', count: '1' })).body.nextCursor;
    const { status, body } = await query(path, { cursor, count: '1', ...more });
    expect([status, body.scimType]).toEqual([400, 'invalidCursor']);
  });

  test('a count that is no number is invalidCount beside a cursor', async () => {
    const { status, body } = await query('/Users', { cursor: '', count: 'many' });
    expect([status, body.scimType]).toEqual([400, 'invalidCount']);
  });

  test('is advertised', async () => {
    const { body } = await call('get', '/ServiceProviderConfig');
    expect(body.pagination).toMatchObject({ cursor: true, index: true, defaultPaginationMethod: 'index' });
    expect(body.sort).toEqual({ supported: true });
  });
});

describe('.search', () => {
  test('asks in the body what a GET asks in its query', async () => {
    await createUser('ann', { title: 'Cook' });
    await createUser('bob', { title: 'Cook' });
    await createUser('cyd', { title: 'Smith' });
    const body = {
      schemas: [SEARCH],
      filter: 'title eq "Cook"',
      attributes: ['userName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 1,
      count: 1,
    };
    const answer = await call('post', '/Users/.search', body).expect(200);
    expect(answer.body).toMatchObject({ schemas: [LIST], totalResults: 2, startIndex: 1, itemsPerPage: 1 });
    expect(Object.keys(answer.body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
    expect(names(answer)).toEqual(['bob']);
  });

  test('on the base URL spans the types, as a GET there does', async () => {
    const ann = await createUser('ann');
    await createUser('bob');
    await createGroup('Staff', ann);
    const everything = await query('/', { count: '2', startIndex: '2' });
    expect([names(everything), everything.body.totalResults]).toEqual([['bob', 'Staff'], 3]);
    const filter = 'userName eq "ann" or displayName eq "staff"';
    const answer = await call('post', '/.search', { schemas: [SEARCH], filter });
    expect(names(answer)).toEqual(['ann', 'Staff']);
    expect(answer.body.Resources[1].members).toMatchObject([{ value: ann }]);
  });

  test.each([
    ['without its schema', { filter: 'title pr' }, 'invalidSyntax'],
    ['with a filter that is a number', { schemas: [SEARCH], filter: 7 }, 'invalidValue'],
    ['with a count that is a text', { schemas: [SEARCH], count: 'two' }, 'invalidValue'],
    ['with a bad filter', { schemas: [SEARCH], filter: 'title' }, 'invalidFilter'],
  ])('%s is refused', async (_name, body, scimType) => {
    const answer = await call('post', '/Users/.search', body);
    expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
  });
});

test('a filter on the names of groups finds their members', async () => {
  const ann = await createUser('ann');
  await createUser('bob');
  await createGroup('Staff', ann);
  expect(names(await query('/Users', { filter: 'groups.display eq "staff"' }))).toEqual(['ann']);
});

test('/Me is 501, whatever the method', async () => {
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    const { status, body } = await call(method, '/Me');
    expect([status, body.status]).toEqual([501, '501']);
  }
});

test('a filter on a discovery endpoint is 403; paging and sorting are ignored there', async () => {
  for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', '/ResourceTypes/User']) {
    expect((await query(path, { filter: 'id pr' })).status).toBe(403);
    expect((await query(path, { startIndex: '2', count: '0', sortBy: 'id' })).status).toBe(200);
  }
});

test('SCIM 1.1 is refused with what to change, on its URL and in its bodies', async () => {
  const directory = client.directory();
  const { status, body } = await call('get', '/Users', undefined, {
    ...directory,
    base: directory.base.replace('/v2', '/v1'),
  });
  expect([status, body.scimType]).toEqual([400, 'invalidVers']);
  expect(body.detail).toContain(directory.base);
  const legacy = await call('post', '/Users', { schemas: ['urn:scim:schemas:core:1.0'], userName: 'ann' });
  expect([legacy.status, legacy.body.scimType]).toEqual([400, 'invalidVers']);
});
