import fc from 'fast-check';
import { distinct, parseDateTime, readSingle, readValue, sameValue } from '../../../shared/scim/values.js';
import { attribute } from '../../../shared/scim/schemas/define.js';
import type { Attribute } from '../../../shared/scim/schema.js';
import { refusal } from './refusals.js';

const of = (type: Attribute['type'], multiValued = false) => attribute('thing', '', { type, multiValued });

describe('types that the built-in schemas do not use', () => {
  test.each([
    ['integer', 7],
    ['integer', -7],
    ['decimal', 7.5],
    ['decimal', 7],
    ['dateTime', '2026-01-31T09:30:00Z'],
    ['dateTime', '2026-01-31T09:30:00.123+02:00'],
    ['dateTime', '2026-01-31T09:30:00'],
    ['dateTime', '2024-02-29T23:59:59Z'],
    ['binary', 'AAEC'],
    ['reference', 'https://example.com'],
  ] as const)('%s takes %p as it is', (type, value) => {
    expect(readSingle(of(type), value, 'thing')).toBe(value);
  });

  test.each([
    ['integer', 7.5],
    ['integer', '7'],
    ['integer', 2 ** 60],
    ['decimal', '7.5'],
    ['dateTime', '2026-01-31'],
    ['dateTime', '31 January 2026'],
    ['dateTime', '2026-13-31T09:30:00Z'],
    ['dateTime', '2011-02-30T00:00:00Z'],
    ['dateTime', '2026-02-29T00:00:00+02:00'],
    ['dateTime', '2026-04-31T00:00:00'],
    ['dateTime', 1_700_000_000_000],
    ['binary', 7],
    ['reference', {}],
  ] as const)('%s refuses %p', (type, value) => {
    expect(refusal(() => readSingle(of(type), value, 'thing'))).toMatch(/^invalidValue: thing: it is a/);
  });

  test('a multi-valued attribute without sub-attributes keeps equal values once', () => {
    expect(readValue(of('string', true), ['a', 'b', 'a', null], 'thing')).toEqual(['a', 'b']);
  });

  test('a value that JSON cannot have is refused too', () => {
    expect(refusal(() => readSingle(of('string'), Symbol('x'), 'thing'))).toContain('something else');
  });
});

test('a time without a zone is read as UTC', () => {
  expect(parseDateTime('2026-01-31T09:30:00')).toBe(Date.UTC(2026, 0, 31, 9, 30));
  expect(parseDateTime('2026-01-31t09:30:00z')).toBe(Date.UTC(2026, 0, 31, 9, 30));
  expect(parseDateTime('2026-01-31T09:30:00+02:00')).toBe(Date.UTC(2026, 0, 31, 7, 30));
});

describe('what says the same', () => {
  test('is told apart neither by the order of names nor by that of values', () => {
    expect(sameValue({ a: '1', b: [{ c: '2' }, 'x'] }, { b: ['x', { c: '2' }], a: '1' })).toBe(true);
  });

  test.each([
    ['1', 1],
    ['true', true],
    [['a', 'b'], ['a,b']],
    [['a'], 'a'],
    [{ a: 'b' }, { a: ['b'] }],
    [{ 'a":"b': 'c' }, { a: 'b":"c' }],
  ])('but %j and %j are different', (a, b) => {
    expect(sameValue(a, b)).toBe(false);
  });
});

test('many values are told apart in linear time', () => {
  const values = Array.from({ length: 50_000 }, (_, index) => ({ value: `user-${index % 40_000}`, type: 'work' }));
  expect(distinct(values).length).toBe(40_000);
});

test('few values are told apart as many are', () => {
  const text = fc.constantFrom('a', 'b', 'a b', '1:a');
  const entry = fc.record(
    {
      value: fc.oneof(text, fc.constantFrom(1, true), fc.array(text, { minLength: 1, maxLength: 2 })),
      type: text,
      display: text,
      primary: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const others = Array.from({ length: 9 }, (_, index) => `other ${index}`);
  let merged = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(entry, text), { maxLength: 8 }), (values) => {
      const few = distinct(values);
      expect(distinct([...values, ...others])).toEqual([...few, ...others]);
      if (few.length < values.length) merged += 1;
    }),
  );
  expect(merged).toBeGreaterThan(10);
});
