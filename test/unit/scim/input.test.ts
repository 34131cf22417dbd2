import { readResource } from '../../../shared/scim/input.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { representation as fullUser } from '../../fixtures/rfc/rfc7643-8.2-full-user.json';
import { representation as enterpriseUser } from '../../fixtures/rfc/rfc7643-8.3-enterprise-user.json';
import { representation as group } from '../../fixtures/rfc/rfc7643-8.4-group.json';
import { refusal } from './refusals.js';

const user = (body: object) => readResource(USER, { userName: 'ann', ...body }).attributes;
const refusedUser = (body: object) => refusal(() => user(body));

describe('the RFC examples', () => {
  test('a full user keeps all that the client may set, and nothing of what is ours', () => {
    const { schemas: _s, id: _i, meta: _m, groups: _g, password: _p, ...own } = fullUser;
    expect(readResource(USER, fullUser)).toEqual({ attributes: own, members: undefined });
  });

  test('an enterprise user keeps its extension, but not the readOnly name of the manager', () => {
    const { [ENTERPRISE_USER_URN]: extension } = readResource(USER, enterpriseUser).attributes;
    const { displayName: _d, ...manager } = enterpriseUser[ENTERPRISE_USER_URN].manager;
    expect(extension).toEqual({ ...enterpriseUser[ENTERPRISE_USER_URN], manager });
  });

  test("a group's members are ids beside its attributes", () => {
    expect(readResource(GROUP, group)).toEqual({
      attributes: { displayName: 'Tour Guides' },
      members: ['2819c223-7f76-453a-919d-413861904646', '902c246b-6245-4190-8e05-00816be7344a'],
    });
  });
});

