import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '../../runtime/logger.js';
import { pause, pauseAfter, type BackOff } from '../../runtime/pause.js';
import { createOutage, type Outage } from '../outage.js';
import type { LogConsumer } from '../port.js';
import { RETRY } from './client.js';
import { createBatchHandler } from './handle-batch.js';
import { createOwnership } from './ownership.js';

export interface ConsumeOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly consumer: LogConsumer;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A member that is not heard of for so long has lost its partitions. */
const SESSION_TIMEOUT_MS = 15_000;
/** How long members may take to finish what they handle when the group is divided anew. */
const REBALANCE_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 1000;
/** How long a fetch waits where nothing is new. A stop and a rebalance wait for it that long. */
const FETCH_WAIT_MS = 500;
const CONCURRENT_PARTITIONS_MAX = 16;
/** How long a stop waits for the group to let a member in that is just joining. */
const JOIN_PATIENCE_MS = 5000;
const FAILING: BackOff = { firstMs: 500, longestMs: 10_000 };

/** A member of the group until the signal aborts. Never rejects: after a failure it joins again, with growing pauses. */
export async function consumeTopic(options: ConsumeOptions): Promise<void> {
  const { topic, logger, signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    const outage = createOutage(`consume the topic ${topic}`, logger);
    const { error, hasJoined } = await joinOnce(options, outage);
    if (error === undefined) return;
    failures = hasJoined ? 1 : failures + 1;
    const fields = { err: error, topic, group: options.groupId };
    if (failures === 1) logger.warn(fields, `Cannot consume the topic ${topic}: ${error.message}; joining again.`);
    else logger.debug(fields, 'Joining again.');
    await pause(pauseAfter(FAILING, failures), signal);
  }
}

interface Ending {
  /** Undefined when the signal ended it. */
  readonly error: Error | undefined;
  readonly hasJoined: boolean;
}

/** From joining the group to leaving it, or to a failure that the driver does not get over. */
async function joinOnce(options: ConsumeOptions, outage: Outage): Promise<Ending> {
  const { kafka, topic, groupId, consumer, logger, signal } = options;
  const ownership = createOwnership(consumer, outage, logger);
  const member = createMember(kafka, groupId);
  const progress = { hasJoined: false };
  member.on(member.events.GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
    progress.hasJoined = true;
    const partitions = memberAssignment[topic] ?? [];
    logger.info({ topic, group: groupId, partitions }, 'Assigned partitions of the event log.');
    ownership.joined(memberId, partitions);
  });
  const running = run(member, topic, createBatchHandler({ topic, ownership, consumer, outage, logger }));
  const error = await new Promise<Error | undefined>((resolve) => {
    member.on(member.events.CRASH, ({ payload }) => resolve(payload.error));
    running.catch((reason: unknown) => resolve(reason instanceof Error ? reason : new Error(String(reason))));
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  if (error === undefined) await finishJoining(member, running);
  if (error === undefined) stopFetching(member, topic);
  // The next owner gets a partition only when this member leaves the group: by then the consumer has let go of it.
  await ownership.end();
  await disconnect(member);
  return { error, hasJoined: progress.hasJoined };
}

function createMember(kafka: Kafka, groupId: string): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    // Left to itself, the driver restarts only after some errors, and a stop in between leaves a member behind.
    retry: { ...RETRY, restartOnFailure: async () => false },
  });
}

async function run(
  member: Consumer,
  topic: string,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await member.connect();
  await member.subscribe({ topic, fromBeginning: true });
  await member.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: CONCURRENT_PARTITIONS_MAX,
    eachBatch,
  });
}

/** The driver cannot stop a member while it joins: it would go on, as a member that nobody knows of. */
async function finishJoining(member: Consumer, running: Promise<void>): Promise<void> {
  const joined = running.then(
    () => true,
    () => true,
  );
  if (await Promise.race([joined, delay(JOIN_PATIENCE_MS, false, { ref: false })])) return;
  void joined.then(() => disconnect(member));
}

/** The member still counts as alive, but gets nothing more. */
function stopFetching(member: Consumer, topic: string): void {
  try {
    member.pause([{ topic }]);
  } catch {
    // It is not running, so that there is nothing to stop.
  }
}

/** Waits for the handlers under way, leaves the group and closes the connections. */
async function disconnect(member: Consumer): Promise<void> {
  await member.disconnect().catch(() => undefined);
}
