import fc from 'fast-check';
import request from 'supertest';
import { startIngest, type IngestHarness } from '../support/ingest.js';

/** Whatever a client sends: an answer that is no 500, in reasonable time, and nothing written by half. */

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Nothing a client sends in one request may keep the process from others for longer; generous for a busy machine. */
const PATIENCE_MS = 2_000;

let ingest: IngestHarness;
let directory: Awaited<ReturnType<IngestHarness['addDirectory']>>;
let id: string;

beforeAll(async () => {
  ingest = await startIngest();
  directory = await ingest.addDirectory();
  id = (await send('post', '/Users', JSON.stringify({ userName: 'ann', title: 'Cook' }))).body.id;
});
afterAll(() => ingest.store.close());

const send = (method: 'get' | 'post' | 'put' | 'patch', path: string, body?: string) => {
  const sent = request(ingest.app)
    [method](directory.base + path)
    .set('authorization', `Bearer ${directory.token}`)
    .set('content-type', 'application/scim+json')
    .timeout(PATIENCE_MS);
  return body === undefined ? sent : sent.send(body);
};
const state = async (): Promise<unknown> => ({
  head: await ingest.store.commits.head(directory.id),
  ann: await ingest.store.resources.get(directory.id, 'User', id),
});
/** A URL has no lone surrogates. */
const inUrl = (text: string): string => encodeURIComponent(text.toWellFormed());
const patch = (...Operations: unknown[]): string => JSON.stringify({ schemas: [PATCH_OP], Operations });

/** A refusal leaves everything as it was. */
async function expectRefusedWhole(sent: request.Test): Promise<void> {
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

test('any JSON as a create, a replace or a bulk is stored whole or refused whole', async () => {
  await fc.assert(
    fc.asyncProperty(hostileJson, fc.constantFrom('/Users', '/Groups', '/Bulk', '/.search'), async (body, path) => {
      await expectRefusedWhole(send('post', path, JSON.stringify(body)));
      await expectRefusedWhole(send('put', `/Users/${id}`, JSON.stringify(body)));
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('any PATCH is applied whole or refused whole', async () => {
  const path = fc.oneof(
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
      'urn:ietf:params:scim:schemas:core:2.0:User:title',
    ),
    filterText,
    hostileText,
  );
  const operation = fc.record(
    { op: fc.constantFrom('add', 'Replace', 'REMOVE', 'move'), path, value: hostileJson },
    { requiredKeys: ['op'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 4 }), async (operations) => {
      await expectRefusedWhole(send('patch', `/Users/${id}`, patch(...operations)));
    }),
    { numRuns: 500 },
  );
}, 60_000);

test('any filter, path and paging is answered', async () => {
  await fc.assert(
    fc.asyncProperty(filterText, hostileText, async (filter, text) => {
      const parameters = new URLSearchParams({ filter, sortBy: text, startIndex: text, attributes: text }).toString();
      await expectRefusedWhole(send('get', `/Users?filter=${inUrl(filter)}`));
      await expectRefusedWhole(send('get', `/Groups?${parameters}`));
      await expectRefusedWhole(send('get', `/Users?cursor=${inUrl(text)}`));
      await expectRefusedWhole(send('get', `/Users/${inUrl(text)}`));
    }),
    { numRuns: 300 },
  );
}, 60_000);

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
