import type { Attributes } from '../../../shared/scim/attributes.js';
import { comparator } from '../../../shared/scim/filter/compare.js';
import { compileFilter, compileValueFilter, relationsIn } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter, type Comparison } from '../../../shared/scim/filter/parse.js';
import type { RelatedFacts } from '../../../shared/scim/messages.js';
import { attribute } from '../../../shared/scim/schemas/define.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { refusal, refusalType } from './refusals.js';

const BASE_URL = 'https://scim.example';

const ann: RelatedFacts = {
  id: 'a-1',
  version: 3,
  createdAt: Date.UTC(2026, 0, 31, 9, 30),
  updatedAt: Date.UTC(2026, 1, 1),
  attributes: {
    userName: 'Ann',
    externalId: 'E7',
    title: 'Cook',
    timezone: 'Europe/Paris',
    active: true,
    nickName: '',
    name: { givenName: 'Ann', familyName: 'Berg' },
    emails: [
      { value: 'ann@work.example', type: 'work', primary: true },
      { value: 'ann@home.example', type: 'home' },
    ],
    roles: [{ value: 'admin' }],
    x509Certificates: [{ value: 'AAEC' }],
    [ENTERPRISE_USER_URN]: { department: 'Kitchen', manager: { value: 'boss' } },
  },
  groups: [{ id: 'g-1', display: 'Staff' }],
};

const holds = (text: string, facts: RelatedFacts = ann) => compileFilter(USER, parseFilter(text), BASE_URL)(facts);

describe('strings, without regard to case unless the attribute is caseExact', () => {
  test.each([
    ['userName eq "ann"', true],
    ['userName eq "anna"', false],
    ['userName ne "ANN"', false],
    ['userName ne "bob"', true],
    ['userName co "N"', true],
    ['userName sw "aN"', true],
    ['userName sw "n"', false],
    ['userName ew "N"', true],
    ['userName ew "a"', false],
    ['userName gt "AMY"', true],
    ['userName gt "ann"', false],
    ['userName ge "ann"', true],
    ['userName lt "bob"', true],
    ['userName lt "ann"', false],
    ['userName le "ANN"', true],
    ['externalId eq "E7"', true],
    ['externalId eq "e7"', false],
    ['externalId co "e"', false],
    ['id eq "a-1"', true],
    ['id eq "A-1"', false],
    ['timezone sw "europe"', true],
    ['title eq cook', true],
    ['title pr', true],
    ['nickName pr', false],
    ['displayName pr', false],
  ])('%s is %p', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test('a number without quotation marks is compared with a string as it is written', () => {
    const facts = { ...ann, attributes: { userName: '007' } };
    expect(holds('userName eq 007', facts)).toBe(true);
    expect(holds('userName eq 7', facts)).toBe(false);
  });
});

describe('booleans', () => {
  test.each([
    ['active eq true', true],
    ['active eq "True"', true],
    ['active eq false', false],
    ['active ne false', true],
    ['active ne true', false],
    ['active pr', true],
    ['emails[primary eq "true"]', true],
  ])('%s is %p', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });
});

describe('dates and times, chronologically', () => {
  test.each([
    ['meta.created eq "2026-01-31T10:30:00+01:00"', true],
    ['meta.created ne "2026-01-31T10:30:00+01:00"', false],
    ['meta.created gt "2026-01-31T10:00:00+02:00"', true],
    ['meta.created ge "2026-01-31T09:30:00.000Z"', true],
    ['meta.created lt "2026-01-31T09:30:00Z"', false],
    ['meta.created le 2026-01-31T09:30:00Z', true],
    ['meta.lastModified gt "2026-01-31T23:59:59Z"', true],
    ['meta.created sw "2026-01"', true],
    ['meta.created co "09:30"', true],
    ['meta.created ew "z"', true],
    ['meta.version eq "W/\\"3\\""', true],
    ['meta.resourceType eq "User"', true],
    ['meta pr', true],
  ])('%s is %p', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });
});

describe('null and what is absent', () => {
  test.each([
    ['displayName eq null', true],
    ['displayName ne null', false],
    ['title eq null', false],
    ['title ne null', true],
    ['displayName ne "x"', true],
    ['displayName eq "x"', false],
    ['displayName gt "x"', false],
    ['not (displayName eq "x")', true],
    ['ims ne "x"', true],
    ['nothing eq "x"', false],
    ['nothing ne "x"', true],
    ['nothing pr', false],
    ['nothing eq null', true],
    ['nothing gt 7', false],
    ['nothing[value eq "x"]', false],
    ['name.nothing pr', false],
    ['emails[nothing eq "x"]', false],
    ['emails[nothing ne "x"]', true],
    ['userName[value eq "ann"]', true],
    ['userName[nothing pr]', false],
    ['password eq "x"', false],
    ['urn:example:none:thing eq "x"', false],
    [`${ENTERPRISE_USER_URN} pr`, false],
  ])('%s is %p', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test('an extension that the resource does not have has no attributes', () => {
    const facts = { ...ann, attributes: { userName: 'ann' } };
    expect(holds(`${ENTERPRISE_USER_URN}:department eq "Kitchen"`, facts)).toBe(false);
    expect(holds(`${ENTERPRISE_USER_URN}:department ne "Kitchen"`, facts)).toBe(true);
  });
});

describe('complex and multi-valued attributes', () => {
  test.each([
    ['name.familyName eq "berg"', true],
    ['name pr', true],
    ['name[givenName eq "ann" and familyName eq "berg"]', true],
    [`${ENTERPRISE_USER_URN}:department eq "kitchen"`, true],
    [`${ENTERPRISE_USER_URN}:manager.value eq "boss"`, true],
    [`${ENTERPRISE_USER_URN}:manager eq "boss"`, true],
    ['emails.value eq "ann@home.example"', true],
    ['emails eq "ann@home.example"', true],
    ['emails co "home"', true],
    ['emails ne "ann@home.example"', true],
    ['roles ne "admin"', false],
    ['emails.type eq "work" and emails.value eq "ann@home.example"', true],
    ['emails[type eq "work" and value eq "ann@home.example"]', false],
    ['emails[type eq "home" and value eq "ann@home.example"]', true],
    ['emails[type eq "work"].value eq "ann@work.example"', true],
    ['emails[type eq "work"].value eq "ann@home.example"', false],
    ['emails[not (type eq "work") and not (type eq "home")]', false],
    ['emails[type eq "work" or type eq "other"]', true],
    ['emails[value pr]', true],
    ['emails[display pr]', false],
    ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"', true],
    [`schemas[value eq "${ENTERPRISE_USER_URN}"]`, true],
    ['groups.value eq "g-1"', true],
    ['groups eq "g-1"', true],
    ['groups[display eq "staff" and type eq "direct"]', true],
    ['groups pr', true],
  ])('%s is %p', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });
});

