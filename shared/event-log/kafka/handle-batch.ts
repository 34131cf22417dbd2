import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { failPoint } from '../../runtime/fail-point.js';
import type { Logger } from '../../runtime/logger.js';
import { pauseAfter, type BackOff } from '../../runtime/pause.js';
import type { Outage } from '../outage.js';
import type { LogConsumer } from '../port.js';
import type { Ownership } from './ownership.js';
import { fromMessage } from './records.js';

export interface BatchHandlerOptions {
  readonly topic: string;
  readonly ownership: Ownership;
  readonly consumer: LogConsumer;
  readonly outage: Outage;
  readonly logger: Logger;
}

/** Records of one call to the consumer. */
const RECORDS_MAX = 500;
/** How often the group hears of a member whose consumer takes its time; the driver sends nothing by itself meanwhile. */
const HEARTBEAT_MS = 1000;
const FAILING: BackOff = { firstMs: 100, longestMs: 10_000 };

/**
 * What becomes of a fetched batch: slice by slice, first the consumer's work, then the offset's commit. Where the consumer
 * throws, the partition alone is paused, and then fetched again from the same record: an error that reached the driver would
 * hold up every partition. What fails between here and the brokers is the driver's business, and does reach it.
 */
export function createBatchHandler(options: BatchHandlerOptions): (payload: EachBatchPayload) => Promise<void> {
  const { ownership, outage } = options;
  const failures = new Map<number, number>();
  return async (payload) => {
    const { partition, messages } = payload.batch;
    const beats = keepBeating(() => payload.heartbeat());
    try {
      if (!(await Promise.race([ownership.ready(partition), beats.failed]))) return;
      for (const slice of slices(messages)) {
        const outcome = await handle(options, partition, slice);
        if (outcome === 'lost') return;
        if (outcome === 'failed') {
          failures.set(partition, (failures.get(partition) ?? 0) + 1);
          setTimeout(payload.pause(), pauseAfter(FAILING, failures.get(partition) ?? 1)).unref();
          return;
        }
        failures.delete(partition);
        outage.ended(partition);
        await commit(options.topic, payload, slice);
      }
    } finally {
      beats.stop();
    }
  };
}

function* slices(messages: readonly KafkaMessage[]): Generator<readonly KafkaMessage[]> {
  for (let start = 0; start < messages.length; start += RECORDS_MAX) yield messages.slice(start, start + RECORDS_MAX);
}

async function handle(
  { topic, ownership, consumer, outage, logger }: BatchHandlerOptions,
  partition: number,
  messages: readonly KafkaMessage[],
): Promise<'handled' | 'failed' | 'lost'> {
  const records = messages.flatMap((message) => {
    const record = fromMessage(message);
    if (record === undefined) {
      logger.error(
        { topic, partition, offset: message.offset },
        'Skipped a record of the event log that no relay has written.',
      );
    }
    return record ?? [];
  });
  try {
    const isOurs = await ownership.handle(partition, () => consumer.records(partition, records));
    return isOurs ? 'handled' : 'lost';
  } catch (error) {
    outage.failed(partition, error);
    return 'failed';
  }
}

/** The next fetch, and the next owner, begin after the last of these messages. */
async function commit(topic: string, payload: EachBatchPayload, messages: readonly KafkaMessage[]): Promise<void> {
  const last = messages.at(-1);
  if (last === undefined) return;
  const { partition } = payload.batch;
  const offset = String(BigInt(last.offset) + 1n);
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  failPoint('fan-out.done');
  payload.resolveOffset(last.offset);
  await payload.heartbeat();
}

/** Heartbeats until stopped. `failed` rejects when the group no longer counts on this member; it never resolves. */
function keepBeating(heartbeat: () => Promise<void>): { readonly failed: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setInterval(() => void heartbeat().catch(reject), HEARTBEAT_MS);
  });
  failed.catch(() => undefined);
  return { failed, stop: () => clearInterval(timer) };
}