describe('the form of a body', () => {
  test.each([[undefined], [null], ['ann'], [7], [[]]])('%p is refused as no object', (body) => {
    expect(refusal(() => readResource(USER, body))).toMatch(/^invalidSyntax: The body is not a JSON object/);
  });

  test.each([
    ['left out', undefined],
    ['null', null],
    ['legacy, as OneLogin sends them', ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0']],
    ['with an extension that nobody knows', ['urn:example:adscim:2.0:Group']],
  ])('schemas may be %s', (_name, schemas) => {
    expect(user({ schemas })).toEqual({ userName: 'ann' });
  });

  test('SCIM 1.1 is refused, with what to change', () => {
    expect(refusedUser({ schemas: ['urn:scim:schemas:core:1.0'] })).toMatch(/^invalidVers: schemas: .*Choose SCIM 2.0/);
  });

  test.each([['urn:ietf:params:scim:schemas:core:2.0:User'], [[7]], [{}]])('schemas may not be %p', (schemas) => {
    expect(refusedUser({ schemas })).toBe('invalidValue: schemas: it must be an array of schema URNs.');
  });
});

describe('values of another type are refused, naming their path', () => {
  test.each([
    [{ title: 7 }, 'title: it is a number, must be a string.'],
    [{ title: true }, 'title: it is a boolean, must be a string.'],
    [{ title: ['Cook'] }, 'title: it is an array, must be a string.'],
    [{ active: 'yes' }, 'active: it is a string, must be true or false.'],
    [{ active: 1 }, 'active: it is a number, must be true or false.'],
    [{ name: 'Ann' }, 'name: it is a string, must be an object such as {"formatted": …}.'],
    [{ name: [{ givenName: 'Ann' }] }, 'name: it is an array, must be an object such as {"formatted": …}.'],
    [{ name: { givenName: {} } }, 'name.givenName: it is an object, must be a string.'],
    [{ emails: 'ann@x.example' }, 'emails: it is a string, must be an array of objects such as [{"value": …}].'],
    [{ emails: ['ann@x.example'] }, 'emails[0]: it is a string, must be an object such as {"value": …}.'],
    [{ emails: [[{ value: 'a' }]] }, 'emails[0]: it is an array, must be an object such as {"value": …}.'],
    [{ emails: [{ value: 'a' }, { value: 7 }] }, 'emails[1].value: it is a number, must be a string.'],
    [{ emails: [{ value: 'a', primary: 'no' }] }, 'emails[0].primary: it is a string, must be true or false.'],
    [{ password: 7 }, 'password: it is a number, must be a string.'],
    [{ [ENTERPRISE_USER_URN]: 'x' }, `${ENTERPRISE_USER_URN}: it must be an object of the extension's attributes.`],
    [{ [ENTERPRISE_USER_URN]: { division: 7 } }, `${ENTERPRISE_USER_URN}:division: it is a number, must be a string.`],
    [
      { [ENTERPRISE_USER_URN]: { manager: { value: 7 } } },
      `${ENTERPRISE_USER_URN}:manager.value: it is a number, must be a string.`,
    ],
  ])('%j', (body, detail) => {
    expect(refusedUser(body)).toBe(`invalidValue: ${detail}`);
  });
});

describe('null, the empty array and absent are the same', () => {
  test.each([
    { title: null },
    { name: null },
    { name: {} },
    { name: { givenName: null } },
    { emails: null },
    { emails: [] },
    { emails: [null] },
    { emails: [{}] },
    { emails: [{ value: null }] },
    { roles: [] },
    { [ENTERPRISE_USER_URN]: null },
    { [ENTERPRISE_USER_URN]: {} },
    { [ENTERPRISE_USER_URN]: { manager: null } },
    { [ENTERPRISE_USER_URN]: { manager: {} } },
  ])('%j leaves nothing', (body) => {
    expect(user(body)).toEqual({ userName: 'ann' });
  });

  test.each([{}, { members: null }, { members: [] }])('%j names no members of a group', (body) => {
    expect(readResource(GROUP, { displayName: 'Staff', ...body }).members).toBeUndefined();
  });
});

describe('what is required', () => {
  test.each([{}, { userName: null }, { userName: '' }, { userName: '  ' }])('%j has no userName', (body) => {
    expect(refusal(() => readResource(USER, body))).toMatch(/^invalidValue: userName: it is (missing|blank)/);
  });

  test('a group needs a displayName, and each member a value', () => {
    expect(refusal(() => readResource(GROUP, {}))).toMatch(/^invalidValue: displayName: it is missing/);
    const members = [{ value: 'ann' }, { type: 'User' }];
    expect(refusal(() => readResource(GROUP, { displayName: 'Staff', members }))).toMatch(
      /^invalidValue: members\[1\]\.value: it is missing/,
    );
  });
});

describe('what is ignored', () => {
  test('unknown attributes, at every level', () => {
    const body = { favouriteColour: 'red', name: { givenName: 'Ann', shoeSize: 7 }, 'urn:example:none': { a: 1 } };
    expect(user(body)).toEqual({ userName: 'ann', name: { givenName: 'Ann' } });
  });

  test('readOnly attributes, whatever they hold', () => {
    expect(user({ id: 7, meta: 'none', groups: [{ value: 7 }], schemas: [] })).toEqual({ userName: 'ann' });
  });

  test("members of a user, which has none, and a user's attributes in a group", () => {
    expect(user({ members: [{ value: 'bob' }] })).toEqual({ userName: 'ann' });
    expect(readResource(GROUP, { displayName: 'Staff', userName: 'ann' }).attributes).toEqual({ displayName: 'Staff' });
  });
});

describe('names', () => {
  test('are case-insensitive, and kept as the schema spells them', () => {
    const body = {
      USERNAME: 'ann',
      Name: { GIVENNAME: 'Ann' },
      eMails: [{ VALUE: 'a', Primary: true }],
      [ENTERPRISE_USER_URN.toUpperCase()]: { DEPARTMENT: 'Kitchen' },
    };
    expect(readResource(USER, body).attributes).toEqual({
      userName: 'ann',
      name: { givenName: 'Ann' },
      emails: [{ value: 'a', primary: true }],
      [ENTERPRISE_USER_URN]: { department: 'Kitchen' },
    });
  });
});

describe('what identity providers send', () => {
  test.each([
    ['True', true],
    ['true', true],
    ['False', false],
    ['FALSE', false],
  ])('a boolean as the text %j', (text, active) => {
    expect(user({ active: text, emails: [{ value: 'a', primary: text }] })).toMatchObject({
      active,
      emails: [{ value: 'a', primary: active }],
    });
  });

  test('the only value of a multi-valued attribute without its array', () => {
    expect(user({ emails: { value: 'a' } })).toMatchObject({ emails: [{ value: 'a' }] });
  });

  test('the manager as a bare id, which becomes an object', () => {
    expect(user({ [ENTERPRISE_USER_URN]: { manager: 'boss' } })).toMatchObject({
      [ENTERPRISE_USER_URN]: { manager: { value: 'boss' } },
    });
  });

  test('a password is dropped, so that nobody can store it', () => {
    expect(JSON.stringify(user({ password: 's3cret' }))).not.toContain('s3cret');
  });
});

describe('entries of a multi-valued attribute', () => {
  test('equal ones are kept once, at the first place', () => {
    const emails = [{ value: 'a', type: 'work' }, { value: 'b' }, { type: 'work', value: 'a' }];
    expect(user({ emails })).toMatchObject({ emails: [{ value: 'a', type: 'work' }, { value: 'b' }] });
  });

  test('a (type, value) combination comes once: a later entry adds to the first', () => {
    const emails = [
      { value: 'a', type: 'work' },
      { value: 'a', type: 'home' },
      { value: 'a', type: 'work', primary: true },
    ];
    expect(user({ emails })).toMatchObject({
      emails: [
        { value: 'a', type: 'work', primary: true },
        { value: 'a', type: 'home' },
      ],
    });
  });

  test('entries without a value are one when they differ in primary alone', () => {
    const addresses = [{ locality: 'Breda' }, { locality: 'Breda', primary: true }, { locality: 'Utrecht' }];
    expect(user({ addresses })).toMatchObject({
      addresses: [{ locality: 'Breda', primary: true }, { locality: 'Utrecht' }],
    });
  });

  test('several primary ones are refused', () => {
    const emails = [
      { value: 'a', primary: true },
      { value: 'b', primary: 'True' },
    ];
    expect(refusedUser({ emails })).toMatch(/^invalidValue: emails: more than one value is primary/);
  });
});
