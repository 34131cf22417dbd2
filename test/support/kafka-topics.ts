import { Kafka, logLevel } from 'kafkajs';
import { newId } from '../../shared/runtime/ids.js';

/** The brokers that tests may use; undefined where there are none. */
export const kafkaBrokers = process.env['KAFKA_BROKERS']?.split(',');

const named: string[] = [];

/** A topic's name that no other test has; whoever makes it, it is deleted after the test file. */
export function newTopic(): string {
  const topic = `rollcall-test-${newId()}`;
  named.push(topic);
  return topic;
}

afterAll(async () => {
  if (named.length === 0 || kafkaBrokers === undefined) return;
  const admin = new Kafka({ brokers: kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const made = await admin.listTopics();
  await admin.deleteTopics({ topics: named.filter((topic) => made.includes(topic)) });
  await admin.disconnect();
});
