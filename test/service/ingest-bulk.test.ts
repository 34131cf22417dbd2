import type request from 'supertest';
import { startScimClient } from '../support/scim-client.js';

/** RFC 7644 section 3.7. */

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const client = startScimClient();
const bulk = (Operations: readonly object[], more: object = {}) =>
  client.call('post', '/Bulk', { schemas: [BULK], Operations, ...more });
const get = async (path: string) => (await client.get(path)).body;
const post = (bulkId: string, path: string, data: object) => ({ method: 'POST', path, bulkId, data });
const user = (bulkId: string, more: object = {}) => post(bulkId, '/Users', { userName: bulkId, ...more });
const group = (bulkId: string, ...members: string[]) =>
  post(bulkId, '/Groups', { displayName: bulkId, members: members.map((value) => ({ value })) });
const outcomes = ({ body }: request.Response): unknown[] =>
  body.Operations.map(({ status, bulkId }: { status: string; bulkId: string }) => [bulkId, status]);
const idOf = ({ body }: request.Response, index: number): string => body.Operations[index].location.split('/').at(-1);
const memberIds = async (id: string): Promise<string[]> => (await client.memberIds(id)).sort();

test('each operation is answered as if it had come alone, with a status that is a text', async () => {
  const first = await bulk([user('ann'), user('bob')]);
  expect([first.status, first.body.schemas]).toEqual([200, [RESPONSE]]);
  expect(outcomes(first)).toEqual([
    ['ann', '201'],
    ['bob', '201'],
  ]);
  const [ann, bob] = [idOf(first, 0), idOf(first, 1)];
  const second = await bulk([
    { method: 'PUT', path: `/Users/${ann}`, data: { userName: 'ann', title: 'Cook' } },
    { method: 'PATCH', path: `/Users/${ann}`, data: patch({ op: 'replace', path: 'title', value: 'Chef' }) },
    { method: 'DELETE', path: `/Users/${bob}` },
  ]);
  expect(second.body.Operations).toEqual([
    {
      method: 'PUT',
      location: `https://scim.example${client.directory().base}/Users/${ann}`,
      version: 'W/"2"',
      status: '200',
    },
    {
      method: 'PATCH',
      location: `https://scim.example${client.directory().base}/Users/${ann}`,
      version: 'W/"3"',
      status: '200',
    },
    { method: 'DELETE', location: `https://scim.example${client.directory().base}/Users/${bob}`, status: '204' },
  ]);
  expect((await get('/Users')).Resources).toMatchObject([{ userName: 'ann', title: 'Chef' }]);
});

test('a failing operation fails alone, with its error as the response', async () => {
  const answer = await bulk([
    user('ann'),
    user('ann2', { userName: 'ANN' }),
    user('bob'),
    { method: 'DELETE', path: '/Users/none' },
  ]);
  expect(outcomes(answer)).toEqual([
    ['ann', '201'],
    ['ann2', '409'],
    ['bob', '201'],
    [undefined, '404'],
  ]);
  expect(answer.body.Operations[1].response).toMatchObject({ status: '409', scimType: 'uniqueness' });
  expect(answer.body.Operations[1]).not.toHaveProperty('location');
});

test('failOnErrors stops after so many errors; what was done stays done', async () => {
  const wrong = { method: 'DELETE', path: '/Users/none' };
  const answer = await bulk([user('ann'), wrong, user('bob'), wrong, user('cyd')], { failOnErrors: 2 });
  expect(outcomes(answer)).toEqual([
    ['ann', '201'],
    [undefined, '404'],
    ['bob', '201'],
    [undefined, '404'],
  ]);
  expect((await get('/Users')).totalResults).toBe(2);
});

test('a version is a precondition', async () => {
  const id = idOf(await bulk([user('ann')]), 0);
  const answer = await bulk([{ method: 'DELETE', path: `/Users/${id}`, version: 'W/"7"' }]);
  expect(outcomes(answer)).toEqual([[undefined, '412']]);
});

