import fc from 'fast-check';
import {
  BATCH_BYTES,
  BATCH_RECORDS,
  batchesOf,
  fromMessage,
  toMessage,
} from '../../../shared/event-log/kafka/records.js';
import type { LogRecord } from '../../../shared/event-log/port.js';

const record = (seq: number, body = '{}'): LogRecord => ({
  directoryId: 'directory',
  eventId: `event-${seq}`,
  type: 'user.created',
  seq,
  body,
});

const message = (from: LogRecord, headers?: Record<string, string | undefined>) => {
  const made = toMessage(3, from);
  return {
    key: Buffer.from(String(made.key)),
    value: Buffer.from(String(made.value)),
    headers: headers ?? made.headers ?? {},
    offset: '9007199254740991',
    timestamp: '0',
    attributes: 0,
  };
};

describe('a Kafka record', () => {
  test('is read back as it was written', () => {
    const written = record(12, '{"name":"Zoë 🙂"}');
    expect(fromMessage(message(written))).toEqual({ ...written, offset: Number.MAX_SAFE_INTEGER });
  });

  test('carries trace context where there is one, and drops what is none', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const traced = { ...record(12), traceparent };
    expect(toMessage(3, traced).headers).toMatchObject({ traceparent });
    expect(toMessage(3, record(12)).headers).not.toHaveProperty('traceparent');
    expect(fromMessage(message(traced))).toMatchObject(traced);
    expect(fromMessage(message({ ...traced, traceparent: 'none' }))).not.toHaveProperty('traceparent');
  });

  test.each([
    ['no headers', {}],
    ['no event id', { 'event-type': 'user.created', seq: '1' }],
    ['no type', { 'event-id': 'event', seq: '1' }],
    ['no seq', { 'event-id': 'event', 'event-type': 'user.created' }],
    ['a seq that is no number', { 'event-id': 'event', 'event-type': 'user.created', seq: 'one' }],
    ['a seq before the first', { 'event-id': 'event', 'event-type': 'user.created', seq: '0' }],
  ])('with %s is not one of ours', (_, headers) => {
    expect(fromMessage(message(record(1), headers))).toBeUndefined();
  });

  test('without key or value is not one of ours', () => {
    expect(fromMessage({ ...message(record(1)), key: null })).toBeUndefined();
    expect(fromMessage({ ...message(record(1)), value: null })).toBeUndefined();
  });
});

describe('sends', () => {
  test('hold all records in their order, none of them too large, unless it is a single record', () => {
    const sizes = fc.array(fc.integer({ min: 2, max: BATCH_BYTES + 10 }), { maxLength: 8 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const records = lengths.map((length, index) => record(index + 1, 'x'.repeat(length)));
        const batches = batchesOf(records);
        expect(batches.flat()).toEqual(records);
        for (const batch of batches) {
          const bytes = batch.reduce((sum, { body }) => sum + body.length, 0);
          expect(batch.length === 1 || bytes <= BATCH_BYTES).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('hold a bounded number of records', () => {
    const batches = batchesOf(Array.from({ length: BATCH_RECORDS * 2 + 1 }, (_, index) => record(index + 1)));
    expect(batches.map((batch) => batch.length)).toEqual([BATCH_RECORDS, BATCH_RECORDS, 1]);
  });

  test('count bytes, not characters', () => {
    const half = '🙂'.repeat(BATCH_BYTES / 4 / 2 + 1);
    expect(batchesOf([record(1, half), record(2, half)])).toHaveLength(2);
    expect(batchesOf([])).toEqual([]);
  });
});
