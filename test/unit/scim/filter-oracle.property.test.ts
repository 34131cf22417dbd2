import fc from 'fast-check';
import { filter as oracleFilter, parse as oracleParse } from 'scim2-parse-filter';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { readResource } from '../../../shared/scim/input.js';
import { renderResource, type RelatedFacts } from '../../../shared/scim/messages.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { USER } from '../../../shared/scim/schemas/index.js';

const BASE_URL = 'https://scim.example';

/**
 * Another implementation of filters, `scim2-parse-filter`, must give the same answers where both define one. It knows no schemas:
 * what follows from a schema, and from what RFC 7644 says of absent values, is listed as differences below.
 */

const ours = (text: string, facts: RelatedFacts): boolean => compileFilter(USER, parseFilter(text), BASE_URL)(facts);
const theirs = (text: string, facts: RelatedFacts): boolean =>
  oracleFilter(oracleParse(text))(renderResource(USER, facts, BASE_URL));

const facts = (body: object): RelatedFacts => ({
  id: 'u-1',
  version: 1,
  createdAt: Date.UTC(2026, 0, 31, 9, 30),
  updatedAt: Date.UTC(2026, 1, 1),
  attributes: readResource(USER, { userName: 'ann', ...body }).attributes,
  groups: [{ id: 'g-1', display: 'staff' }],
});

/** Lower case alone, so that the case of letters decides nothing, and not empty. */
const word = fc.constantFrom('a', 'ab', 'b', 'ba', 'work', 'home', '7', '10', 'x y', 'a"b', '(', ']');
const entry = fc.record({ value: word, type: word, display: word }, { requiredKeys: ['value'] });
const entries = fc.array(entry, { minLength: 1, maxLength: 3 });
const user = fc
  .record(
    {
      userName: word,
      externalId: word,
      title: word,
      active: fc.boolean(),
      name: fc.record({ givenName: word, familyName: word }, { requiredKeys: ['givenName'] }),
      emails: entries,
      roles: entries,
      [ENTERPRISE_USER_URN]: fc.record({ department: word, manager: fc.record({ value: word }) }),
    },
    { requiredKeys: [] },
  )
  .map(facts);

const always = ['userName', 'USERNAME', 'id', 'schemas', 'groups.display', 'meta.resourceType'];
const sometimes = ['externalId', 'title', 'name.givenName', 'emails.type', 'roles.value', 'nothing'];
const extended = [`${ENTERPRISE_USER_URN}:department`, `${ENTERPRISE_USER_URN}:manager.value`];
const string = word.map((text) => JSON.stringify(text));
const compare = (paths: readonly string[], operators: readonly string[]) =>
  fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...operators), string).map((parts) => parts.join(' '));
/** Not `ne`, which they hold to be false of an absent value. */
const OPERATORS = ['eq', 'EQ', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

const { filter } = fc.letrec<{ filter: string; inside: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    compare([...always.slice(0, 3), ...sometimes, ...extended], OPERATORS),
    compare(['userName', 'id', 'groups.display'], ['ne']),
    fc
      .constantFrom(...always, ...sometimes, ...extended, 'name', 'emails', ENTERPRISE_USER_URN)
      .map((path) => `${path} pr`),
    fc.constantFrom('active eq true', 'active eq false'),
    fc.constantFrom('meta.created ge "2026-01-31T09:30:00.000Z"', 'meta.lastModified lt "2026-01-31T09:30:00.000Z"'),
  ),
  inside: fc.oneof(
    { depthSize: 'small' },
    compare(['value', 'type', 'display'], OPERATORS),
    compare(['value'], ['ne']),
    // Not "and" or "not", which they ask of all values together.
    fc.tuple(tie('inside'), tie('inside')).map((parts) => parts.join(' or ')),
  ),
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    fc.tuple(fc.constantFrom('emails', 'roles'), tie('inside')).map(([path, inner]) => `${path}[${inner}]`),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
  ),
}));

test('both say the same', () => {
  let matched = 0;
  fc.assert(
    fc.property(filter, user, (text, one) => {
      const answer = ours(text, one);
      expect([text, theirs(text, one)]).toEqual([text, answer]);
      if (answer) matched += 1;
    }),
    { numRuns: 1_500 },
  );
  expect(matched).toBeGreaterThan(500);
});

const ann = facts({
  userName: 'Ann',
  title: '',
  emails: [
    { value: 'a', type: 'work' },
    { value: 'b', type: 'home' },
  ],
});

describe('they differ, because', () => {
  test.each([
    ['letters are compared by the schema: userName is not caseExact', 'userName eq "ann"', true, false],
    ['a complex attribute stands for its value (RFC 7644 section 3.4.2.2)', 'emails eq "a"', true, false],
    ['brackets speak of one value', 'emails[type eq "work" and value eq "b"]', false, true],
    ['brackets speak of one value', 'emails[not (value eq "a")]', true, false],
    [
      'what follows brackets is of the same value (RFC 7644 figure 1)',
      'emails[type eq "work"].value eq "b"',
      false,
      true,
    ],
    ['an absent value is not equal to any', 'nickName ne "x"', true, false],
    ['null is absence (RFC 7643 section 2.5)', 'nickName eq null', true, false],
    ['an empty text is not present (RFC 7644 table 3)', 'title pr', false, true],
    [
      'a URN before the attribute is the schema, also the core one',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "Ann"',
      true,
      false,
    ],
    ['dates are compared as times', 'meta.created eq "2026-01-31T10:30:00+01:00"', true, false],
    ['Entra ID writes booleans as texts', 'active eq "True"', true, false],
  ])('%s: %s', (_why, text, our, their) => {
    expect([ours(text, ann), theirs(text, ann)]).toEqual([our, their]);
  });

  test('strings may stand without quotation marks here, and keep their escapes', () => {
    expect(ours('userName eq Ann', ann)).toBe(true);
    expect(() => oracleParse('userName eq Ann')).toThrow();
    expect(ours('userName eq "\\u0041nn"', ann)).toBe(true);
    expect(theirs('userName eq "\\u0041nn"', ann)).toBe(false);
  });
});
