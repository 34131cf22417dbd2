import type { Attributes } from '../../../shared/scim/attributes.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { patchUser } from './patching.js';
import { refusal, refusalType } from './refusals.js';

const work = { value: 'ann@work.example', type: 'work', primary: true };
const home = { value: 'ann@home.example', type: 'home' };
const ann: Attributes = { userName: 'ann', title: 'Cook', name: { givenName: 'Ann' }, emails: [work, home] };

const patched = (...operations: unknown[]) => patchUser(ann, ...operations);
const refused = (...operations: unknown[]) => refusal(() => patched(...operations));

describe('what must stay', () => {
  test.each([
    [{ op: 'remove', path: 'userName' }],
    [{ op: 'replace', path: 'userName', value: null }],
    [{ op: 'replace', value: { userName: null } }],
    [{ op: 'replace', path: 'id', value: 'mine' }],
    [{ op: 'add', path: 'meta.created', value: '2026-01-31T09:30:00Z' }],
    [{ op: 'remove', path: 'groups[value eq "g"]' }],
    [{ op: 'add', path: 'groups', value: [{ value: 'g' }] }],
    [{ op: 'replace', path: `${ENTERPRISE_USER_URN}:manager.displayName`, value: 'Boss' }],
  ])('%j is refused with mutability', (operation) => {
    expect(refusalType(() => patched(operation))).toBe('mutability');
  });

  test('a required attribute cannot be made blank', () => {
    expect(refused({ op: 'replace', path: 'userName', value: ' ' })).toMatch(/^invalidValue: userName: it is blank/);
  });

  test('readOnly attributes in a value without a path are ignored', () => {
    const value = { id: 'mine', meta: {}, schemas: [], groups: [], nothing: 7, title: 'Chef' };
    expect(patched({ op: 'replace', value })).toEqual({ ...ann, title: 'Chef' });
    const manager = { value: 'boss', displayName: 'Boss' };
    expect(patched({ op: 'add', value: { [ENTERPRISE_USER_URN]: { manager } } })).toMatchObject({
      [ENTERPRISE_USER_URN]: { manager: { value: 'boss' } },
    });
  });

  test('a password is checked and dropped, however it comes', () => {
    for (const op of ['add', 'replace']) {
      expect(patched({ op, path: 'password', value: 's3cret' })).toEqual(ann);
      expect(patched({ op, value: { password: 's3cret' } })).toEqual(ann);
    }
    expect(refused({ op: 'replace', path: 'password', value: 7 })).toMatch(/^invalidValue/);
  });
});

describe('paths', () => {
  test.each([
    'nothing',
    'name.nothing',
    'userName.value',
    'emails[type eq "work"].nothing',
    'emails[type eq "work"].value.more',
    'emails[type eq "work"]value',
    'emails[type eq "work"',
    'emails]',
    '[type eq "work"]',
    'name[givenName eq "Ann"]',
    'emails.value[value eq "a"]',
    `${ENTERPRISE_USER_URN}[department eq "x"]`,
    'urn:example:none:thing',
    'urn:ietf:params:scim:schemas:core:2.0:User',
    '.',
    ' ',
  ])('%j is invalidPath', (path) => {
    expect(refusalType(() => patched({ op: 'replace', path, value: 'x' }))).toBe('invalidPath');
  });

  test.each([
    [
      'department',
      `The path "department" names no attribute of User. Map to ${ENTERPRISE_USER_URN}:department, the attribute of the extension.`,
    ],
    [
      'nobody',
      'The path "nobody" names no attribute of User. Take it out of the attribute mapping, or declare a schema that has it. GET /Schemas lists them all.',
    ],
    [
      'emails[type eq "work"].kind',
      'The path "emails[type eq \\"work\\"].kind": emails has no kind, only value, display, type, primary.',
    ],
    [
      'name[type eq "work"]',
      'The path "name[type eq \\"work\\"]" selects values of something that is not multi-valued. Leave out the brackets.',
    ],
  ])('%s is refused with what to do about it', (path, detail) => {
    expect(refused({ op: 'replace', path, value: 'x' })).toBe(`invalidPath: ${detail}`);
  });

  test('a filter that is wrong is told with its path', () => {
    expect(refused({ op: 'replace', path: 'emails[0].value', value: 'x' })).toBe(
      'invalidFilter: The path "emails[0].value": The filter has "0" where the name of an attribute should be. Example: userName eq "ann@example.com"',
    );
  });

  test('that is no string is invalidPath', () => {
    expect(refused({ op: 'remove', path: ['title'] })).toBe('invalidPath: Operations[0].path: it must be a string.');
  });

  test.each(['emails[]', 'emails[type is "work"]', 'emails[primary gt true]', 'emails[type eq "a" and]'])(
    '%j is invalidFilter',
    (path) => {
      expect(refusalType(() => patched({ op: 'remove', path }))).toBe('invalidFilter');
    },
  );

  test('are read in any case, with the URN of the core schema and with spaces around', () => {
    for (const path of ['TITLE', ' title ', 'urn:ietf:params:scim:schemas:core:2.0:user:Title']) {
      expect(patched({ op: 'replace', path, value: 'Chef' })).toEqual({ ...ann, title: 'Chef' });
    }
  });

  test('into an extension make it, and removing the last of it removes it', () => {
    const path = `${ENTERPRISE_USER_URN}:department`;
    const after = patched({ op: 'add', path, value: 'Kitchen' });
    expect(after).toEqual({ ...ann, [ENTERPRISE_USER_URN]: { department: 'Kitchen' } });
    expect(patchUser(after, { op: 'remove', path })).toEqual(ann);
    expect(patchUser(after, { op: 'remove', path: ENTERPRISE_USER_URN })).toEqual(ann);
  });

  test('that are an extension take an object of its attributes', () => {
    const value = { DEPARTMENT: 'Kitchen', manager: { value: 'boss' } };
    const after = { ...ann, [ENTERPRISE_USER_URN]: { department: 'Kitchen', manager: { value: 'boss' } } };
    expect(patched({ op: 'replace', path: ENTERPRISE_USER_URN, value })).toEqual(after);
    expect(patched({ op: 'add', value: { [ENTERPRISE_USER_URN]: value } })).toEqual(after);
    expect(refused({ op: 'replace', path: ENTERPRISE_USER_URN, value: 'x' })).toMatch(/^invalidValue/);
  });

  test('that are an extension, replaced by null, remove it; adding null adds nothing', () => {
    const before = { ...ann, [ENTERPRISE_USER_URN]: { department: 'Kitchen' } };
    expect(patchUser(before, { op: 'replace', path: ENTERPRISE_USER_URN, value: null })).toEqual(ann);
    expect(patchUser(before, { op: 'replace', value: { [ENTERPRISE_USER_URN]: null } })).toEqual(ann);
    expect(patchUser(before, { op: 'add', value: { [ENTERPRISE_USER_URN]: null } })).toEqual(before);
  });
});

