import type { KafkaMessage, Message } from 'kafkajs';
import { parseTraceparent } from '../../events/trace-context.js';
import type { ConsumedRecord, LogRecord } from '../port.js';

/** A Kafka record of the topic: key and value are bytes of UTF-8. */
export const toMessage = (
  partition: number,
  { directoryId, eventId, type, seq, body, traceparent }: LogRecord,
): Message => ({
  partition,
  key: directoryId,
  value: body,
  headers: { 'event-id': eventId, 'event-type': type, seq: String(seq), ...(traceparent && { traceparent }) },
});

/** Undefined for a record that is not one of ours. */
export function fromMessage({ key, value, headers = {}, offset }: KafkaMessage): ConsumedRecord | undefined {
  const header = (name: string): string | undefined => {
    const found = headers[name];
    return Buffer.isBuffer(found) || typeof found === 'string' ? found.toString() : undefined;
  };
  const [eventId, type, seq] = [header('event-id'), header('event-type'), Number(header('seq'))];
  if (key === null || value === null || eventId === undefined || type === undefined) return undefined;
  if (!Number.isSafeInteger(seq) || seq < 1) return undefined;
  const record = { directoryId: key.toString(), eventId, type, seq, body: value.toString(), offset: Number(offset) };
  const traceparent = parseTraceparent(header('traceparent'));
  return traceparent === undefined ? record : { ...record, traceparent };
}

/** Bodies of one send, at most, unless a single one is larger; the topic takes 4 MiB. */
export const BATCH_BYTES = 1024 * 1024;
export const BATCH_RECORDS = 1000;

/** The records in sends of a size that the topic takes, in the same order. */
export function batchesOf(records: readonly LogRecord[]): LogRecord[][] {
  const batches: LogRecord[][] = [];
  let batch: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(record.body);
    if (batch.length > 0 && (bytes + size > BATCH_BYTES || batch.length === BATCH_RECORDS)) {
      batches.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(record);
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
