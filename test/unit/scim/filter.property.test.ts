import fc from 'fast-check';
import { candidates } from '../../../shared/scim/filter/candidates.js';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { indexKeys, uniqueKeys } from '../../../shared/scim/keys.js';
import type { RelatedFacts } from '../../../shared/scim/messages.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { userAttributes, word } from './arbitraries.js';
import { refusalType } from './refusals.js';

const paths = [
  ...['userName', 'USERNAME', 'externalId', 'id', 'title', 'active', 'name', 'name.givenName', 'nothing', 'schemas'],
  ...['emails', 'emails.value', 'emails.type', 'roles', 'addresses', 'meta.created', 'groups', 'groups.value'],
  ...['value', 'type', 'primary', 'x509Certificates', `${ENTERPRISE_USER_URN}:manager`, ENTERPRISE_USER_URN],
  'urn:ietf:params:scim:schemas:core:2.0:User:userName',
];
const path = fc.constantFrom(...paths);
const operator = fc.constantFrom('eq', 'eq', 'eq', 'EQ', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const literal = fc.oneof(
  word.map((text) => JSON.stringify(text)),
  fc.constantFrom('a', '7', 'true', 'null', 'u-1', '"u-2"', '"g-1"', '"2026-01-31T09:30:00Z"'),
);

const { filter } = fc.letrec<{ filter: string; inside: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(path, operator, literal).map((parts) => parts.join(' ')) },
    path.map((name) => `${name} pr`),
  ),
  inside: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc.tuple(tie('atom'), fc.constantFrom('and', 'or'), tie('atom')).map((parts) => parts.join(' ')),
    tie('atom').map((inner) => `not (${inner})`),
  ),
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    fc.tuple(path, tie('inside')).map(([name, inner]) => `${name}[${inner}]`),
    fc.tuple(path, tie('inside'), tie('atom')).map(([name, inner, rest]) => `${name}[${inner}].${rest}`),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
  ),
}));

const user: fc.Arbitrary<RelatedFacts> = fc.record({
  id: fc.constantFrom('u-1', 'u-2', 'a', '7'),
  version: fc.integer({ min: 1, max: 3 }),
  createdAt: fc.constantFrom(0, Date.UTC(2026, 0, 31, 9, 30)),
  updatedAt: fc.constant(Date.UTC(2026, 1, 1)),
  attributes: userAttributes,
  groups: fc.array(fc.constant({ id: 'g-1' }), { maxLength: 1 }),
});

