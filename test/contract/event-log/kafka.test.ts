import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { createKafkaLog } from '../../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../../shared/event-log/kafka/topic.js';
import type { EventLog, LogRecord } from '../../../shared/event-log/port.js';
import { newId } from '../../../shared/runtime/ids.js';
import { eventually } from '../../support/eventually.js';
import { silent } from '../../support/ingest.js';
import { kafkaBrokers, newTopic } from '../../support/kafka-topics.js';
import { skipSuite } from '../../support/skip-suite.js';
import { TRACEPARENT } from '../store/suite/fixtures.js';
import { describeEventLog } from './suite/event-log.js';
import type { EventLogHarness } from './suite/harness.js';
import { startRecorder, withoutOffset, type Recorder } from './suite/recorder.js';

const recordOf = (directoryId: string, seq: number, body?: string): LogRecord => {
  const eventId = newId();
  return {
    directoryId,
    eventId,
    type: 'user.created',
    seq,
    body: body ?? JSON.stringify({ eventId, seq, name: 'Zoë 🙂' }),
  };
};

const logOf = (topic: string, partitions: number, at: readonly string[]): EventLog =>
  createKafkaLog({ brokers: at, topic, partitions, clientId: 'rollcall-test', logger: silent });

function kafkaHarness(at: readonly string[]): EventLogHarness {
  const logs: EventLog[] = [];
  return {
    name: 'Kafka',
    async start(partitions) {
      const topic = newTopic();
      await ensureTopic({ brokers: at, topic, partitions, logger: silent });
      const lastSeqs = new Map<string, number>();
      return {
        open(count = partitions) {
          const log = logOf(topic, count, at);
          logs.push(log);
          return log;
        },
        async publish(log, { id, partition }, count) {
          const before = lastSeqs.get(id) ?? 0;
          lastSeqs.set(id, before + count);
          const records = Array.from({ length: count }, (_, index) => ({
            ...recordOf(id, before + index + 1),
            traceparent: TRACEPARENT,
          }));
          await log.publish(partition, records);
          return records;
        },
      };
    },
    async stop() {
      for (const log of logs) await log.close();
    },
  };
}

if (kafkaBrokers === undefined) {
  skipSuite('the event log on Kafka', 'KAFKA_BROKERS is not set');
} else {
  describeEventLog(kafkaHarness(kafkaBrokers));
  describeTopic(kafkaBrokers);
}

