import { candidates } from '../../../shared/scim/filter/candidates.js';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { readResource } from '../../../shared/scim/input.js';
import { uniqueKeys } from '../../../shared/scim/keys.js';
import { readProjection } from '../../../shared/scim/projection.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { patchGroup, patchOp, patchUser } from './patching.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { refusalType } from './refusals.js';

const BASE_URL = 'https://scim.example';

/** The bugs that other servers ship, as far as they are about reading SCIM. */

const facts = (attributes: ReturnType<typeof readResource>['attributes']) => ({
  id: 'u',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  attributes,
});

test('regression 1: removing members by value never empties the group', () => {
  for (const value of [[{ value: 'a' }], { value: 'a' }, [{ $ref: null, value: 'a' }]]) {
    expect(patchGroup({ op: 'Remove', path: 'members', value }).members).toEqual([{ kind: 'remove', ids: ['a'] }]);
  }
  for (const value of [[], {}, [{}]]) {
    expect(patchGroup({ op: 'Remove', path: 'members', value }).members).toEqual([]);
  }
});

test('regression 2: members[value eq …] removes that member', () => {
  const { members } = patchGroup({ op: 'remove', path: 'members[value eq "a"]' });
  expect(members).toEqual([{ kind: 'remove', ids: ['a'] }]);
});

test('regression 3: op is read in any case', () => {
  for (const op of ['replace', 'Replace', 'REPLACE']) {
    expect(patchUser({ userName: 'ann' }, { op, path: 'title', value: 'Cook' })).toMatchObject({ title: 'Cook' });
  }
});

test('regression 4: "False" becomes false, wherever it is sent', () => {
  expect(readResource(USER, { userName: 'ann', active: 'False' }).attributes['active']).toBe(false);
  for (const operation of [{ path: 'active', value: 'False' }, { value: { active: 'False' } }]) {
    expect(patchUser({ userName: 'ann' }, { op: 'replace', ...operation })['active']).toBe(false);
  }
});

test('regression 5: a valuePath replace of an absent value is not lost, and its siblings stay', () => {
  const home = { type: 'home', value: 'h' };
  const replace = { op: 'replace', path: 'emails[type eq "work"].value', value: 'w' };
  expect(patchUser({ userName: 'ann' }, replace)['emails']).toEqual([{ type: 'work', value: 'w' }]);
  expect(patchUser({ userName: 'ann', emails: [home] }, replace)['emails']).toEqual([
    home,
    { type: 'work', value: 'w' },
  ]);
});

test('regression 6: paths with a URN are not split at the dot in "2.0"', () => {
  const department = `${ENTERPRISE_USER_URN}:department`;
  const kitchen = { [ENTERPRISE_USER_URN]: { department: 'Kitchen' } };
  expect(patchUser({ userName: 'ann' }, { op: 'add', path: department, value: 'Kitchen' })).toMatchObject(kitchen);
  expect(patchUser({ userName: 'ann' }, { op: 'add', value: { [department]: 'Kitchen' } })).toMatchObject(kitchen);
  expect(compileFilter(USER, parseFilter(`${department} eq "kitchen"`), BASE_URL)(facts(kitchen))).toBe(true);
  expect(readProjection(USER, { attributes: department })).toMatchObject({
    parts: new Map([[ENTERPRISE_USER_URN, new Map([['department', 'whole']])]]),
  });
});

test('regression 8: userName is compared without regard to case, by filters and for uniqueness', () => {
  const [bearer] = uniqueKeys(USER, { userName: 'Ann@X.example' });
  expect(candidates(USER, parseFilter('userName eq "ann@x.EXAMPLE"'))?.keys).toEqual([bearer?.key]);
});

test('regression 10: a filter is about the attribute that it names', () => {
  const ann = facts({ userName: 'ann', displayName: 'Bob' });
  const holds = (text: string) => compileFilter(USER, parseFilter(text), BASE_URL)(ann);
  expect([holds('displayName eq "ann"'), holds('displayName eq "bob"')]).toEqual([false, true]);
  expect([holds('title eq "ann"'), holds('nothing eq "ann"')]).toEqual([false, false]);
});

describe('regression 18: a prototype is never reached', () => {
  const hostile: unknown = JSON.parse(
    '{"userName": "ann", "__proto__": {"polluted": "x"}, "constructor": {"prototype": {"polluted": "x"}},' +
      '"name": {"givenName": "Ann", "__proto__": {"polluted": "x"}},' +
      '"emails": [{"value": "a", "__proto__": {"polluted": "x"}}]}',
  );
  const clean = { userName: 'ann', name: { givenName: 'Ann' }, emails: [{ value: 'a' }] };

  afterEach(() => {
    expect('polluted' in {}).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('by a body', () => {
    expect(readResource(USER, hostile).attributes).toStrictEqual(clean);
  });

  test('by the value of a PATCH, without a path and with one', () => {
    expect(patchUser({ userName: 'ann' }, { op: 'add', value: hostile })).toStrictEqual(clean);
    const name: unknown = JSON.parse('{"givenName": "Ann", "__proto__": {"polluted": "x"}}');
    expect(patchUser({ userName: 'ann' }, { op: 'replace', path: 'name', value: name })).toStrictEqual({
      userName: 'ann',
      name: { givenName: 'Ann' },
    });
    const dotted: unknown = JSON.parse('{"__proto__.polluted": "x", "constructor.prototype.polluted": "x"}');
    expect(patchUser({ userName: 'ann' }, { op: 'add', value: dotted })).toEqual({ userName: 'ann' });
  });

  test.each([
    '__proto__',
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'name.__proto__',
    'emails[type eq "work"].__proto__',
    `${ENTERPRISE_USER_URN}:__proto__.polluted`,
  ])('by the path %s', (path) => {
    expect(refusalType(() => readPatch(USER, patchOp({ op: 'add', path, value: 'x' })))).toBe('invalidPath');
  });

  test('by a filter or a projection', () => {
    const ann = facts(clean);
    for (const text of ['__proto__ pr', 'constructor.prototype pr', 'emails[__proto__ pr]', 'toString pr']) {
      expect(refusalType(() => expect(compileFilter(USER, parseFilter(text), BASE_URL)(ann)).toBe(false))).toBe(
        text.includes('__') ? 'invalidFilter' : 'accepted',
      );
    }
    expect(readProjection(GROUP, { attributes: '__proto__,constructor' })).toMatchObject({ parts: new Map() });
  });
});