test('members of a group are found by id and type, and none are taken for granted', () => {
  const facts: RelatedFacts = { ...ann, attributes: { displayName: 'Staff' }, members: [{ id: 'm-1', type: 'Group' }] };
  const inGroup = (text: string, of = facts) => compileFilter(GROUP, parseFilter(text), BASE_URL)(of);
  expect(inGroup('members.value eq "m-1"')).toBe(true);
  expect(inGroup('members eq "m-1"')).toBe(true);
  expect(inGroup('members eq "M-1"')).toBe(false);
  expect(inGroup('members[value eq "m-1" and type eq "user"]')).toBe(false);
  expect(inGroup('members pr', { ...ann, attributes: {} })).toBe(false);
});

test.each([
  ['userName eq "x"', []],
  ['groups.value eq "x"', ['groups']],
  ['not (userName pr and groups[value eq "x"])', ['groups']],
  ['groups pr or groups eq "x"', ['groups', 'groups']],
  ['nothing pr', []],
  [`${ENTERPRISE_USER_URN} pr`, []],
])('%s needs the relations %j', (text, relations) => {
  expect(relationsIn(USER, parseFilter(text))).toEqual(relations);
});

describe('an operator or a value that does not fit the type is invalidFilter, even when there is nobody to compare', () => {
  test.each([
    ['active gt true', 'active is boolean: it can be compared with eq and ne, not with gt.'],
    ['active ge "false"', 'not with ge.'],
    ['active lt true', 'not with lt.'],
    ['active le false', 'not with le.'],
    ['active co "tr"', 'must be true or false'],
    ['active eq "yes"', 'active is compared with "yes", must be true or false.'],
    ['active eq 1', 'must be true or false'],
    ['active gt null', 'must be true or false'],
    ['x509Certificates.value gt "AAEC"', 'value is binary'],
    ['meta.created gt "yesterday"', 'created is compared with "yesterday", must be a date and time'],
    ['meta.created eq 7', 'must be a date and time'],
    ['name eq "Ann"', 'name is complex: compare one of its sub-attributes, such as name.formatted.'],
    ['addresses co "Breda"', 'addresses is complex'],
    ['meta eq "x"', 'meta is complex'],
    ['emails[primary gt true]', 'primary is boolean'],
    ['userName pr or active gt true', 'active is boolean'],
    ['not (active gt true)', 'active is boolean'],
  ])('%s', (text, expected) => {
    const compile = () => compileFilter(USER, parseFilter(text), BASE_URL);
    expect(refusal(compile)).toMatch(/^invalidFilter: /);
    expect(refusal(compile)).toContain(expected);
  });
});

describe('numbers, which no built-in attribute is', () => {
  const age = attribute('age', '', { type: 'integer' });
  const compare = (operator: Comparison, value: number, actual: number | string) =>
    comparator(age, operator, { value, text: String(value) })(actual);

  test.each([
    ['eq', 7, 7, true],
    ['ne', 7, 7, false],
    ['gt', 7, 10, true],
    ['ge', 7, 7, true],
    ['lt', 7, 10, false],
    ['le', 7, 7, true],
    ['eq', 7, '7', false],
  ] as const)('%s %d holds for %j: %p', (operator, value, actual, expected) => {
    expect(compare(operator, value, actual)).toBe(expected);
  });

  test('are not compared with strings', () => {
    expect(refusal(() => comparator(age, 'eq', { value: '7', text: '7' }))).toMatch(/must be a number/);
    expect(refusal(() => comparator(age, 'co', { value: 7, text: '7' }))).toMatch(/age is a number/);
  });

  test('binary values are compared byte by byte, so with regard to case', () => {
    const holdsOf = (text: string) => holds(`x509Certificates.value ${text}`);
    expect([holdsOf('eq "AAEC"'), holdsOf('eq "aaec"'), holdsOf('ne "aaec"')]).toEqual([true, false, true]);
  });
});

test('a filter in brackets is a predicate on one value', () => {
  const [emails] = USER.schema.attributes.filter(({ name }) => name === 'emails');
  if (emails === undefined) throw new Error('no emails');
  const matches = compileValueFilter(emails, parseFilter('type eq "work" and value ew "example"'));
  const values: Attributes[] = [{ value: 'a@x.example', type: 'work' }, { value: 'a@x.example' }];
  expect(values.map(matches)).toEqual([true, false]);
  expect(refusalType(() => compileValueFilter(emails, parseFilter('primary gt true')))).toBe('invalidFilter');
});
