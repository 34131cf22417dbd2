import fc from 'fast-check';
import type { Response } from 'supertest';
import { Pool } from 'undici';
import { serve } from '../../shared/runtime/serve.js';
import { startIngest, type IngestHarness } from '../support/ingest.js';
import { DECLARATIONS, phone } from '../unit/scim/devices.js';

/** Whatever a client sends: an answer that is no 500, in reasonable time, and nothing written by half. */

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
/** Nothing a client sends in one request may keep the process from others for longer; generous for a busy machine. */
const PATIENCE_MS = 10_000;

let ingest: IngestHarness;
let directory: Awaited<ReturnType<IngestHarness['addDirectory']>>;
let id: string;
let group: string;
let device: string;
let pool: Pool;
const stop = new AbortController();

beforeAll(async () => {
  ingest = await startIngest();
  const { port, adopt } = await serve(ingest.app, 0, stop.signal);
  adopt(ingest.app);
  pool = new Pool(`http://127.0.0.1:${port}`, { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS });
  directory = await ingest.addDirectory();
  await ingest.declare(directory.id, DECLARATIONS);
  id = (await send('post', '/Users', JSON.stringify({ userName: 'ann', title: 'Cook' }))).body.id;
  group = (await send('post', '/Groups', JSON.stringify({ displayName: 'Staff', members: [{ value: id }] }))).body.id;
  device = (await send('post', '/Devices', JSON.stringify(phone()))).body.id;
});
afterAll(async () => {
  stop.abort();
  await pool.close();
  await ingest.store.close();
});

type Answer = Pick<Response, 'status' | 'body'>;

/** On kept-alive connections: there are thousands of these. */
async function send(method: 'get' | 'post' | 'put' | 'patch', path: string, body?: string): Promise<Answer> {
  const { statusCode, body: answer } = await pool.request({
    method: method.toUpperCase(),
    path: directory.base + path,
    headers: { authorization: `Bearer ${directory.token}`, 'content-type': 'application/scim+json' },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  return { status: statusCode, body: text === '' ? {} : JSON.parse(text) };
}
const state = async (): Promise<unknown> => ({
  head: await ingest.store.commits.head(directory.id),
  rows: await ingest.store.resources.getMany(directory.id, [id, group, device]),
  members: await ingest.store.resources.membersOf(directory.id, group, { limit: 100 }),
});
/** A URL has no lone surrogates. */
const inUrl = (text: string): string => encodeURIComponent(text.toWellFormed());
const patch = (...Operations: unknown[]): string => JSON.stringify({ schemas: [PATCH_OP], Operations });

/** A refusal leaves everything as it was. */
async function expectRefusedWhole(sent: Promise<Answer>): Promise<void> {
  const before = await state();
  const { status, body } = await sent;
  expect(status).toBeLessThan(500);
  expect(Object.prototype).not.toHaveProperty('polluted');
  if (status < 400) return;
  expect(body.status).toBe(String(status));
  expect(await state()).toEqual(before);
}

const HOSTILE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', '\ud800', 'a\0b', '\udfff\ud800', '$where', '{"$gt":""}', "'; DROP TABLE users; --"),
  fc.constantFrom(...HOSTILE_NAMES),
);
const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    hostileText,
    fc.double(),
    fc.constantFrom(1e308, -1e308, 2 ** 53 + 2, null, true),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          'userName',
          'emails',
          'value',
          'type',
          'primary',
          'name',
          'active',
          'members',
          'schemas',
          'meta',
          'id',
        ),
        fc.constantFrom('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'manager', 'externalId', '$ref'),
        fc.constantFrom(...HOSTILE_NAMES),
        hostileText,
      ),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;
const filterText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'userName',
        'emails',
        'members',
        'groups',
        'meta.created',
        'id',
        'active',
        '"',
        '(',
        ')',
        '[',
        ']',
      ),
      fc.constantFrom(
        'eq',
        'ne',
        'co',
        'gt',
        'pr',
        'and',
        'or',
        'not',
        'true',
        'null',
        '1e999',
        '"x"',
        '"\\u0000"',
        '.value',
      ),
      fc.constantFrom(...HOSTILE_NAMES),
      hostileText,
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(' '));

const CASES = { numRuns: 1_000 };
const resource = fc.constantFrom('/Users', '/Groups', '/Devices');
/** One of those that `state` looks at. */
const pathOf = (endpoint: string): string =>
  `${endpoint}/${endpoint === '/Users' ? id : endpoint === '/Groups' ? group : device}`;