test('whoever matches a filter is among its candidates', () => {
  let narrowed = 0;
  fc.assert(
    fc.property(filter, fc.array(user, { minLength: 1, maxLength: 6 }), (text, users) => {
      fc.pre(refusalType(() => compileFilter(USER, parseFilter(text))) === 'accepted');
      const tree = parseFilter(text);
      const among = candidates(USER, tree);
      if (among === undefined) return;
      narrowed += 1;
      const matches = compileFilter(USER, tree);
      for (const one of users.filter(matches)) {
        const keys = indexKeys(USER, one.attributes);
        expect([text, among.ids.includes(one.id) || among.keys.some((key) => keys.includes(key))]).toEqual([
          text,
          true,
        ]);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(narrowed).toBeGreaterThan(100);
});

test('a text is a filter or invalidFilter, and nothing else', () => {
  const pieces = fc.constantFrom(
    ...[
      'userName',
      'emails',
      'eq',
      'co',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '"a"',
      '"',
      '\\',
      '.',
      '.value',
    ],
    ...[' ', '  ', '\n', 'true', 'null', '7', '-', ':', '$', '__proto__', 'constructor', '\u0000', '\ud800'],
  );
  const noise = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((some) => some.join(' ')),
    fc.array(pieces, { maxLength: 30 }).map((some) => some.join('')),
    fc.string({ unit: 'binary' }),
    fc.tuple(filter, fc.nat(), pieces).map(([text, at, piece]) => text.slice(0, at % text.length) + piece),
  );
  fc.assert(
    fc.property(noise, (text) => {
      expect(['accepted', 'invalidFilter']).toContain(refusalType(() => compileFilter(USER, parseFilter(text))));
    }),
    { numRuns: 3_000 },
  );
});

test('a filter means what its parts mean', () => {
  const atom = fc.constantFrom(
    'userName eq "a"',
    'title pr',
    'emails eq "work"',
    'emails[type eq "work"]',
    'active ne true',
  );
  fc.assert(
    fc.property(atom, atom, atom, user, (a, b, c, one) => {
      const holds = (text: string) => compileFilter(USER, parseFilter(text))(one);
      expect(holds(`${a} or ${b} and ${c}`)).toBe(holds(a) || (holds(b) && holds(c)));
      expect(holds(`not (${a}) and ${b}`)).toBe(!holds(a) && holds(b));
      expect(holds(`(${a} or ${b}) and ${c}`)).toBe((holds(a) || holds(b)) && holds(c));
    }),
    { numRuns: 300 },
  );
});

test('a value finds its bearer in any case exactly where the attribute is not caseExact', () => {
  fc.assert(
    fc.property(userAttributes, (attributes) => {
      const keys = new Set(indexKeys(USER, attributes));
      for (const [name, isExact] of [
        ['userName', false],
        ['externalId', true],
      ] as const) {
        const value = attributes[name];
        if (typeof value !== 'string') continue;
        for (const text of [value, value.toUpperCase(), value.toLowerCase()]) {
          const among = candidates(USER, parseFilter(`${name} eq ${JSON.stringify(text)}`));
          expect(among?.keys.some((key) => keys.has(key))).toBe(!isExact || text === value);
        }
      }
    }),
  );
});

describe('what an index answers', () => {
  const narrowed = (text: string, type = USER) => candidates(type, parseFilter(text));

  test.each([
    ['userName eq "Ann"', { ids: [], keys: ['userName:ann'] }],
    ['externalId eq "E7"', { ids: [], keys: ['externalId:E7'] }],
    ['id eq "u-1"', { ids: ['u-1'], keys: [] }],
    ['emails eq "A@x"', { ids: [], keys: ['emails.value:a@x'] }],
    ['emails[type eq "work"].value eq "a"', { ids: [], keys: ['emails.value:a'] }],
    ['emails[value eq "a" or value eq "b"]', { ids: [], keys: ['emails.value:a', 'emails.value:b'] }],
    ['userName eq 007', { ids: [], keys: ['userName:007'] }],
    ['userName eq "a" and active eq true', { ids: [], keys: ['userName:a'] }],
    ['title pr and (userName eq "a" or id eq "u")', { ids: ['u'], keys: ['userName:a'] }],
    ['(userName eq "a" or userName eq "b") and id eq "u"', { ids: ['u'], keys: [] }],
    ['nothing eq "x"', { ids: [], keys: [] }],
    ['nothing[value eq "x"]', { ids: [], keys: [] }],
  ])('%s narrows to %j', (text, expected) => {
    expect(narrowed(text)).toEqual(expected);
  });

  test.each([
    'userName ne "a"',
    'userName co "a"',
    'userName pr',
    'userName eq null',
    'not (userName eq "a")',
    'userName eq "a" or title eq "b"',
    'title eq "a"',
    'emails[type eq "work"]',
    'members eq "a"',
  ])('%s does not narrow', (text) => {
    expect(narrowed(text, text.startsWith('members') ? GROUP : USER)).toBeUndefined();
  });

  test.each(['userName[value eq "a"]', 'emails.type[value eq "a"]', 'id[value eq "a"]', 'schemas[value eq "a"]'])(
    'brackets behind a simple attribute once narrowed to the wrong ones: %s',
    (text) => {
      expect(narrowed(text)).toBeUndefined();
    },
  );
});

test('unique values are those of userName; keys name each value once', () => {
  const attributes = { userName: 'Ann', emails: [{ value: 'A' }, { value: 'a', type: 'work' }, { type: 'home' }] };
  expect(uniqueKeys(USER, attributes)).toEqual([{ attribute: 'userName', value: 'Ann', key: 'userName:ann' }]);
  expect(indexKeys(USER, attributes).sort()).toEqual(['emails.value:a', 'userName:ann']);
  expect(uniqueKeys(GROUP, { displayName: 'Staff' })).toEqual([]);
});
