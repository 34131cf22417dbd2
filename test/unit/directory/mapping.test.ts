import { needsOf } from '../../../shared/directory/decide.js';
import { attributeErrors, compileMapping, NO_RULES, type AttributeMapping } from '../../../shared/directory/mapping.js';
import { memberData, userData } from '../../../shared/directory/normalize.js';
import type { UserData } from '../../../shared/events/event.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { addMembers, create, modify, remove, removeMembers } from './commands.js';
import { directory, memoryDirectory } from './memory.js';

const scope = { directoryId: directory.id, organizationId: directory.organizationId };

const ada = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER_URN],
  userName: 'ada@acme.example',
  externalId: '4711',
  title: 'Cook',
  name: { givenName: 'Ada', familyName: 'Byron' },
  emails: [
    { value: 'home@ada.example', type: 'home', primary: true },
    { value: 'work@ada.example', type: 'work' },
  ],
  roles: [{ value: 'admin', primary: true }],
  [ENTERPRISE_USER_URN]: { costCenter: 'R&D', department: 'Kitchen', manager: { value: 'boss' } },
};

function mapped(...attributes: AttributeMapping[]): UserData {
  const memory = memoryDirectory();
  memory.write([create('User', 'ada', ada)]);
  const row = memory.resources.get('ada');
  if (row === undefined) throw new Error('The user was not created.');
  return userData(row, scope, { rules: compileMapping({ attributes, roles: [] }, USER), groupIds: [] });
}

describe('a field', () => {
  test.each<[to: string, from: string, field: keyof UserData, expected: unknown]>([
    ['department', `${ENTERPRISE_USER_URN}:costCenter`, 'department', 'R&D'],
    ['email', 'emails[type eq "work"].value', 'email', 'work@ada.example'],
    ['email', 'emails[type eq "work"]', 'email', 'work@ada.example'],
    ['email', 'EMAILS', 'email', 'home@ada.example'],
    ['email', 'emails[type eq "other"].value', 'email', null],
    ['managerId', `${ENTERPRISE_USER_URN}:manager.displayName`, 'managerId', null],
    ['title', 'roles[primary eq true].value', 'title', 'admin'],
    ['title', 'roles.primary', 'title', 'true'],
    ['active', 'roles[value eq "admin"].primary', 'active', true],
    ['name.given', 'name.familyName', 'name', { given: 'Byron', family: 'Byron', formatted: null }],
  ])('%s can come from %s', (to, from, field, expected) => {
    expect(mapped({ to, from })[field]).toEqual(expected);
  });

  test.each<[name: string, from: string, expected: unknown]>([
    ['badge', 'externalId', '4711'],
    ['mails', 'emails.value', ['home@ada.example', 'work@ada.example']],
    ['work', 'emails[type eq "work"]', { value: 'work@ada.example', type: 'work' }],
    ['none', 'nickName', null],
  ])('custom.%s can come from %s, as SCIM has it', (name, from, expected) => {
    expect(mapped({ to: `custom.${name}`, from }).custom[name]).toEqual(expected);
  });

  test('that is not mapped stays as it is, and what was mapped stays under its own name too', () => {
    const plain = mapped();
    expect(mapped({ to: 'department', from: 'title' })).toEqual({ ...plain, department: 'Cook' });
  });

  test('is the same in a membership event', () => {
    const memory = memoryDirectory();
    memory.write([create('User', 'ada', ada)]);
    const rules = compileMapping({ attributes: [{ to: 'email', from: 'userName' }], roles: [] }, USER);
    const rows = [...memory.resources.values()];
    expect(rows.map((row) => memberData(row, rules).email)).toEqual(['ada@acme.example']);
    expect(rows.map((row) => memberData(row, NO_RULES).email)).toEqual(['home@ada.example']);
  });

  test('whose source is withdrawn is null', () => {
    expect(mapped({ to: 'title', from: 'urn:example:gone:grade' }).title).toBeNull();
  });
});