function describeTopic(at: readonly string[]): void {
  const kafka = new Kafka({ brokers: [...at], logLevel: logLevel.NOTHING });
  const options = (partitions: number, topic = newTopic()) => ({ brokers: at, topic, partitions, logger: silent });

  describe('Kafka: the topic', () => {
    test('is made once, with room for the largest event, and another number of partitions is refused', async () => {
      const made = options(3);
      await Promise.all([ensureTopic(made), ensureTopic(made)]);
      await ensureTopic(made);
      const admin = kafka.admin();
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: made.topic, configNames: ['max.message.bytes'] }],
      });
      await admin.disconnect();
      expect(resources[0]?.configEntries[0]?.configValue).toBe('4194304');
      await expect(ensureTopic(options(5, made.topic))).rejects.toThrow(
        /it has 3 partitions, but ROLLCALL_LOG_PARTITIONS is 5/,
      );
      await expect(ensureTopic(options(2, made.topic))).rejects.toThrow(
        /it has 3 partitions, but ROLLCALL_LOG_PARTITIONS is 2/,
      );
    });

    test('that is not there is refused by name, with how to make it', async () => {
      const { topic } = options(3);
      await expect(logOf(topic, 3, at).check()).rejects.toThrow(
        new RegExp(`${topic}: there is none.*rollcall migrate`),
      );
    });

    test('holds a record for each event: key, value and headers as documented', async () => {
      const { topic, ...rest } = options(2);
      await ensureTopic({ topic, ...rest });
      const log = logOf(topic, 2, at);
      const records = [recordOf('directory', 1), recordOf('directory', 2)];
      await log.publish(1, records);
      await log.close();
      const found = await readBack(kafka, topic, 2);
      expect(found).toEqual(
        records.map(({ eventId, seq, body }) => ({
          partition: 1,
          key: 'directory',
          value: body,
          headers: { 'event-id': eventId, 'event-type': 'user.created', seq: String(seq) },
        })),
      );
    });

    test('takes more in one call than fits into one send', async () => {
      const made = options(1);
      await ensureTopic(made);
      const log = logOf(made.topic, 1, at);
      const large = JSON.stringify({ text: 'x'.repeat(900_000) });
      const records = Array.from({ length: 6 }, (_, index) => recordOf('directory', index + 1, large));
      await log.publish(0, records);
      await log.publish(0, [recordOf('directory', 7, JSON.stringify({ text: 'x'.repeat(3_500_000) }))]);
      const recorder = startRecorder(log, newId());
      await recorder.until(7);
      await recorder.stop();
      expect(recorder.handled().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      await expect(log.publish(0, [recordOf('directory', 8, 'x'.repeat(4_500_000))])).rejects.toThrow(
        /max.message.bytes/,
      );
      await log.publish(0, [recordOf('directory', 8)]);
      await log.close();
    });

    test('may hold records of somebody else, which are passed over', async () => {
      const made = options(1);
      await ensureTopic(made);
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: made.topic, messages: [{ key: 'k', value: 'v' }, { value: null }] });
      await producer.disconnect();
      const log = logOf(made.topic, 1, at);
      const record = recordOf('directory', 1);
      await log.publish(0, [record]);
      const recorder = startRecorder(log, newId());
      await recorder.until(1);
      await recorder.stop();
      await log.close();
      expect(recorder.handled().map(withoutOffset)).toEqual([record]);
    });
  });

  describe('Kafka: a group', () => {
    test('is shared by its members: a partition that moves goes on with its new owner where the old one was', async () => {
      const made = options(4);
      await ensureTopic(made);
      const log = logOf(made.topic, 4, at);
      const group = newId();
      const published: number[] = [0, 0, 0, 0];
      const publishAll = async (): Promise<void> => {
        for (const [partition, seq] of published.entries()) {
          published[partition] = seq + 1;
          await log.publish(partition, [recordOf(`directory-${partition}`, seq + 1)]);
        }
      };
      const isOwner = (recorder: Recorder) => (partition: number) =>
        recorder.calls(partition).findLast((call) => typeof call === 'string') === 'assigned';
      const owned = (recorder: Recorder): number[] => [0, 1, 2, 3].filter(isOwner(recorder));

      const first = startRecorder(log, group);
      await publishAll();
      await first.until(4);
      const second = startRecorder(log, group);
      await eventually('each of them has half of it', async () => {
        await publishAll();
        return owned(first).length === 2 && owned(second).length === 2;
      });
      await publishAll();
      await first.stop();
      await publishAll();
      const handled = (partition: number): number[] =>
        [...first.handled(partition), ...second.handled(partition)].map(({ seq }) => seq);
      await eventually('everything handled', () =>
        published.every((last, partition) => new Set(handled(partition)).size === last),
      );
      expect(owned(second)).toEqual([0, 1, 2, 3]);
      await second.stop();
      await log.close();
      // The partitions came from a member that had let go of them: none was handled twice.
      for (const partition of published.keys()) expect(handled(partition)).toHaveLength(published[partition] ?? 0);
    });
  });

  describe('Kafka: while no broker can be reached', () => {
    const nowhere = ['127.0.0.1:1'];

    test('publish and check reject, naming what they need; a consumer waits, and stops when told to', async () => {
      const log = logOf('topic', 1, nowhere);
      const recorder = startRecorder(log, newId());
      await Promise.all([
        expect(log.publish(0, [recordOf('directory', 1)])).rejects.toThrow(/^Kafka topic topic: .*ECONNREFUSED/),
        expect(log.check()).rejects.toThrow(/127.0.0.1:1 can be reached.*KAFKA_BROKERS/),
      ]);
      await recorder.stop();
      expect(recorder.calls(0)).toEqual([]);
      await log.close();
    });
  });
}

/** What is in the topic, read by a plain consumer of its own. */
async function readBack(kafka: Kafka, topic: string, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  const consumer = kafka.consumer({ groupId: newId(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value, headers = {} } }) => {
      const texts = Object.entries(headers).map(([name, bytes]) => [name, String(bytes)]);
      found.push({ partition, key: String(key), value: String(value), headers: Object.fromEntries(texts) });
    },
  });
  await eventually(`${count} records in the topic`, () => found.length >= count);
  await consumer.disconnect();
  return found;
}