describe('primary', () => {
  const demoted = { ...work, primary: false };

  test('moves to an added value', () => {
    const other = { value: 'c', primary: true };
    expect(patched({ op: 'add', path: 'emails', value: [other] })).toMatchObject({ emails: [demoted, home, other] });
  });

  test('moves back to a value that is there already, without a second entry of it', () => {
    const once = patched({ op: 'add', path: 'emails', value: [{ ...home, primary: true }] });
    expect(once).toMatchObject({ emails: [demoted, { ...home, primary: true }] });
    expect(patchUser(once, { op: 'add', path: 'emails', value: [work] })).toMatchObject({
      emails: [work, { ...home, primary: false }],
    });
  });

  test('moves to a selected value', () => {
    expect(patched({ op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' })).toMatchObject({
      emails: [demoted, { ...home, primary: true }],
    });
    const value = { ...home, primary: true };
    expect(patched({ op: 'replace', path: 'emails[type eq "home"]', value })).toMatchObject({
      emails: [demoted, value],
    });
  });

  test('moves to a value that is made by its path', () => {
    expect(
      patched({ op: 'add', path: 'emails[type eq "other" and primary eq "True"].value', value: 'c' }),
    ).toMatchObject({
      emails: [demoted, home, { type: 'other', primary: true, value: 'c' }],
    });
  });

  test('stays where other sub-attributes change', () => {
    expect(patched({ op: 'replace', path: 'emails[type eq "home"].display', value: 'Home' })).toMatchObject({
      emails: [work, { ...home, display: 'Home' }],
    });
  });

  test('cannot go to several values at once', () => {
    expect(refused({ op: 'replace', path: 'emails.primary', value: true })).toMatch(
      /^invalidValue: emails\.primary: .*only one/,
    );
    const value = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(refused({ op: 'replace', path: 'emails', value })).toMatch(
      /^invalidValue: .*more than one value is primary/,
    );
  });
});

test('values that a removed sub-attribute no longer tells apart become one entry', () => {
  const both = { ...ann, emails: [{ value: 'a', type: 'work' }, { value: 'a', type: 'home' }, { value: 'b' }] };
  expect(patchUser(both, { op: 'remove', path: 'emails.type' })).toMatchObject({
    emails: [{ value: 'a' }, { value: 'b' }],
  });
});

describe('types', () => {
  test.each([
    [{ op: 'replace', path: 'title', value: 7 }, 'Operations[0]: title: it is a number, must be a string.'],
    [{ op: 'add', path: 'active', value: 'yes' }, 'Operations[0]: active: it is a string, must be true or false.'],
    [
      { op: 'add', path: 'name', value: 'Ann' },
      'Operations[0]: name: it is a string, must be an object such as {"formatted": …}.',
    ],
    [
      { op: 'add', value: { name: { givenName: 7 } } },
      'Operations[0]: name.givenName: it is a number, must be a string.',
    ],
    [
      { op: 'add', path: 'emails', value: ['a'] },
      'Operations[0]: emails[0]: it is a string, must be an object such as {"value": …}.',
    ],
    [
      { op: 'remove', path: 'emails', value: 'a' },
      'Operations[0].value: it is a string, must be an array of objects such as [{"value": …}].',
    ],
    [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 7 },
      'Operations[0]: emails.value: it is a number, must be a string.',
    ],
  ])('%j is invalidValue', (operation, detail) => {
    expect(refused(operation)).toBe(`invalidValue: ${detail}`);
  });

  test('a bare number in a filter is compared with strings as it is written', () => {
    const before = { userName: 'ann', phoneNumbers: [{ value: '5550144', type: 'work' }] };
    expect(patchUser(before, { op: 'remove', path: 'phoneNumbers[value eq 5550144]' })).toEqual({ userName: 'ann' });
    expect(patchUser({ userName: 'ann' }, { op: 'add', path: 'roles[type eq 7].value', value: 'x' })).toEqual({
      userName: 'ann',
      roles: [{ type: '7', value: 'x' }],
    });
  });
});
