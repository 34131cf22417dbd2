import { parseFilter } from '../../shared/scim/filter/parse.js';
import { startScimClient } from '../support/scim-client.js';

/** Threat: a filter that costs the process much more than it costs to send. Parser and limits at their edges: unit/scim/filter-syntax. */

const client = startScimClient();
const or = (parts: number): string => Array.from({ length: parts }, () => 'title pr').join(' or ');
const nested = (depth: number): string => '('.repeat(depth) + 'title pr' + ')'.repeat(depth);

const BOMBS: readonly (readonly [string, string, RegExp])[] = [
  ['of 4,097 bytes', `title eq "${'x'.repeat(4086)}"`, /4096 bytes/],
  ['of 4,097 bytes in fewer characters', `title eq "${'é'.repeat(2043)}"`, /4096 bytes/],
  ['17 levels deep', nested(16), /16 levels/],
  ['1,000 levels deep', nested(1000), /16 levels/],
  ['of not in not', `${'not ('.repeat(300)}title pr${')'.repeat(300)}`, /16 levels/],
  ['of 66 nodes', or(34), /64 parts/],
  ['of 66 nodes in brackets', `emails[${or(34)}]`, /64 parts/],
  ['without an end', 'title eq "', /character|quot/i],
  ['of open brackets', 'emails['.repeat(500), /character|\[/],
];

/** Every place that reads a filter. */
const PLACES: readonly (readonly [
  string,
  (filter: string) => Promise<{ status: number; body: Record<string, unknown> }>,
])[] = [
  ['a query', async (filter) => client.find('Users', filter)],
  ['a query over all types', async (filter) => client.get(`/?filter=${encodeURIComponent(filter)}`)],
  ['a search', async (filter) => client.call('post', '/Users/.search', { filter, schemas: [SEARCH] })],
  [
    'the path of a PATCH',
    async (filter) =>
      client.patch(`/Users/${await client.createUser('ann')}`, { op: 'remove', path: `emails[${filter}]` }),
  ],
];
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

describe.each(PLACES)('in %s', (_place, ask) => {
  test.each(BOMBS)('a filter %s is refused with its limit or its mistake', async (_what, filter, why) => {
    const { status, body } = await ask(filter);
    expect([status, body['scimType']]).toEqual([400, expect.stringMatching(/^invalid(Filter|Path)$/)]);
    expect(body['detail']).toMatch(why);
  });
});

test('what stands in a value is text: no pattern, no wildcard, no quotation', async () => {
  const names = ['a%b', 'a_b', 'a.*b', 'a\\b', 'a"b', "a'b", 'a[b]', 'a(b', 'axb'];
  for (const name of names) await client.createUser(name, { title: name });
  for (const name of names) {
    for (const attribute of ['title', 'userName']) {
      for (const operator of ['co', 'sw', 'ew', 'eq']) {
        const { body } = await client.find('Users', `${attribute} ${operator} ${JSON.stringify(name)}`);
        const found = body.Resources.map((one: { title: string }) => one.title);
        expect([name, attribute, operator, found]).toEqual([name, attribute, operator, [name]]);
      }
    }
  }
  for (const wild of ['%', '_', '.*', '^a', '[a-z]']) {
    const { body } = await client.find('Users', `title sw ${JSON.stringify(wild)}`);
    expect([wild, body.totalResults]).toEqual([wild, 0]);
  }
});

test('a regular expression that would run for hours is a text like others', async () => {
  await client.createUser('ann', { title: `${'a'.repeat(100_000)}!` });
  const evil = JSON.stringify('(a+)+$');
  for (const operator of ['co', 'sw', 'ew']) {
    expect((await client.find('Users', `title ${operator} ${evil}`)).body.totalResults).toBe(0);
  }
});

test('the parser takes time in proportion: the longest filter is one pass', () => {
  // Had any of these to go back, the test would not end.
  for (const piece of ['(', 'not ', 'a.', 'a eq ', '"\\"', 'a[', ' ', '\\']) {
    expect(() => parseFilter(piece.repeat(Math.floor(4096 / piece.length)))).toThrow();
  }
});