test('any JSON as a create, a replace or a search is stored whole or refused whole', async () => {
  const target = fc.oneof(
    resource.map((endpoint) => ({ method: 'put' as const, path: () => pathOf(endpoint) })),
    fc
      .constantFrom('/Users', '/Groups', '/Devices', '/Bulk', '/.search', '/Devices/.search', '/Nowhere')
      .map((path) => ({ method: 'post' as const, path: () => path })),
  );
  await fc.assert(
    fc.asyncProperty(hostileJson, target, async (body, { method, path }) => {
      await expectRefusedWhole(send(method, path(), JSON.stringify(body)));
    }),
    CASES,
  );
}, 120_000);

const operationPath = fc.oneof(
  fc.constantFrom(
    'emails[type eq "work"].value',
    'name.__proto__.polluted',
    '__proto__.polluted',
    'constructor.prototype.x',
  ),
  fc.constantFrom(
    'title',
    'emails',
    'name',
    'active',
    'groups',
    'id',
    'tags',
    'parts[value eq "a"].rooms',
    'site.code',
  ),
  fc.constantFrom('members', 'members[type eq "User"]', 'members[not (value eq "a")]', 'members[$ref pr]'),
  fc.constantFrom('urn:ietf:params:scim:schemas:core:2.0:User:title', 'urn:ietf:params:scim:schemas:core:2.0:User'),
  fc.tuple(fc.constantFrom('emails', 'members', 'parts', 'tags'), filterText).map(([name, text]) => `${name}[${text}]`),
  filterText,
  hostileText,
);
const operations = fc.array(
  fc.record(
    { op: fc.constantFrom('add', 'Replace', 'REMOVE', 'move'), path: operationPath, value: hostileJson },
    { requiredKeys: ['op'] },
  ),
  { maxLength: 4 },
);

test('any PATCH is applied whole or refused whole', async () => {
  await fc.assert(
    fc.asyncProperty(operations, resource, async (some, endpoint) => {
      await expectRefusedWhole(send('patch', pathOf(endpoint), patch(...some)));
    }),
    CASES,
  );
}, 120_000);

test('any bulk is answered operation by operation', async () => {
  const some = fc.record(
    {
      method: fc.oneof(fc.constantFrom('POST', 'put', 'PATCH', 'DELETE'), hostileJson),
      path: fc.oneof(fc.constantFrom('/Users', '/Groups/bulkId:a', '/Devices/x', '/Users/bulkId:'), hostileText),
      bulkId: fc.oneof(fc.constantFrom('a', 'b', 'c'), hostileText),
      version: hostileJson,
      data: fc.oneof(hostileJson, operations, fc.constant({ userName: 'bulkId:b', members: [{ value: 'bulkId:a' }] })),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof({ weight: 5, arbitrary: some }, hostileJson), { maxLength: 5 }), async (all) => {
      const { status, body } = await send('post', '/Bulk', JSON.stringify({ schemas: [BULK], Operations: all }));
      // Two operations of one bulkId make the whole message ambiguous.
      if (status === 400) expect(body.scimType).toBe('invalidValue');
      else expect([status, body.Operations.length]).toEqual([200, all.length]);
      for (const one of body.Operations ?? []) expect(Number(one.status)).toBeLessThan(500);
    }),
    CASES,
  );
}, 120_000);

test('any filter, path and paging is answered', async () => {
  const question = fc.oneof(
    fc.tuple(filterText, resource).map(([filter, endpoint]) => `${endpoint}?filter=${inUrl(filter)}`),
    fc.tuple(hostileText, resource).map(([text, endpoint]) => `${endpoint}/${inUrl(text)}`),
    fc
      .tuple(
        hostileText,
        fc.constantFrom('cursor', 'sortBy', 'startIndex', 'count', 'attributes', 'excludedAttributes', 'sortOrder'),
        fc.constantFrom('/', '/Users', '/Groups', '/Devices', '/Schemas', '/ResourceTypes/User'),
      )
      .map(([text, name, path]) => `${path}?${name}=${inUrl(text)}`),
    hostileJson.map((json) => `/Users?cursor=${Buffer.from(JSON.stringify(json)).toString('base64url')}`),
  );
  await fc.assert(
    fc.asyncProperty(question, async (path) => {
      await expectRefusedWhole(send('get', path));
    }),
    CASES,
  );
}, 120_000);

