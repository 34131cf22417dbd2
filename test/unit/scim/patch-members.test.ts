import type { MemberEdit } from '../../../shared/scim/patch/operation.js';
import { patchGroup } from './patching.js';
import { refusal, refusalType } from './refusals.js';

const edits = (...operations: unknown[]): readonly MemberEdit[] => patchGroup(...operations).members;
const one = (id: string) => [{ value: id }];

describe('operations on members become edits that name only who joins or leaves', () => {
  test.each([
    [
      { op: 'add', path: 'members', value: one('a') },
      { kind: 'add', ids: ['a'] },
    ],
    [
      { op: 'add', path: 'members', value: { value: 'a' } },
      { kind: 'add', ids: ['a'] },
    ],
    [
      { op: 'add', value: { members: one('a') } },
      { kind: 'add', ids: ['a'] },
    ],
    [
      { op: 'add', path: 'Members', value: [{ VALUE: 'a', display: 'Ann', type: 'User' }] },
      { kind: 'add', ids: ['a'] },
    ],
    [
      { op: 'replace', path: 'members', value: one('a') },
      { kind: 'replace', ids: ['a'] },
    ],
    [
      { op: 'replace', path: 'members', value: [] },
      { kind: 'replace', ids: [] },
    ],
    [{ op: 'replace', path: 'members', value: null }, { kind: 'clear' }],
    [
      { op: 'replace', value: { members: [] } },
      { kind: 'replace', ids: [] },
    ],
    [{ op: 'remove', path: 'members' }, { kind: 'clear' }],
    [
      { op: 'remove', path: 'members', value: one('a') },
      { kind: 'remove', ids: ['a'] },
    ],
    [
      { op: 'remove', path: 'members[value eq "a"]' },
      { kind: 'remove', ids: ['a'] },
    ],
    [
      { op: 'remove', path: 'members[VALUE EQ a]' },
      { kind: 'remove', ids: ['a'] },
    ],
    [
      { op: 'remove', path: 'members[value eq 7]' },
      { kind: 'remove', ids: ['7'] },
    ],
    [
      { op: 'remove', path: 'members[value eq "a" or value eq "b"]' },
      { kind: 'remove', ids: ['a', 'b'] },
    ],
    [
      { op: 'remove', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq "a"]' },
      { kind: 'remove', ids: ['a'] },
    ],
  ])('%j', (operation, expected) => {
    expect(edits(operation)).toEqual([expected]);
  });

  test('adding nobody is nothing', () => {
    for (const value of [[], null, [{}]]) expect(edits({ op: 'add', path: 'members', value })).toEqual([]);
  });

  test('any other filter is a question about each member', () => {
    const [edit] = edits({ op: 'remove', path: 'members[type eq "group" or value sw "a"]' });
    if (edit?.kind !== 'removeWhere') throw new Error(`it is ${edit?.kind ?? 'nothing'}`);
    expect(edit.matches({ id: 'x', type: 'Group' })).toBe(true);
    expect(edit.matches({ id: 'a', type: 'User' })).toBe(true);
    expect(edit.matches({ id: 'x', type: 'User' })).toBe(false);
  });

  test.each(['members[value eq null]', 'members[value ne "a"]', 'members[value eq "a" or type eq "User"]'])(
    '%s is such a question',
    (path) => {
      expect(edits({ op: 'remove', path })).toMatchObject([{ kind: 'removeWhere' }]);
    },
  );
});

test('edits come in the order of the operations, beside the attributes', () => {
  const { attributes, members } = patchGroup(
    { op: 'remove', path: 'members[value eq "a"]' },
    { op: 'replace', value: { id: 'g', displayName: 'Crew' } },
    { op: 'add', path: 'members', value: one('b') },
  );
  expect(attributes).toEqual({ displayName: 'Crew' });
  expect(members.map(({ kind }) => kind)).toEqual(['remove', 'add']);
});

test("a member's parts are immutable, and only remove selects members", () => {
  expect(refusalType(() => edits({ op: 'replace', path: 'members.value', value: 'b' }))).toBe('mutability');
  expect(refusalType(() => edits({ op: 'replace', path: 'members[value eq "a"].value', value: 'b' }))).toBe(
    'mutability',
  );
  expect(refusalType(() => edits({ op: 'add', path: 'members[value eq "a"]', value: one('b') }))).toBe('invalidPath');
});

test.each([
  [{ op: 'add', path: 'members', value: 'a' }, /^invalidValue: Operations\[0\]: members: it is a string/],
  [{ op: 'add', path: 'members', value: ['a'] }, /^invalidValue: Operations\[0\]: members\[0\]: it is a string/],
  [
    { op: 'add', path: 'members', value: [{ value: 7 }] },
    /^invalidValue: Operations\[0\]: members\[0\]\.value: it is a number/,
  ],
  [{ op: 'remove', path: 'members', value: [{ display: 'Ann', type: 'User' }] }, /members\[0\]\.value: it is missing/],
  [{ op: 'remove', path: 'displayName' }, /^mutability: Operations\[0\]: displayName is required/],
])('%j is refused', (operation, expected) => {
  expect(refusal(() => edits(operation))).toMatch(expected);
});
