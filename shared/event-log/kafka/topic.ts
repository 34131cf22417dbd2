import { KafkaJSAggregateError, KafkaJSProtocolError, type Admin, type Kafka } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../runtime/logger.js';
import type { LogSecurity } from '../security.js';
import { pauseAfter, type BackOff } from '../../runtime/pause.js';
import { createClient } from './client.js';

export interface TopicOptions {
  /** `host:port` of brokers to begin with. */
  readonly brokers: readonly string[];
  /** Undefined: in the clear, and as nobody in particular. */
  readonly security?: LogSecurity | undefined;
  readonly topic: string;
  readonly partitions: number;
  readonly logger: Logger;
}

/** Room for the largest event; the broker's own default is 1 MiB. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
/** A cluster that has just started needs a moment to elect leaders and load its coordinators. */
const PATIENCE_MS = 30_000;
const WAITING: BackOff = { firstMs: 100, longestMs: 2000 };

/**
 * Makes the topic, with the brokers' default replication, or checks the one that is there. Rejects when it has another number
 * of partitions: the partition of a directory must be the same everywhere, so that nobody changes it in passing.
 */
export async function ensureTopic({ brokers, security, topic, partitions, logger }: TopicOptions): Promise<void> {
  const kafka = createClient({ brokers, security, clientId: 'rollcall-migrate', logger });
  await withAdmin(kafka, brokers, async (admin) => {
    const isNew = await patiently(() => create(admin, topic, partitions));
    await patiently(() => checkPartitions(admin, topic, partitions));
    if (isNew) logger.info({ topic, partitions }, 'Made the topic of the event log.');
  });
}

/** Rejects when the topic is not there or has another number of partitions, naming both. */
export async function checkTopic(
  kafka: Kafka,
  { brokers, topic, partitions }: Omit<TopicOptions, 'logger' | 'security'>,
): Promise<void> {
  await withAdmin(kafka, brokers, (admin) => patiently(() => checkPartitions(admin, topic, partitions)));
}

/** Rejects with an error that names the brokers when none can be reached. */
export async function withAdmin<T>(
  kafka: Kafka,
  brokers: readonly string[],
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `Kafka: none of ${brokers.join(', ')} can be reached (${reason}); start it or mend KAFKA_BROKERS`,
        {
          cause: error,
        },
      );
    });
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Answers false when the topic was there before. */
async function create(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  const configEntries = [{ name: 'max.message.bytes', value: String(MESSAGE_BYTES_MAX) }];
  return admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }] });
}

async function checkPartitions(admin: Admin, topic: string, partitions: number): Promise<void> {
  const found = await partitionsOf(admin, topic);
  if (found === partitions) return;
  throw new Error(
    found === 0
      ? `Kafka topic ${topic}: there is none; make it with ${partitions} partitions (ROLLCALL_LOG_PARTITIONS): run rollcall migrate`
      : `Kafka topic ${topic}: it has ${found} partitions, but ROLLCALL_LOG_PARTITIONS is ${partitions}; set that to ${found} in every role, or ${mend(found, partitions)}`,
  );
}

const mend = (found: number, partitions: number): string =>
  found < partitions
    ? `add partitions to the topic until it has ${partitions}`
    : `name another topic in ROLLCALL_KAFKA_TOPIC and make it with rollcall migrate`;

/** 0 where there is no such topic. */
export async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  const topics = await admin.listTopics();
  if (!topics.includes(topic)) return 0;
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  return metadata.topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
}

/** Tries again while the cluster says that it is not ready yet. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() > until) throw reasonOf(error);
      await delay(pauseAfter(WAITING, failures));
    }
  }
}

/** Of several errors, each of one topic, the first; there is but one topic. */
function reasonOf(error: unknown): unknown {
  return error instanceof KafkaJSAggregateError ? (error.errors[0] ?? error) : error;
}

function isPassing(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason instanceof KafkaJSProtocolError && reason.retriable;
}
