import { parseFilter, type Filter } from '../../../shared/scim/filter/parse.js';
import { refusal, refusalType } from './refusals.js';

/** The tree with parentheses around every operation. */
function shape(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${shape(filter.left)} ${filter.kind} ${shape(filter.right)})`;
    case 'not':
      return `not ${shape(filter.operand)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.literal.value)}`;
    case 'valuePath':
      return `${filter.path}[${shape(filter.filter)}]`;
  }
}

describe('precedence: grouping before not before and before or', () => {
  test.each([
    ['a pr or b pr and c pr', '(a pr or (b pr and c pr))'],
    ['a pr and b pr or c pr', '((a pr and b pr) or c pr)'],
    ['(a pr or b pr) and c pr', '((a pr or b pr) and c pr)'],
    ['a pr and b pr and c pr', '((a pr and b pr) and c pr)'],
    ['not (a pr) and b pr', '(not a pr and b pr)'],
    ['not (a pr and b pr)', 'not (a pr and b pr)'],
    ['not(a pr)or b pr', '(not a pr or b pr)'],
    ['((((a pr))))', 'a pr'],
    ['not (not (a pr))', 'not not a pr'],
    ['e[a pr or b pr and c pr] and d pr', '(e[(a pr or (b pr and c pr))] and d pr)'],
  ])('%s', (text, expected) => {
    expect(shape(parseFilter(text))).toBe(expected);
  });
});

describe('paths, operators and values', () => {
  test.each([
    ['userName Eq "x"', 'userName eq "x"'],
    ['a PR AND NOT (b Pr) OR c pR', '((a pr and not b pr) or c pr)'],
    [String.raw`a eq "say \"hi\" \u00e9 \\ ) ]"`, String.raw`a eq "say \"hi\" é \\ ) ]"`],
    ['a eq ""', 'a eq ""'],
    ['a eq true', 'a eq true'],
    ['a eq FALSE', 'a eq false'],
    ['a eq null', 'a eq null'],
    ['a gt 7', 'a gt 7'],
    ['a le -7.5e3', 'a le -7500'],
    ['a eq "7"', 'a eq "7"'],
    ['  a   eq   "x"  ', 'a eq "x"'],
    ['a eq"x"', 'a eq "x"'],
    ['name.givenName sw "x"', 'name.givenName sw "x"'],
    ['groups.$ref pr', 'groups.$ref pr'],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"',
    ],
    ['emails[type eq "work"]', 'emails[type eq "work"]'],
    ['emails[type eq "work"].value co "x"', 'emails[(type eq "work" and value co "x")]'],
    ['emails[type eq "work"].value pr', 'emails[(type eq "work" and value pr)]'],
    ['emails[type eq "work" or type eq "home"].value pr', 'emails[((type eq "work" or type eq "home") and value pr)]'],
    ['emails[not (type eq "work")]', 'emails[not type eq "work"]'],
  ])('%s', (text, expected) => {
    expect(shape(parseFilter(text))).toBe(expected);
  });

  test.each([
    ['ann@x.example', 'ann@x.example'],
    ['0190c2f4-6a3e-7000', '0190c2f4-6a3e-7000'],
    ['007', '007'],
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00Z'],
    ['Müller', 'Müller'],
  ])('a value without its quotation marks is taken as a string: %s', (bare, value) => {
    expect(parseFilter(`a eq ${bare}`)).toMatchObject({ literal: { value, text: bare } });
  });
});

describe('what is no filter is refused as invalidFilter, saying where', () => {
  test.each([
    ['', 'The filter needs an attribute, but it ends.'],
    ['   ', 'The filter needs an attribute, but it ends.'],
    ['userName', 'needs an operator after "userName" (eq, ne, co, sw, ew, gt, ge, lt, le or pr), but it ends.'],
    ['userName eq', 'needs a value after eq, but it ends.'],
    ['userName is "x"', 'but there is "is" at character 10.'],
    ['userName eq (', 'needs a value after eq, but there is "(" at character 13.'],
    ['userName eq "x', 'does not end with a quotation mark: "x'],
    ['userName eq "x" and', 'needs an attribute, but it ends.'],
    ['userName eq "x" "y"', 'needs "and", "or" or its end, but there is "y" at character 17.'],
    ['userName eq x y', 'needs "and", "or" or its end, but there is "y" at character 15.'],
    ['and userName pr', 'needs an operator after "and"'],
    ['"userName" eq "x"', 'needs an attribute, but there is "userName" at character 1.'],
    ['(userName pr', 'needs ")", but it ends.'],
    ['userName pr)', 'but there is ")" at character 12.'],
    ['()', 'needs an attribute, but there is ")" at character 2.'],
    ['not userName pr', 'needs an operator after "not"'],
    ['not ()', 'needs an attribute'],
    ['emails[', 'needs an attribute, but it ends.'],
    ['emails[]', 'needs an attribute, but there is "]" at character 8.'],
    ['emails[type eq "work"', 'needs "]", but it ends.'],
    ['emails[type eq "work"]]', 'but there is "]" at character 23.'],
    ['emails[type eq "work"].value', 'needs an operator after "value"'],
    ['emails[type eq "work"]. eq "x"', 'where the name of an attribute should be'],
    ['emails[addresses[type pr]]', 'brackets cannot stand inside brackets'],
    ['7 eq 7', 'The filter has "7" where the name of an attribute should be.'],
    ['a,b eq 7', 'The filter has "a,b" where the name of an attribute should be.'],
    [String.raw`a eq "\x"`, 'The string at character 6 of the filter is no JSON string'],
    ['a eq "line\nbreak"', 'is no JSON string'],
  ])('%j', (text, expected) => {
    expect(refusal(() => parseFilter(text))).toMatch(/^invalidFilter: /);
    expect(refusal(() => parseFilter(text))).toContain(expected);
  });
});

describe('limits', () => {
  const nested = (depth: number) => `${'('.repeat(depth - 1)}a pr${')'.repeat(depth - 1)}`;
  const chained = (comparisons: number) => Array.from({ length: comparisons }, () => 'a pr').join(' and ');
  const long = (bytes: number) => `a eq "${'x'.repeat(bytes - 7)}"`;

  test.each([
    ['16 levels', nested(16), nested(17), 'nested deeper than 16 levels'],
    ['64 parts', `not (${chained(32)})`, chained(33), 'more than 64 parts'],
    ['4 KiB', long(4096), long(4097), 'longer than 4096 bytes'],
  ])('%s are taken, and one more is refused', (_name, taken, refused, why) => {
    expect(refusal(() => parseFilter(taken))).toBe('accepted');
    expect(refusal(() => parseFilter(refused))).toContain(why);
    expect(refusalType(() => parseFilter(refused))).toBe('invalidFilter');
  });

  test('bytes are counted, not characters', () => {
    expect(refusalType(() => parseFilter(`a eq "${'é'.repeat(2_100)}"`))).toBe('invalidFilter');
  });
});