test('any search is answered', async () => {
  const search = fc.record(
    {
      filter: filterText,
      sortBy: hostileText,
      sortOrder: fc.oneof(fc.constant('descending'), hostileText),
      cursor: hostileText,
      startIndex: hostileJson,
      count: fc.oneof(fc.integer(), hostileJson),
      attributes: hostileJson,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(search, fc.constantFrom('', '/Users', '/Groups', '/Devices'), async (parameters, endpoint) => {
      await expectRefusedWhole(
        send('post', `${endpoint}/.search`, JSON.stringify({ schemas: [SEARCH], ...parameters })),
      );
    }),
    CASES,
  );
}, 120_000);

test('the same PUT and the same PATCH, sent again, make no event and no version', async () => {
  const seen = { put: 0, patch: 0 };
  const body = fc.oneof(
    // One operation: the second of two may undo the first, and then the first finds something again.
    operations.map((some) => ({ method: 'patch' as const, json: patch(...some.slice(0, 1)) })),
    fc.tuple(hostileJson, fc.constantFrom('userName', 'displayName')).map(([json, name]) => ({
      method: 'put' as const,
      json: JSON.stringify({ ...Object(json), [name]: 'same', ...phone() }),
    })),
  );
  await fc.assert(
    fc.asyncProperty(body, resource, async ({ method, json }, endpoint) => {
      const { status } = await send(method, pathOf(endpoint), json);
      if (status >= 400) return;
      seen[method] += 1;
      const before = await state();
      const again = await send(method, pathOf(endpoint), json);
      // A replace may find what it selects no more: refused, it has changed nothing either.
      if (again.status < 400) expect(await state()).toEqual(before);
    }),
    CASES,
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
}, 120_000);

test.each([
  ['/Bulk', { schemas: [{ toString: '__proto__' }] }],
  ['/.search', { schemas: [{ toString: null, valueOf: 7 }] }],
])('an object that cannot become a text, where %s has one, once was a 500', async (path, body) => {
  const { status, body: answer } = await send('post', path, JSON.stringify(body));
  expect([status, answer.scimType]).toEqual([400, 'invalidSyntax']);
});

const nested = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);

test.each([
  ['10,000 arrays in one another', nested(10_000, '[', '', ']')],
  ['10,000 objects in one another', `{"userName":"deep","name":${nested(10_000, '{"name":', '1', '}')}}`],
  ['10,000 values of emails in one another', `{"userName":"deep2","emails":${nested(10_000, '[', '', ']')}}`],
  ['a string of nearly 1 MB', JSON.stringify({ userName: 'x'.repeat(1_000_000) })],
  [
    '60,000 e-mail addresses',
    JSON.stringify({ userName: 'y', emails: Array.from({ length: 60_000 }, () => ({ value: 'a' })) }),
  ],
  [
    '60,000 unknown attributes',
    `{"userName":"z",${Array.from({ length: 60_000 }, (_, index) => `"a${index}":1`).join()}}`,
  ],
  ['a number that no number can be', '{"userName":"n","active":1e999}'],
  ['a broken surrogate', '{"userName":"\\ud800"}'],
  ['a NUL', '{"userName":"a\\u0000b"}'],
])('a body with %s is answered', async (_name, body) => {
  await expectRefusedWhole(send('post', '/Users', body));
});

test.each([
  ['nested 1,900 deep', nested(1_900, '(', 'title pr', ')')],
  ['of 4 KB without an end', `title eq "${'x'.repeat(4_000)}`],
  ['with 400 parts', Array.from({ length: 400 }, () => 'title pr').join(' or ')],
  ['above the limit', `title eq "${'x'.repeat(5_000)}"`],
])('a filter %s is refused with its limit or its mistake', async (_name, filter) => {
  const { status, body } = await send('get', `/Users?filter=${encodeURIComponent(filter)}`);
  expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
});

test('texts that stores handle badly come back as they went in, and are told apart', async () => {
  directory = await ingest.addDirectory();
  const names = ['a\0b', 'a', '\ud800', '\ud801', 'e\u0301', '\u00e9'];
  for (const userName of names) {
    expect((await send('post', '/Users', JSON.stringify({ userName }))).body.userName).toBe(userName);
  }
  for (const userName of names) {
    const filter = encodeURIComponent(`userName eq ${JSON.stringify(userName)}`);
    const { body } = await send('get', `/Users?filter=${filter}`);
    expect(body.Resources.map((one: { userName: string }) => one.userName)).toEqual([userName]);
  }
});
