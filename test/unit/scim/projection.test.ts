import { project, readProjection, wants } from '../../../shared/scim/projection.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { refusal } from './refusals.js';

const ann = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER_URN],
  id: 'u-1',
  userName: 'ann',
  name: { givenName: 'Ann', familyName: 'Berg' },
  emails: [{ value: 'a', type: 'work' }, { type: 'home' }],
  [ENTERPRISE_USER_URN]: { department: 'Kitchen', manager: { value: 'boss', $ref: 'x' } },
  meta: { resourceType: 'User', version: 'W/"1"' },
};
const always = { schemas: ann.schemas, id: ann.id };

const shown = (query: Record<string, string>) => project(USER, ann, readProjection(USER, query));
const only = (attributes: string) => shown({ attributes });
const without = (excludedAttributes: string) => Object.keys(shown({ excludedAttributes }));

test('nothing asked, everything is shown', () => {
  expect(shown({})).toEqual(ann);
  expect(shown({ attributes: '', excludedAttributes: '' })).toEqual(ann);
});

test('attributes and excludedAttributes exclude each other', () => {
  expect(refusal(() => shown({ attributes: 'name', excludedAttributes: 'emails' }))).toMatch(
    /^invalidValue: attributes/,
  );
});

describe('attributes', () => {
  test.each([
    ['userName', { userName: 'ann' }],
    ['USERNAME, name', { userName: 'ann', name: ann.name }],
    ['name.givenName', { name: { givenName: 'Ann' } }],
    ['name.givenName,name', { name: ann.name }],
    ['name,name.givenName', { name: ann.name }],
    ['name.givenName,name.familyName', { name: ann.name }],
    ['emails.type', { emails: [{ type: 'work' }, { type: 'home' }] }],
    ['emails.value', { emails: [{ value: 'a' }] }],
    ['emails.display', {}],
    ['name.middleName', {}],
    [ENTERPRISE_USER_URN, { [ENTERPRISE_USER_URN]: ann[ENTERPRISE_USER_URN] }],
    [`${ENTERPRISE_USER_URN}:department`, { [ENTERPRISE_USER_URN]: { department: 'Kitchen' } }],
    [`${ENTERPRISE_USER_URN}:manager.value`, { [ENTERPRISE_USER_URN]: { manager: { value: 'boss' } } }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', { userName: 'ann' }],
    ['id', {}],
    ['nothing', {}],
    [',', {}],
    ['meta.version', { meta: { version: 'W/"1"' } }],
  ])('%s shows that, and what is always shown', (attributes, expected) => {
    expect(only(attributes)).toEqual({ ...always, ...expected });
  });
});

describe('excludedAttributes', () => {
  test('takes attributes and parts of them away', () => {
    expect(without('name,emails,meta')).toEqual(['schemas', 'id', 'userName', ENTERPRISE_USER_URN]);
    expect(shown({ excludedAttributes: 'name.givenName' })).toEqual({ ...ann, name: { familyName: 'Berg' } });
    expect(shown({ excludedAttributes: `${ENTERPRISE_USER_URN}:manager` })).toEqual({
      ...ann,
      [ENTERPRISE_USER_URN]: { department: 'Kitchen' },
    });
  });

  test('leaves what is always shown, and is not bothered by unknown names', () => {
    expect(shown({ excludedAttributes: 'id,schemas,nothing' })).toEqual(ann);
  });

  test('shows no empty value where all parts are taken away', () => {
    expect(without('name.givenName,name.familyName')).not.toContain('name');
    expect(shown({ excludedAttributes: 'emails.type' })).toMatchObject({ emails: [{ value: 'a' }] });
  });
});

test.each([
  [{}, true],
  [{ attributes: 'members' }, true],
  [{ attributes: 'members.value' }, true],
  [{ attributes: 'displayName' }, false],
  [{ excludedAttributes: 'members' }, false],
  [{ excludedAttributes: 'members.display' }, true],
  [{ excludedAttributes: 'displayName' }, true],
])('with %j members are wanted: %p', (query, wanted) => {
  expect(wants(readProjection(GROUP, query), 'members')).toBe(wanted);
});
