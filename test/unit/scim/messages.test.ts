import { etag, etagMatches, listResponse, renderResource } from '../../../shared/scim/messages.js';
import { MAX_COUNT, readPaging } from '../../../shared/scim/paging.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { refusal } from './refusals.js';

const base = 'https://scim.example/scim/d/v2';
const facts = { id: 'x-1', version: 3, createdAt: 0, updatedAt: Date.UTC(2026, 0, 31, 9, 30) };

describe('a resource as it is sent', () => {
  test('has schemas, id and meta beside what the client set', () => {
    expect(renderResource(USER, { ...facts, attributes: { userName: 'ann' } }, base)).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: 'x-1',
      userName: 'ann',
      active: true,
      meta: {
        resourceType: 'User',
        created: '1970-01-01T00:00:00.000Z',
        lastModified: '2026-01-31T09:30:00.000Z',
        location: `${base}/Users/x-1`,
        version: 'W/"3"',
      },
    });
  });

  test('names the URN of an extension that has values', () => {
    const attributes = { userName: 'ann', [ENTERPRISE_USER_URN]: { department: 'Kitchen' } };
    expect(renderResource(USER, { ...facts, attributes }, base)['schemas']).toEqual([
      'urn:ietf:params:scim:schemas:core:2.0:User',
      ENTERPRISE_USER_URN,
    ]);
  });

  test('lists members and groups with their URLs, and neither where there are none', () => {
    const members = [
      { id: 'u', type: 'User' },
      { id: 'g', type: 'Group' },
      { id: 'd', type: 'Device' },
    ];
    expect(renderResource(GROUP, { ...facts, attributes: {}, members }, base)['members']).toEqual([
      { value: 'u', $ref: `${base}/Users/u`, type: 'User' },
      { value: 'g', $ref: `${base}/Groups/g`, type: 'Group' },
      { value: 'd', $ref: `${base}/Device/d`, type: 'Device' },
    ]);
    const groups = [{ id: 'g', display: 'Staff' }, { id: 'h' }];
    expect(renderResource(USER, { ...facts, attributes: {}, groups }, base)['groups']).toEqual([
      { value: 'g', $ref: `${base}/Groups/g`, display: 'Staff', type: 'direct' },
      { value: 'h', $ref: `${base}/Groups/h`, type: 'direct' },
    ]);
    expect(renderResource(GROUP, { ...facts, attributes: {}, members: [] }, base)).not.toHaveProperty('members');
  });
});

test('a page of a list counts what it holds, and tells how much there is', () => {
  expect(listResponse([{ id: 'a' }, { id: 'b' }], { totalResults: 7, startIndex: 3, nextCursor: undefined })).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 7,
    startIndex: 3,
    itemsPerPage: 2,
    Resources: [{ id: 'a' }, { id: 'b' }],
  });
});

test.each([
  [etag(3), true],
  ['"3"', true],
  ['*', true],
  [' * ', true],
  ['W/"1", W/"3"', true],
  ['"1","3"', true],
  ['W/"1"', false],
  ['3', false],
  ['W/"33"', false],
  ['', false],
])('the header %j names version 3: %p', (header, expected) => {
  expect(etagMatches(header, 3)).toBe(expected);
});

describe('paging', () => {
  test.each([
    [{}, 1, 100],
    [{ startIndex: '', count: '' }, 1, 100],
    [{ startIndex: '3', count: '2' }, 3, 2],
    [{ startIndex: '0' }, 1, 100],
    [{ startIndex: '-5', count: '-5' }, 1, 0],
    [{ count: '0' }, 1, 0],
    [{ count: '999999' }, 1, MAX_COUNT],
    [{ startIndex: ' 7 ', count: '+7' }, 7, 7],
  ])('%j is read as from %d, %d of them', (query, startIndex, count) => {
    expect(readPaging(query)).toEqual({ method: 'index', startIndex, count });
  });

  test.each([{ count: 'ten' }, { count: '1.5' }, { startIndex: '0x10' }, { startIndex: '9'.repeat(16) }])(
    '%j is refused',
    (query) => {
      expect(refusal(() => readPaging(query))).toMatch(/^invalidValue: (count|startIndex): .*must be a whole number/);
    },
  );
});