describe('bulkId', () => {
  test('stands for what another operation creates, in data, in extensions and in paths, wherever it stands', async () => {
    const answer = await bulk([
      group('staff', 'bulkId:ann', 'bulkId:bob'),
      { method: 'PATCH', path: '/Users/bulkId:bob', data: patch({ op: 'add', path: 'title', value: 'Cook' }) },
      user('bob', { [ENTERPRISE]: { manager: { value: 'bulkId:ann' } } }),
      user('ann'),
    ]);
    expect(outcomes(answer)).toEqual([
      ['staff', '201'],
      [undefined, '200'],
      ['bob', '201'],
      ['ann', '201'],
    ]);
    const [staff, bob, ann] = [idOf(answer, 0), idOf(answer, 2), idOf(answer, 3)];
    expect(await memberIds(staff)).toEqual([ann, bob].sort());
    expect(await get(`/Users/${bob}`)).toMatchObject({ title: 'Cook', [ENTERPRISE]: { manager: { value: ann } } });
  });

  test('in a circle is resolved: two groups in one another, two managers of one another', async () => {
    const answer = await bulk([
      group('one', 'bulkId:two'),
      group('two', 'bulkId:one'),
      user('ann', { [ENTERPRISE]: { manager: { value: 'bulkId:bob' } } }),
      user('bob', { [ENTERPRISE]: { manager: { value: 'bulkId:ann' } } }),
    ]);
    expect(outcomes(answer)).toEqual(['one', 'two', 'ann', 'bob'].map((bulkId) => [bulkId, '201']));
    const [one, two, ann, bob] = [0, 1, 2, 3].map((index) => idOf(answer, index));
    expect([await memberIds(one ?? ''), await memberIds(two ?? '')]).toEqual([[two], [one]]);
    expect((await get(`/Users/${ann ?? ''}`))[ENTERPRISE].manager.value).toBe(bob);
    expect((await get(`/Users/${bob ?? ''}`))[ENTERPRISE].manager.value).toBe(ann);
    const versions = await Promise.all([one, two].map(async (id) => (await get(`/Groups/${id ?? ''}`)).meta.version));
    expect([0, 1].map((index) => answer.body.Operations[index].version)).toEqual(versions);
  });

  test('in a chain of a thousand is resolved', async () => {
    const chain = Array.from({ length: 999 }, (_, index) => group(`g${index}`, `bulkId:g${index + 1}`));
    const answer = await bulk([...chain, group('g999')]);
    expect(outcomes(answer).every((outcome) => JSON.stringify(outcome).includes('201'))).toBe(true);
  });

  test('of nothing, or of what failed, is 409; a circle that cannot be closed leaves nothing half written', async () => {
    const answer = await bulk([
      group('lost', 'bulkId:nobody'),
      group('late', 'bulkId:broken'),
      user('broken', { active: 'perhaps' }),
      group('half', 'bulkId:other'),
      post('other', '/Groups', { members: [{ value: 'bulkId:half' }] }),
    ]);
    expect(outcomes(answer)).toEqual([
      ['lost', '409'],
      ['late', '409'],
      ['broken', '400'],
      ['half', '409'],
      ['other', '400'],
    ]);
    expect((await get('/Groups')).totalResults).toBe(0);
  });
});

test('an operation that has not the form of one fails alone, in its place', async () => {
  const malformed: [unknown, object][] = [
    [{ method: 'GET', path: '/Users/x' }, {}],
    [{ method: { toString: 1 }, path: '/Users', bulkId: 'a' }, { bulkId: 'a' }],
    [{ method: 'POST', path: '/Users', data: { userName: 'eve' } }, { method: 'POST' }],
    [{ method: 'delete' }, { method: 'DELETE' }],
    [{ method: 'PUT', path: '/Users/x', version: 7 }, { method: 'PUT' }],
    ['DELETE /Users', {}],
    [null, {}],
  ];
  const sent = [user('ann'), ...malformed.map(([operation]) => operation), user('bob', { manager: 'bulkId:a' })];
  const { status, body } = await client.call('post', '/Bulk', { schemas: [BULK], Operations: sent });
  const error = { status: '400', scimType: 'invalidSyntax' };
  expect([status, body.Operations]).toEqual([
    200,
    [
      expect.objectContaining({ bulkId: 'ann', status: '201' }),
      ...malformed.map(([, told]) => ({
        ...told,
        status: '400',
        response: expect.objectContaining({ status: '400' }),
      })),
      expect.objectContaining({ bulkId: 'bob', status: '409' }),
    ],
  ]);
  expect(body.Operations[1].response).toMatchObject(error);
  const stopped = await bulk([{ method: 'GET' }, user('carl')], { failOnErrors: 1 });
  expect(stopped.body.Operations).toHaveLength(1);
  expect((await get('/Users')).totalResults).toBe(1);
});

describe('a message that is wrong as a whole is refused, and nothing of it is done', () => {
  const wrong: [string, readonly object[], object, number, string][] = [
    ['without its schema', [user('ann')], { schemas: [] }, 400, 'invalidSyntax'],
    ['two of one bulkId', [user('ann'), user('ann')], {}, 400, 'invalidValue'],
    ['failOnErrors 0', [user('ann')], { failOnErrors: 0 }, 400, 'invalidValue'],
  ];
  test.each(wrong)('%s', async (_name, operations, more, status, scimType) => {
    const answer = await bulk(operations, more);
    expect([answer.status, answer.body.scimType]).toEqual([status, scimType]);
    expect((await get('/Users')).totalResults).toBe(0);
  });
});

test('the limits are advertised', async () => {
  expect((await get('/ServiceProviderConfig')).bulk).toEqual({
    supported: true,
    maxOperations: 1000,
    maxPayloadSize: 1_048_576,
  });
});

const patch = (...Operations: object[]) => ({ schemas: [PATCH_OP], Operations });
