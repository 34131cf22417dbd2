import { writeFileSync } from 'node:fs';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { relayPartition } from '../../services/relay/partition.js';
import { GENESIS, type Commit, type Head } from '../../shared/directory/commit.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../shared/event-log/kafka/topic.js';
import { createOutage } from '../../shared/event-log/outage.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { createWakeup } from '../../shared/runtime/wakeup.js';
import type { Outbox, PositionedCommit } from '../../shared/store/port.js';
import { machine, median, renderMachine } from './report.js';

export interface RelayPlan {
  readonly repetitions: number;
  /** Log partitions, all published at once. */
  readonly partitions: number;
  readonly commitsPerPartition: number;
  /** Requests that shared a commit, one event each. */
  readonly eventsPerCommit: number;
}

const BODY_BYTES = 1024;
const logger = createLogger('bench', 'error');

/**
 * Events per second that the relay's own loop publishes to the brokers of KAFKA_BROKERS, acknowledged by all replicas, from commits that are
 * in memory, so that only publishing is measured: beside a bare kafkajs producer that sends the same bytes in the largest batches that
 * Rollcall makes. On MongoDB the relay waits for round trips besides: docs/scaling.md.
 */
export async function measureRelay(
  plans: readonly RelayPlan[],
  brokers: readonly string[],
  say: (text: string) => void,
  json: string | undefined,
): Promise<void> {
  say(`The relay, to a Kafka broker. ${renderMachine()}\n`);
  say(
    '| Events in a commit | Events | Relay, events/s | Bare producer, events/s | Ratio | Relay, µs of CPU | Bare, µs of CPU |',
  );
  say('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  const results: object[] = [];
  for (const plan of plans) {
    const took = { relay: [] as Took[], bare: [] as Took[] };
    for (let repetition = 0; repetition <= plan.repetitions; repetition += 1) {
      const [relay, bare] = [await relayed(plan, brokers), await bareProducer(plan, brokers)];
      if (repetition === 0) continue; // to warm up
      took.relay.push(relay);
      took.bare.push(bare);
    }
    const ratesOf = (all: readonly Took[]): number[] => all.map(({ seconds }) => eventsOf(plan) / seconds);
    const cpuOf = (all: readonly Took[]): string =>
      (median(all.map(({ cpuSeconds }) => cpuSeconds / eventsOf(plan))) * 1e6).toFixed(0);
    const [relay, bare] = [ratesOf(took.relay), ratesOf(took.bare)];
    const ratio = (median(relay) / median(bare)).toFixed(2);
    const cells = [plan.eventsPerCommit, eventsOf(plan), shown(relay), shown(bare), ratio];
    say(`| ${[...cells, cpuOf(took.relay), cpuOf(took.bare)].join(' | ')} |`);
    results.push({ plan, ...took });
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
}

const shown = (rates: readonly number[]): string =>
  `${whole(median(rates))} (${whole(Math.min(...rates))} to ${whole(Math.max(...rates))})`;

const whole = (perSecond: number): string => Math.round(perSecond).toLocaleString('en-US');

const eventsOf = ({ partitions, commitsPerPartition, eventsPerCommit }: RelayPlan): number =>
  partitions * commitsPerPartition * eventsPerCommit;

const bodyOf = (seq: number): string => JSON.stringify({ seq, filling: 'x'.repeat(BODY_BYTES - 30) });

interface Took {
  readonly seconds: number;
  /** Of the process. */
  readonly cpuSeconds: number;
}

function begin(): () => Took {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

/** One directory for each partition. */
function commitsOf({ commitsPerPartition, eventsPerCommit }: RelayPlan, partition: number): Commit[] {
  const directoryId = newId();
  let head: Head = GENESIS;
  return Array.from({ length: commitsPerPartition }, (): Commit => {
    const { number, lastSeq } = head;
    const events = Array.from({ length: eventsPerCommit }, (_, index) => {
      const seq = lastSeq + index + 1;
      return { id: newId(), type: 'user.created', seq, body: bodyOf(seq) };
    });
    const place = { directoryId, partition, nonce: newId(), at: number + 1, purgeAt: Date.now() };
    const commit = { ...head, ...place, number: number + 1, lastSeq: lastSeq + eventsPerCommit, changes: [], events };
    head = { ...GENESIS, number: commit.number, lastSeq: commit.lastSeq, at: commit.at };
    return commit;
  });
}

const everyPartition = <T>({ partitions }: RelayPlan, of: (partition: number) => T): T[] =>
  Array.from({ length: partitions }, (_, partition) => of(partition));

/** Runs the relay's loop on every partition until all is marked. */
async function relayed(plan: RelayPlan, brokers: readonly string[]): Promise<Took> {
  const queues = everyPartition(plan, (partition): PositionedCommit[] =>
    commitsOf(plan, partition).map((commit) => ({ ...commit, position: commit.number })),
  );
  return onTopic(plan, brokers, async (topic) => {
    const { partitions } = plan;
    const log = createKafkaLog({ brokers, topic, partitions, clientId: 'rollcall-bench', logger });
    // Connects, which the first turn would have to pay for.
    await log.publish(0, [{ directoryId: newId(), eventId: newId(), type: 'user.created', seq: 1, body: '{}' }]);
    const stops = everyPartition(plan, () => new AbortController());
    const outbox: Pick<Outbox, 'next' | 'markPublished'> = {
      next: async (partition, limit) => queues[partition]?.slice(0, limit) ?? [],
      async markPublished(partition, commits) {
        const queue = queues[partition];
        queue?.splice(0, commits.length);
        if (queue?.length === 0) stops[partition]?.abort();
      },
    };
    const outage = createOutage('publish', logger);
    const end = begin();
    await Promise.all(
      stops.map(({ signal }, partition) =>
        relayPartition({ partition, outbox, log, committed: createWakeup(), outage, signal }),
      ),
    );
    const took = end();
    await log.close();
    return took;
  });
}

async function bareProducer(plan: RelayPlan, brokers: readonly string[]): Promise<Took> {
  const batches = everyPartition(plan, (partition) => {
    const messages = commitsOf(plan, partition).flatMap(({ directoryId, events }) =>
      events.map(({ body }) => ({ partition, key: directoryId, value: body })),
    );
    return Array.from({ length: Math.ceil(messages.length / 1000) }, (_, page) =>
      messages.slice(page * 1000, (page + 1) * 1000),
    );
  });
  return onTopic(plan, brokers, async (topic) => {
    const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.ERROR });
    const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const end = begin();
    await Promise.all(
      batches.map(async (pages) => {
        for (const messages of pages) await producer.send({ topic, acks: -1, messages });
      }),
    );
    const took = end();
    await producer.disconnect();
    return took;
  });
}

/** On a new topic, which has to have all events afterwards. */
async function onTopic(
  plan: RelayPlan,
  brokers: readonly string[],
  fill: (topic: string) => Promise<Took>,
): Promise<Took> {
  const topic = `rollcall-bench-${newId()}`;
  await ensureTopic({ brokers, topic, partitions: plan.partitions, logger });
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  try {
    const took = await fill(topic);
    const offsets = await admin.fetchTopicOffsets(topic);
    const count = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    if (count < eventsOf(plan)) throw new Error(`${count} events are in the topic, of ${eventsOf(plan)}`);
    return took;
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}
