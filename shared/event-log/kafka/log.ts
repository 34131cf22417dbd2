import type { EventLog, LogRecord } from '../port.js';
import { createClient, type ClientOptions } from './client.js';
import { consumeTopic } from './consume.js';
import { createPublisher } from './publisher.js';
import { batchesOf, toMessage } from './records.js';
import { checkTopic } from './topic.js';

export interface KafkaLogOptions extends ClientOptions {
  readonly topic: string;
  readonly partitions: number;
}

/** The event log in a Kafka topic: one record per event, key `directoryId`, value the event's body. Connects when it is first used. */
export function createKafkaLog(options: KafkaLogOptions): EventLog {
  const { brokers, topic, partitions, logger } = options;
  const kafka = createClient(options);
  const publisher = createPublisher(kafka, topic);
  const publishing = new Map<number, Promise<void>>();

  const sendAll = async (partition: number, records: readonly LogRecord[]): Promise<void> => {
    for (const batch of batchesOf(records)) {
      await publisher.send(
        partition,
        batch.map((record) => toMessage(partition, record)),
      );
    }
  };

  return {
    async publish(partition, records) {
      // One call at a time is the caller's duty; a record lost in silence would be too high a price for a mistake in it.
      const before = publishing.get(partition) ?? Promise.resolve();
      const done = before.then(() => sendAll(partition, [...records]));
      publishing.set(
        partition,
        done.catch(() => undefined),
      );
      await done.catch((error: unknown) => {
        throw cannotPublish(topic, error);
      });
    },
    consume: (group, consumer, signal) =>
      consumeTopic({ kafka, topic, groupId: groupId(topic, group), consumer, logger, signal }),
    check: () => checkTopic(kafka, { brokers, topic, partitions }),
    close: () => publisher.close(),
  };
}

/** What the brokers call the consumers of `group`. */
export const groupId = (topic: string, group: string): string => `${topic}.${group}`;

function cannotPublish(topic: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const isTooLarge = /larger than the max message size/.test(reason);
  const remedy = isTooLarge ? '; set its max.message.bytes to 4194304, as rollcall migrate does' : '';
  return new Error(`Kafka topic ${topic}: ${reason}${remedy}`, { cause: error });
}
