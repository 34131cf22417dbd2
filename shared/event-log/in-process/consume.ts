import { setImmediate as othersTurn } from 'node:timers/promises';
import { failPoint } from '../../runtime/fail-point.js';
import type { Logger } from '../../runtime/logger.js';
import { pauseAfter, type BackOff } from '../../runtime/pause.js';
import type { Wakeup } from '../../runtime/wakeup.js';
import type { EventReader, LogCursor, PositionedEvent } from '../../store/port.js';
import type { Outage } from '../outage.js';
import { persist } from '../persist.js';
import type { ConsumedRecord, LogConsumer } from '../port.js';
import { offsetOf } from './offset.js';

export interface PartitionOptions {
  readonly partition: number;
  readonly group: string;
  readonly consumer: LogConsumer;
  readonly events: EventReader;
  /** Woken when the partition has grown. */
  readonly published: Wakeup;
  /** Of the whole consumer. */
  readonly outage: Outage;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Records of one call to the handler. */
const RECORDS_MAX = 500;
/** Who publishes is in the same process and wakes: what finds nothing need not look often, and a process at rest sleeps. */
const IDLE: BackOff = { firstMs: 10, longestMs: 5000 };
const FAILING: BackOff = { firstMs: 100, longestMs: 5000 };

/** Hands a partition's records to the consumer until the signal aborts. Never rejects: what fails is tried again. */
export async function consumePartition(options: PartitionOptions): Promise<void> {
  const { partition, consumer, outage, logger, signal } = options;
  const insist = (work: () => Promise<void>): Promise<boolean> =>
    persist(work, FAILING, signal, (error) => outage.failed(partition, error));
  if (!(await insist(() => consumer.assigned(partition)))) return;
  outage.ended(partition);
  const next = createReader(options);
  let idle = 0;
  while (!signal.aborted) {
    let handled = 0;
    if (!(await insist(async () => void (handled = await next())))) break;
    outage.ended(partition);
    idle = handled > 0 ? 0 : idle + 1;
    // A local store answers without ever leaving the process: without this turn a backlog would keep everything else waiting.
    if (handled > 0) await othersTurn();
    else await options.published.wait(pauseAfter(IDLE, idle), signal);
  }
  try {
    await consumer.revoked(partition);
  } catch (error) {
    logger.error({ err: error, partition }, 'A partition of the event log was not given up in order.');
  }
}

/** Hands on the next records, if there are any; answers how many. When it rejects, the same ones come again. */
function createReader({ partition, group, consumer, events }: PartitionOptions): () => Promise<number> {
  let cursor: LogCursor | undefined;
  return async () => {
    cursor ??= await events.loadCursor(group, partition);
    const found = await events.after(partition, cursor, RECORDS_MAX);
    const last = found.at(-1);
    if (last === undefined) return 0;
    await consumer.records(partition, found.map(toRecord));
    const handled = { position: last.position, index: last.index };
    await events.saveCursor(group, partition, handled);
    cursor = handled;
    failPoint('fan-out.done');
    return found.length;
  };
}

function toRecord(event: PositionedEvent): ConsumedRecord {
  const { id, directoryId, type, seq, body, traceparent } = event;
  const record = { directoryId, eventId: id, type, seq, body, offset: offsetOf(event) };
  return traceparent === undefined ? record : { ...record, traceparent };
}
