import fc from 'fast-check';
import { ScimError } from '../../../shared/scim/errors.js';
import { readResource } from '../../../shared/scim/input.js';
import { outlineBody, outlineDetail, outlineUrl } from '../../../shared/scim/outline.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { readQuery } from '../../../shared/scim/query.js';
import { compileFilter } from '../../../shared/scim/filter/evaluate.js';
import { USER } from '../../../shared/scim/schemas/index.js';

const ID = '0198c0de-7000-7000-8000-000000000001';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

test.each([
  ['/Users', '/Users'],
  ['/', '/'],
  [`/Users/${ID}`, `/Users/${ID}`],
  ['/Users/ann@example.com', '/Users/…'],
  ['/Users/ann', '/Users/…'],
  ['/ann%40example.com', '/…'],
  ['/Users/.search', '/Users/.search'],
  ['/ResourceTypes/User', '/ResourceTypes/User'],
  [`/Schemas/${ENTERPRISE}`, `/Schemas/${ENTERPRISE}`],
  ['/v2/Users/ann', '/v2/…/…'],
  ['/Users?startIndex=1&count=100', '/Users?startIndex=1&count=100'],
  ['/Users?filter=userName%20eq%20%22ann%40example.com%22&count=1', '/Users?filter=userName eq "…"&count=1'],
  ['/Users?filter=userName+eq+ann&', '/Users?filter=userName eq "…"'],
  ['/Users?filter=active eq true and not (title pr)', '/Users?filter=active eq true and not (title pr)'],
  ['/Users?filter=emails[type eq "work"].value eq 7', '/Users?filter=emails[type eq "…" and value eq "…"]'],
  ['/Users?filter=ann', '/Users?filter=…'],
  ['/Users?attributes=userName,name.givenName', '/Users?attributes=userName,name.givenName'],
  ['/Users?attributes=ann@example.com&sortBy=userName', '/Users?attributes=…&sortBy=userName'],
  ['/Users?count=ann&cursor=WyJhbm4iXQ', '/Users?count=…&cursor=…'],
  ['/Users?aadOptscim062020', '/Users?aadOptscim062020'],
  ['/Users?token=secret&ann@example.com=1', '/Users?token=…&…=…'],
])('of %s, %s is told', (url, told) => {
  expect(outlineUrl(url)).toBe(told);
});

test.each([
  [undefined, []],
  ['ann', []],
  [['ann'], []],
  [{ schemas: [ENTERPRISE], userName: 'ann', emails: [{ value: 'ann@example.com' }] }, ['userName', 'emails']],
  [{ [ENTERPRISE]: { department: 'Cooks' }, 'ann@example.com': 1 }, [`${ENTERPRISE}:department`, '…']],
  [
    {
      Operations: [
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'add', path: 'emails[type eq "work"].value', value: 'ann@example.com' },
        { op: 'remove', path: 'members[value eq "ann"]' },
        { op: 'replace', value: { 'name.givenName': 'Ann', active: true } },
        { op: 'ann smith', path: 'ann smith' },
        'ann',
      ],
    },
    [
      'Replace active',
      'add emails[type eq "…"].value',
      'remove members[value eq "…"]',
      'replace name.givenName',
      'replace active',
      '… …',
      '…',
    ],
  ],
  [
    {
      Operations: [
        { method: 'POST', path: '/Users', data: { userName: 'ann' } },
        { method: 'DELETE', path: `/Users/${ID}` },
        { method: 'PUT', path: '/Users/ann' },
      ],
    },
    ['POST /Users', `DELETE /Users/${ID}`, 'PUT /Users/…'],
  ],
])('of the body %j, %j is told', (body, told) => {
  expect(outlineBody(body)).toEqual(told);
});

test('of a long body, fifty names are told', () => {
  const long = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`custom${n}`, 'ann']));
  expect(outlineBody(long)).toHaveLength(50);
  expect(outlineBody({ Operations: Array.from({ length: 200 }, () => ({ op: 'add', value: long })) })).toHaveLength(50);
});

