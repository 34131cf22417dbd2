import fc from 'fast-check';
import { candidates } from '../../../shared/scim/filter/candidates.js';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { indexKeys, uniqueKeys } from '../../../shared/scim/keys.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { printFilter } from '../../../shared/scim/filter/print.js';
import { userAttributes } from './arbitraries.js';
import { filterText as filter, user } from './filter-arbitraries.js';
import { refusalType } from './refusals.js';

const BASE_URL = 'https://scim.example';

test('whoever matches a filter is among its candidates', () => {
  let narrowed = 0;
  fc.assert(
    fc.property(filter, fc.array(user, { minLength: 1, maxLength: 6 }), (text, users) => {
      fc.pre(refusalType(() => compileFilter(USER, parseFilter(text), BASE_URL)) === 'accepted');
      const tree = parseFilter(text);
      const among = candidates(USER, tree);
      if (among === undefined) return;
      narrowed += 1;
      const matches = compileFilter(USER, tree, BASE_URL);
      for (const one of users.filter(matches)) {
        const keys = indexKeys(USER, one.attributes);
        expect([text, among.ids.includes(one.id) || among.keys.some((key) => keys.includes(key))]).toEqual([
          text,
          true,
        ]);
      }
    }),
    { numRuns: 1_000 },
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
      expect(['accepted', 'invalidFilter']).toContain(
        refusalType(() => compileFilter(USER, parseFilter(text), BASE_URL)),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a filter that is printed is parsed to the same tree, and printed the same again', () => {
  fc.assert(
    fc.property(filter, (text) => {
      fc.pre(refusalType(() => parseFilter(text)) === 'accepted');
      const tree = parseFilter(text);
      const printed = printFilter(tree);
      expect(parseFilter(printed)).toEqual(tree);
      expect(printFilter(parseFilter(printed))).toBe(printed);
    }),
    { numRuns: 1_000 },
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
      const holds = (text: string) => compileFilter(USER, parseFilter(text), BASE_URL)(one);
      expect(holds(`${a} or ${b} and ${c}`)).toBe(holds(a) || (holds(b) && holds(c)));
      expect(holds(`not (${a}) and ${b}`)).toBe(!holds(a) && holds(b));
      expect(holds(`(${a} or ${b}) and ${c}`)).toBe((holds(a) || holds(b)) && holds(c));
    }),
    { numRuns: 1_000 },
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
    { numRuns: 1_000 },
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
