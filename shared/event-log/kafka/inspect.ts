import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { TopicFound } from '../inspection.js';
import { createClient, type ClientOptions } from './client.js';
import { groupId } from './log.js';
import { MESSAGE_BYTES_MAX, partitionsOf, withAdmin } from './topic.js';

export interface InspectOptions extends ClientOptions {
  readonly topic: string;
  /** Of consumers, as it is given to `consume`. */
  readonly group: string;
  /** Milliseconds: what has been unread for longer than each of these is counted apart. */
  readonly ages: readonly number[];
  readonly now: number;
}

/** Reads without ever writing. Rejects with an error that names the brokers when none can be reached. */
export async function inspectTopic(options: InspectOptions): Promise<TopicFound> {
  const { brokers, topic, group } = options;
  return withAdmin(createClient(options), brokers, async (admin) => {
    const cluster = await admin.describeCluster();
    const partitions = await partitionsOf(admin, topic);
    const found = { brokers: cluster.brokers.length, partitions, messageBytesNeeded: MESSAGE_BYTES_MAX };
    if (partitions === 0) return { ...found, messageBytes: 0, members: 0, unread: [] };
    const { groups } = await admin.describeGroups([groupId(topic, group)]);
    return {
      ...found,
      messageBytes: await messageBytesOf(admin, topic),
      members: groups.reduce((sum, { members }) => sum + members.length, 0),
      unread: await unreadOf(admin, options),
    };
  });
}

async function messageBytesOf(admin: Admin, topic: string): Promise<number> {
  const name = 'max.message.bytes';
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
  });
  return Number(resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue);
}

async function unreadOf(admin: Admin, { topic, group, ages, now }: InspectOptions): Promise<TopicFound['unread']> {
  // Before the ends, which only grow: what is read meanwhile never counts as unread twice.
  const [read] = await admin.fetchOffsets({ groupId: groupId(topic, group), topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  const startsOf = await Promise.all(
    ages.map(async (age) => placesOf(await admin.fetchTopicOffsetsByTimestamp(topic, now - age))),
  );
  const readOf = placesOf(read?.partitions ?? []);
  return ends
    .map(({ partition, low, high }) => {
      // -1 where the group has never read.
      const next = Math.max(readOf.get(partition) ?? -1, Number(low));
      const olderThan = startsOf.map((starts) => Math.max(0, (starts.get(partition) ?? 0) - next));
      return { partition, records: Math.max(0, Number(high) - next), olderThan };
    })
    .sort((one, other) => one.partition - other.partition);
}

const placesOf = (
  offsets: readonly { readonly partition: number; readonly offset: string }[],
): ReadonlyMap<number, number> => new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