test.each([
  [
    `Another User (id "${ID}") already has the userName "ann".`,
    `Another User (id "${ID}") already has the userName "…".`,
  ],
  ['To clear "title", use "remove".', 'To clear "title", use "remove".'],
  ['The path "emails[type eq \\"x\\"]" is odd', 'The path "…" is odd'],
  ['It does not end: "ann', 'It does not end: "…"'],
  ['Operations[3].path: no value matches [value eq ann].', 'Operations[3].path: no value matches […].'],
])('of the refusal %s, %s is told', (detail, told) => {
  expect(outlineDetail(detail, ['replace title'])).toBe(told);
});

/** What stands where the name of an attribute belongs is told; nothing else. Whoever reads the log of requests must not find a value that was sent in one, wherever it stood, refused or not. */
test('no value is told, whatever is wrong with the request', () => {
  const CANARY = 'cnry7';
  const value = fc.oneof(
    fc.constant(CANARY),
    fc.constantFrom(`${CANARY}@x.example`, `${CANARY} "q`, `${CANARY}]`, `[${CANARY}`, `\\${CANARY}`, ` ${CANARY}\n`),
  );
  const filter = fc
    .tuple(fc.constantFrom('userName', 'active', 'emails', 'emails.value', 'meta.created'), value, value)
    .chain(([path, one, two]) =>
      fc.constantFrom(
        `${path} eq "${one}"`,
        `${path} eq ${one}`,
        `${path} eq ${JSON.stringify(one)} ${two}`,
        `${path}[type eq "${one}"].value eq ${two}`,
        `(${path} eq "${one}`,
        `"${one}" eq "${two}"`,
        `${path} "${one}"`,
        `${path} gt "${one}" or ${path} co "${two}"`,
      ),
    );
  const operation = fc.record(
    {
      op: fc.oneof(fc.constantFrom('add', 'replace', 'remove'), value),
      path: fc.oneof(
        fc.constantFrom('title', 'active', 'meta', 'members', 'emails'),
        filter.map((text) => `emails[${text}].value`),
        filter.map((text) => `emails[${text}].type`),
        value.map((text) => `${text} x`),
      ),
      value: fc.oneof<fc.Arbitrary<unknown>[]>(
        value,
        fc.array(value),
        fc.dictionary(fc.constantFrom('title', 'emails', 'active'), value),
      ),
    },
    { requiredKeys: ['op'] },
  );
  const body = fc.oneof(
    fc.record({
      schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:PatchOp']),
      Operations: fc.array(operation),
    }),
    fc.dictionary(fc.constantFrom('userName', 'emails', 'active', 'name', 'schemas', ENTERPRISE), value),
  );
  const query = fc
    .tuple(filter, fc.dictionary(fc.constantFrom('startIndex', 'count', 'sortOrder', 'cursor'), value))
    .map(([text, others]): Record<string, string> => ({ ...others, filter: text }));
  const matcherOf = (parameters: Record<string, string>): unknown => {
    const { filter: parsed } = readQuery(parameters);
    return parsed && compileFilter(USER, parsed, 'https://scim.example');
  };
  const detailOf = (work: () => unknown): string => {
    try {
      work();
      return '';
    } catch (error) {
      if (error instanceof ScimError) return error.detail;
      throw error;
    }
  };
  const refusals = new Set<string>();
  fc.assert(
    fc.property(query, body, (parameters, sent) => {
      const url = `/Users?${new URLSearchParams(parameters).toString()}`;
      const names = outlineBody(sent);
      const details = [
        detailOf(() => matcherOf(parameters)),
        detailOf(() => readPatch(USER, sent)),
        detailOf(() => readResource(USER, sent)),
      ];
      const told = [outlineUrl(url), ...names, ...details.map((detail) => outlineDetail(detail, names))];
      told.forEach((text) => refusals.add(text));
      expect(told.join('\n')).not.toContain(CANARY);
    }),
    { numRuns: 1000 },
  );
  expect(refusals.size).toBeGreaterThan(50);
});
