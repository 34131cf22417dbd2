import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readMessages, type Message } from '../../../services/cli/api/event-stream.js';
import { refusal } from '../../../services/cli/api/failures.js';
import { exitCodeOf } from '../../../services/cli/exit-codes.js';
import { time } from '../../../services/cli/flags.js';
import { renderBar } from '../../../services/cli/output/bar.js';
import { subjectOf } from '../../../services/cli/output/subject.js';
import { renderFields, renderTable, type Column } from '../../../services/cli/output/table.js';
import { createPaint } from '../../../services/cli/paint.js';

const paint = createPaint(false);
const columns: readonly Column[] = [{ field: 'id' }, { field: 'name', isFlexible: true }, { field: 'createdAt' }];

test('a table fits the screen: flexible columns are cut, the last ones left out, ids never cut', () => {
  const items = [{ id: '0190-a', name: 'Acme and Sons', createdAt: '2026-01-31T09:30:00.123Z' }];
  expect(renderTable(columns, items, { paint })).toEqual([
    'id      name           created at',
    '0190-a  Acme and Sons  2026-01-31T09:30:00Z',
  ]);
  expect(renderTable(columns, items, { paint, width: 40 })[1]).toBe('0190-a  Acme and …  2026-01-31T09:30:00Z');
  expect(renderTable(columns, items, { paint, width: 30 })).toEqual(['id      name', '0190-a  Acme and Sons']);
  expect(renderTable(columns, items, { paint, width: 3 })).toEqual(['id', '0190-a']);
});

test('no line of a table is longer than the screen is wide, unless an id is', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: cell, createdAt: cell })),
      fc.integer({ min: 1, max: 120 }),
      (items, width) => {
        const lines = renderTable(
          columns,
          items.map((item) => ({ id: '0190', ...item })),
          { paint, width },
        );
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(width, 4));
      },
    ),
  );
});

test('what others wrote cannot steer a terminal', () => {
  const evil = { id: 'x', name: 'a\u001b[2J\nb', createdAt: null };
  expect(renderTable(columns, [evil], { paint })[1]).toBe('x   a [2J b  -');
  expect(renderFields(evil, paint)).toEqual(['id         x', 'name       a [2J b', 'createdAt  -']);
});

test('fields of objects are told by their path, secrets with a warning', () => {
  const told = renderFields({ id: '1', rateLimit: { perSecond: 5 }, types: ['a', 'b'], empty: {}, secret: 's' }, paint);
  expect(told).toEqual([
    'id                   1',
    'rateLimit.perSecond  5',
    'types                a,b',
    'empty                {}',
    'secret               s  shown this once',
  ]);
});

test.each([
  [{ userName: 'ann@acme.example', id: '1' }, 'ann@acme.example'],
  [{ displayName: 'Admins', id: '1' }, 'Admins'],
  [{ group: { displayName: 'Admins' }, members: [{}, {}] }, 'Admins, 2 of its members'],
  [{ resourceType: 'Device', id: '1' }, 'Device 1'],
  [{ id: '1', erased: true }, '1'],
])('the subject of %j', (data, subject) => {
  expect(subjectOf({ data })).toBe(subject);
});

test('a bar', () => {
  expect([renderBar(0, 4), renderBar(1, 4), renderBar(4, 4)]).toEqual([
    `${'░'.repeat(30)} 0 of 4`,
    `${'█'.repeat(7)}${'░'.repeat(23)} 1 of 4`,
    `${'█'.repeat(30)} 4 of 4`,
  ]);
});

test('a stream of events is read alike however it is cut into pieces; what is cut short is left out', async () => {
  const text =
    'id: a\nevent: user.created\ndata: {"n":"ü"}\n\n: heartbeat\nid: b\n\nid: c\nevent: x\ndata: 1\n\nid: d\ndata: {"cut';
  const wanted: Message[] = [
    { id: 'a', data: '{"n":"ü"}' },
    { id: 'b', data: undefined },
    { id: 'c', data: '1' },
  ];
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 })), async (cuts) => {
      const edges = [0, ...cuts.sort((one, other) => one - other), bytes.length];
      const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      const read: Message[] = [];
      for await (const message of readMessages(Readable.from(pieces))) read.push(message);
      expect(read).toEqual(wanted);
    }),
  );
});

test('times are those of the API, or how long ago', () => {
  expect(time('2026-01-31T09:30:00+01:00')).toBe('2026-01-31T08:30:00.000Z');
  expect(time('2026-01-31')).toBe('2026-01-31T00:00:00.000Z');
  const ago = Date.now() - Date.parse(time('90m'));
  expect(ago).toBeGreaterThanOrEqual(90 * 60_000);
  expect(ago).toBeLessThan(91 * 60_000);
  for (const wrong of ['yesterday', '5', '', '10 m', '2026-13-01'])
    expect(() => time(wrong)).toThrow('It must be a time');
});

test('exit codes by kind, and words for what is no Rollcall', () => {
  expect([400, 401, 403, 404, 409, 410, 412, 413, 422, 429, 500, 502, 503].map(exitCodeOf)).toEqual([
    ...[2, 77, 77, 3, 4, 3, 4, 2, 2, 69, 1, 1, 69],
  ]);
  expect(refusal(404, '<html>', 'GET http://x').message).toBe(
    'GET http://x was answered 404, by something that is no Rollcall',
  );
});
