import { sameAttributes } from '../../../shared/scim/patch/apply.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { patchGroup, patchUser } from './patching.js';

const ann = { userName: 'ann', active: true };

describe('Entra ID', () => {
  test('capitalises op and writes booleans as text', () => {
    expect(patchUser(ann, { op: 'Replace', path: 'active', value: 'False' })).toEqual({ ...ann, active: false });
    expect(patchUser(ann, { op: 'Add', path: 'title', value: 'Cook' })).toEqual({ ...ann, title: 'Cook' });
    expect(patchUser(ann, { op: 'Remove', path: 'active' })).toEqual({ userName: 'ann' });
  });

  test('sends one value with dotted keys, keys with a URN and keys with a filter', () => {
    const value = {
      displayName: 'Ann Berg',
      'name.givenName': 'Ann',
      'name.familyName': 'Berg',
      'emails[type eq "work"].value': 'ann@x.example',
      [`${ENTERPRISE_USER_URN}:employeeNumber`]: '7',
      [`${ENTERPRISE_USER_URN}:manager`]: 'boss',
      'emails[nothing': 'ignored',
      'nothing.at.all': 'ignored',
    };
    expect(patchUser(ann, { op: 'replace', value })).toEqual({
      ...ann,
      displayName: 'Ann Berg',
      name: { givenName: 'Ann', familyName: 'Berg' },
      emails: [{ type: 'work', value: 'ann@x.example' }],
      [ENTERPRISE_USER_URN]: { employeeNumber: '7', manager: { value: 'boss' } },
    });
  });

  test.each(['Add', 'Replace'])(
    '%s of a work e-mail makes it when there is none, and leaves its siblings alone',
    (op) => {
      const path = 'emails[type eq "work"].value';
      const home = { value: 'ann@home.example', type: 'home', primary: true };
      const first = patchUser({ ...ann, emails: [home] }, { op, path, value: 'ann@work.example' });
      expect(first['emails']).toEqual([home, { type: 'work', value: 'ann@work.example' }]);
      const second = patchUser(first, { op, path, value: 'new@work.example' });
      expect(second['emails']).toEqual([home, { type: 'work', value: 'new@work.example' }]);
    },
  );

  test("its validator's long PATCH leaves one entry for each type, and primary where it was put last", () => {
    const set = (op: string, type: string, sub: string, value: unknown) => ({
      op,
      path: `emails[type eq "${type}"].${sub}`,
      value,
    });
    const after = patchUser(
      { ...ann, emails: [{ value: 'old@work.example', type: 'work', primary: true }] },
      set('replace', 'work', 'value', 'a@work.example'),
      set('add', 'home', 'value', 'a@home.example'),
      set('add', 'other', 'value', 'a@other.example'),
      set('replace', 'work', 'display', 'W'),
      set('replace', 'home', 'display', 'H'),
      set('add', 'work', 'primary', false),
      set('replace', 'home', 'primary', true),
      set('replace', 'other', 'primary', 'False'),
      { op: 'add', path: 'roles[primary eq "True"].value', value: 'admin' },
      { op: 'replace', path: 'addresses[type eq "work"].formatted', value: '18/2111' },
    );
    expect(after).toEqual({
      ...ann,
      emails: [
        { value: 'a@work.example', type: 'work', primary: false, display: 'W' },
        { value: 'a@home.example', type: 'home', primary: true, display: 'H' },
        { value: 'a@other.example', type: 'other', primary: false },
      ],
      roles: [{ primary: true, value: 'admin' }],
      addresses: [{ type: 'work', formatted: '18/2111' }],
    });
  });

  test('sends the manager as a bare string, which becomes an object', () => {
    const path = `${ENTERPRISE_USER_URN}:manager`;
    const after = patchUser(ann, { op: 'Add', path, value: 'boss' });
    expect(after).toEqual({ ...ann, [ENTERPRISE_USER_URN]: { manager: { value: 'boss' } } });
    expect(patchUser(after, { op: 'Replace', path, value: 'other' })).toMatchObject({
      [ENTERPRISE_USER_URN]: { manager: { value: 'other' } },
    });
    expect(patchUser(after, { op: 'Remove', path })).toEqual(ann);
  });

  test('removes members by value, with $ref null beside it', () => {
    const value = [{ $ref: null, value: 'a' }];
    expect(patchGroup({ op: 'Remove', path: 'members', value }).members).toEqual([{ kind: 'remove', ids: ['a'] }]);
  });

  test('sends no operations at all from its validator', () => {
    expect(patchUser(ann)).toBe(ann);
  });
});

describe('Okta', () => {
  test('deactivates without a path', () => {
    expect(patchUser(ann, { op: 'replace', value: { active: false } })).toEqual({ ...ann, active: false });
  });

  test('renames a group with its id beside the name', () => {
    expect(patchGroup({ op: 'replace', value: { id: 'g-1', displayName: 'Crew' } })).toEqual({
      attributes: { displayName: 'Crew' },
      members: [],
    });
  });

  test('removes and adds members in one PATCH, and replaces them without a path', () => {
    const { members } = patchGroup(
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'add', path: 'members', value: [{ value: 'b', display: 'bob' }] },
      { op: 'replace', value: { members: [{ value: 'c' }] } },
    );
    expect(members).toEqual([
      { kind: 'remove', ids: ['a'] },
      { kind: 'add', ids: ['b'] },
      { kind: 'replace', ids: ['c'] },
    ]);
  });
});

test('OneLogin sends e-mails as an object', () => {
  const after = patchUser(ann, { op: 'replace', path: 'emails', value: { value: 'a', type: 'work' } });
  expect(sameAttributes(after, { ...ann, emails: [{ type: 'work', value: 'a' }] })).toBe(true);
});