test.each<[to: string, from: string, field: 'to' | 'from', message: RegExp]>([
  ['id', 'externalId', 'to', /must be one of email, .*active, or custom\.<name>/],
  ['custom.a.b', 'title', 'to', /must be one of/],
  ['title', 'titel', 'from', /names no attribute of User/],
  ['title', 'name', 'from', /Name one of its sub-attributes: formatted, familyName/],
  ['title', ENTERPRISE_USER_URN, 'from', /whole extension/],
  ['title', 'groups.value', 'from', /not among what the identity provider sets/],
  ['title', 'meta.created', 'from', /not among what the identity provider sets/],
  ['title', 'password', 'from', /never kept/],
  ['active', 'title', 'from', /is string, must be boolean/],
  ['email', 'emails[type eq].value', 'from', /is no source of email: .*[^.]$/],
])('%s from %s is refused', (to, from, field, message) => {
  const [error] = attributeErrors([{ to, from }], USER);
  expect(error).toEqual({ field: `attributes.0.${field}`, message: expect.stringMatching(message) });
});

test('one field has one source', () => {
  const twice = ['title', 'nickName'].map((from) => ({ to: 'title', from }));
  expect(attributeErrors(twice, USER).map(({ field }) => field)).toEqual(['attributes.1.to']);
});

const chefs = compileMapping({ attributes: [], roles: ['g', 'h'].map((groupId) => ({ groupId, role: 'chef' })) }, USER);

/** Users ada and bob, and groups g and h, both of which make a chef. */
function kitchen() {
  const memory = memoryDirectory({ ...directory, rules: chefs });
  memory.write([
    ...['ada', 'bob'].map((id) => create('User', id, { userName: id })),
    ...['g', 'h'].map((id) => create('Group', id, { displayName: id })),
  ]);
  const seen = memory.events().length;
  return { memory, news: () => memory.events().slice(seen) };
}

const chef = { value: 'chef', type: 'group', primary: false };

test('a role is told right after the membership that gives it, with the next version; a second group adds nothing', () => {
  const { memory, news } = kitchen();
  memory.write([addMembers('g', 'ada', 'bob'), addMembers('h', 'ada'), removeMembers('g', 'ada')]);
  memory.write([removeMembers('h', 'ada')]);
  expect(news().map(({ type, data }) => [type, 'members' in data ? data.members.length : undefined])).toEqual([
    ['group.members_added', 2],
    ['user.updated', undefined],
    ['user.updated', undefined],
    ['group.members_added', 1],
    ['group.members_removed', 1],
    ['group.members_removed', 1],
    ['user.updated', undefined],
  ]);
  expect(news()[1]).toMatchObject({ data: { id: 'ada', version: 2, roles: [chef] }, previous: { roles: [] } });
  expect(news()[6]).toMatchObject({ data: { id: 'ada', version: 3, roles: [] }, previous: { roles: [chef] } });
  expect(memory.resources.get('ada')?.version).toBe(3);
});

test('members of a deleted group lose its role after group.deleted', () => {
  const { memory, news } = kitchen();
  memory.write([addMembers('g', 'ada'), remove('Group', 'g')]);
  expect(news().map(({ type }) => type)).toEqual([
    'group.members_added',
    'user.updated',
    'group.deleted',
    'user.updated',
  ]);
  expect(news().at(-1)).toMatchObject({ data: { id: 'ada', roles: [], version: 3 }, previous: { roles: [chef] } });
});

test('more than 2000 users of a group with a role are not moved at once, and nothing is half done', () => {
  const { memory, news } = kitchen();
  const ids = Array.from({ length: 2001 }, (_, index) => `u${index}`);
  for (const id of ids) memory.write([create('User', id, { userName: id })]);
  memory.write([addMembers('g', ...ids.slice(0, 1000))]);
  memory.write([addMembers('g', ...ids.slice(1000))]);
  const before = news().length;
  const [outcome] = memory.write([remove('Group', 'g')]);
  expect(outcome).toMatchObject({
    ok: false,
    error: { status: 413, message: expect.stringMatching(/2001 users.*2000/) },
  });
  expect(news()).toHaveLength(before);
});

test('without a role mapping nothing more is loaded, and with one a user is loaded at once', () => {
  const title = modify('User', 'ada', { op: 'replace', path: 'title', value: 'Cook' });
  expect(needsOf(title, NO_RULES).memberships).toEqual([]);
  expect(needsOf(title, chefs).memberships).toEqual(['g', 'h'].map((groupId) => ({ groupId, memberId: 'ada' })));
  const memory = memoryDirectory();
  memory.write([create('User', 'ada', { userName: 'ada' }), create('Group', 'g', { displayName: 'g' })]);
  memory.write([addMembers('g', 'ada')]);
  const before = memory.loads;
  memory.write([remove('Group', 'g')]);
  expect(memory.loads - before).toBe(1);
});
