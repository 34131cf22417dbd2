import { readBulk } from '../../../shared/scim/bulk.js';
import { parseFilter } from '../../../shared/scim/filter/parse.js';
import { readResource } from '../../../shared/scim/input.js';
import { requireModestJson } from '../../../shared/scim/json-limits.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { patchGroup, patchUser } from './patching.js';
import { refusal } from './refusals.js';

/** Each limit: what is at it is taken, and one more is refused by an error that names the limit and what to do. */

const many = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));
const values = (count: number): object[] => many(count, (index) => ({ value: `${index}` }));
const json = (text: string) => () => requireModestJson(Buffer.from(text));
const nested = (depth: number) => json('[{"a":'.repeat(depth / 2) + '"[{\\"["' + '}]'.repeat(depth / 2));
const object = (members: number) => json(`{${many(members, (index) => `"a,${index}":[1,{"x":1,"y":2}]`).join()}}`);
const FIVE = '{"a":1,"b":[1,2],"c":3,"d":4,"e":5}';
const bulk = (count: number) => () =>
  readBulk({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: many(count, (index) => ({ method: 'DELETE', path: `/Users/${index}` })),
  });
const filter = (text: string) => () => parseFilter(text);
const anyOf = (parts: number): string => many(parts, () => 'title pr').join(' or ');
const ann = { userName: 'ann' };
const patch =
  (count: number, one: (index: number) => object, before: object = ann) =>
  () =>
    patchUser({ ...ann, ...before }, ...many(count, one));
const TEN = Object.fromEntries(
  [
    'title',
    'nickName',
    'locale',
    'timezone',
    'displayName',
    'userType',
    'preferredLanguage',
    'externalId',
    'profileUrl',
  ]
    .map((name): [string, unknown] => [name, 'x'])
    .concat([['active', true]]),
);
/** As many looks as 1000 short values. */
const LONG = { value: 'x'.repeat(999 * 128) };
const filtered = (length: number) => ({ op: 'remove', path: `emails[value eq "${'x'.repeat(length - 19)}"]` });

test.each([
  [
    'a filter of 4096 bytes',
    filter(`title eq "${'x'.repeat(4096 - 11)}"`),
    filter(`title eq "${'x'.repeat(4096 - 10)}"`),
    /longer than 4096 bytes\. Split/,
  ],
  [
    'a filter 16 deep',
    filter('('.repeat(15) + 'title pr' + ')'.repeat(15)),
    filter('('.repeat(16) + 'title pr' + ')'.repeat(16)),
    /deeper than 16 levels\. Simplify/,
  ],
  ['a filter of 64 parts', filter(`not (${anyOf(32)})`), filter(anyOf(33)), /more than 64 parts\. Split/],
  ['JSON 32 deep', nested(32), nested(34), /^413: The body is nested deeper than 32 levels/],
  ['an object of 1000 members', object(1000), object(1001), /^413: .*more than 1000 members\. Leave out/],
  [
    'JSON of 30000 objects',
    json(`[${many(30_000, () => '{}').join()}]`),
    json(`[${many(30_001, () => '{}').join()}]`),
    /^413: The body has more than 30000 objects\. Split/,
  ],
  [
    'JSON objects of 50000 members together',
    json(`[${many(10_000, () => FIVE).join()}]`),
    json(`[${many(10_000, () => FIVE).join()},{"a":1}]`),
    /^413: The body has more than 50000 members in all of its objects\. Split/,
  ],
  [
    '1000 values of an attribute',
    () => readResource(USER, { ...ann, emails: values(1000) }),
    () => readResource(USER, { ...ann, emails: values(1001) }),
    /^413: emails: it would have 1001 values, more than 1000\. Send fewer/,
  ],
  [
    '20000 members',
    () => readResource(GROUP, { displayName: 'g', members: values(20_000) }),
    () => readResource(GROUP, { displayName: 'g', members: values(20_001) }),
    /^413: members: .*more than 20000\. Add or remove/,
  ],
  [
    '20000 members in two operations',
    () => patchGroup(...many(2, () => ({ op: 'add', path: 'members', value: values(10_000) }))),
    () => patchGroup(...many(2, (index) => ({ op: 'add', path: 'members', value: values(10_000 + index) }))),
    /^413: members: the request names 20001/,
  ],
  [
    '1000 operations in a bulk request',
    bulk(1000),
    bulk(1001),
    /^413: Operations: there are 1001, more than 1000\. Split/,
  ],
  [
    '1000 operations in a PATCH',
    patch(1000, () => ({ op: 'add', path: 'title', value: 'x' })),
    patch(1001, () => ({ op: 'add', path: 'title', value: 'x' })),
    /^413: Operations: there are 1001, more than 1000\. Split/,
  ],
  [
    '5000 attributes in the operations of a PATCH',
    patch(500, () => ({ op: 'add', value: TEN })),
    patch(501, () => ({ op: 'add', value: TEN })),
    /^413: Operations: they name attributes more than 5000 times\. Split/,
  ],
  [
    '131072 characters of paths with filters',
    patch(64, () => filtered(2048)),
    patch(64, (index) => filtered(index === 0 ? 2049 : 2048)),
    /^413: Operations: their paths with filters are longer than 131072 characters together\. Split/,
  ],
  [
    '1000 values after a PATCH',
    patch(1, () => ({ op: 'add', path: 'emails', value: values(1000) })),
    patch(1, () => ({ op: 'add', path: 'emails', value: { value: 'one more' } }), { emails: values(1000) }),
    /^413: emails: it would have 1001 values/,
  ],
  [
    '50000 looks at values',
    patch(25, () => ({ op: 'remove', path: 'emails[not (value pr)].type' }), { emails: values(1000) }),
    patch(26, () => ({ op: 'remove', path: 'emails[not (value pr)].type' }), { emails: values(1000) }),
    /^413: emails\.type: .*more than 50000\. Send fewer operations/,
  ],
  [
    '50000 looks at a long text',
    patch(50, () => ({ op: 'remove', path: 'emails[value eq "x"].type' }), { emails: [LONG] }),
    patch(51, () => ({ op: 'remove', path: 'emails[value eq "x"].type' }), { emails: [LONG] }),
    /^413: emails\.type: .*more than 50000\. Send fewer operations/,
  ],
])('%s are taken, and one more is not', (_what, within, beyond, error) => {
  expect(refusal(within)).toBe('accepted');
  expect(refusal(beyond)).toMatch(error);
});

test('what stands in a JSON string is no structure', () => {
  for (const text of ['[', '{', '\\"[', '\\\\', '\\\\\\"{', ',']) {
    expect(refusal(json(JSON.stringify({ a: text.repeat(3_000), b: '[' })))).toBe('accepted');
  }
  expect(refusal(json(`"\\\\"${'['.repeat(33)}`))).toMatch(/^413/);
});
