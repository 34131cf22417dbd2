import net from 'node:net';
import { writeFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { createWriter } from '../../services/ingest/writer.js';
import { relayPartition } from '../../services/relay/partition.js';
import type { Command } from '../../shared/directory/command.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../shared/event-log/kafka/topic.js';
import { createOutage } from '../../shared/event-log/outage.js';
import { newId } from '../../shared/runtime/ids.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { createWakeup } from '../../shared/runtime/wakeup.js';
import { readResource } from '../../shared/scim/input.js';
import { USER } from '../../shared/scim/schemas/index.js';
import { migrateMongo } from '../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import type { Store } from '../../shared/store/port.js';
import { deliveryId, type Delivery } from '../../shared/webhooks/delivery.js';
import { KAFKA, startCuttingProxy } from '../support/cutting-proxy.js';
import { testDatabase } from '../support/mongo-database.js';
import { userOf } from './create.js';
import { machine, renderMachine } from './report.js';

export interface DelayPlan {
  /** Added to each direction, in milliseconds. */
  readonly delays: readonly number[];
  readonly repetitions: number;
}

/** A step of the pipeline, and how often in a row it waits for each server: as test/service/round-trips.test.ts asserts. */
interface Step {
  readonly name: string;
  readonly mongo: number;
  readonly kafka: number;
  /** What one run of it gets done. */
  readonly units: number;
  /** Answers how long the step itself took, in milliseconds, without what it needs first. */
  run(): Promise<number>;
}

const logger = createLogger('bench', 'error');
/** Few: a slow server's own time would hide the way to it. */
const AT_ONCE = 8;
const COMMITS = 5;
const DELIVERIES = 10;

/**
 * Checks the model of docs/scaling.md: what a step takes without a delay, and for each round trip in a row what one takes longer with
 * it, beside what it takes. The servers stand behind a TCP proxy that holds up each message; only differences count, so that slow
 * servers do no harm.
 */
export async function measureDelay(
  { delays, repetitions }: DelayPlan,
  brokers: readonly string[],
  say: (text: string) => void,
  json: string | undefined,
): Promise<void> {
  say(`Delays. ${renderMachine()} The fastest of ${repetitions}, in milliseconds.\n`);
  say('| Delay each way | Step | Round trips | Predicted | Measured | Measured / predicted | Units/s |');
  say('| ---: | --- | --- | ---: | ---: | ---: | ---: |');
  const base = await measureAt(0, brokers, repetitions);
  const rows: object[] = [];
  for (const delay of delays) {
    const now = await measureAt(delay, brokers, repetitions);
    for (const [index, { name, mongo, kafka, units, ms: measured }] of now.steps.entries()) {
      const longer = mongo * (now.mongo - base.mongo) + kafka * (now.kafka - base.kafka);
      const predicted = (base.steps[index]?.ms ?? NaN) + longer;
      const trips = `${mongo} MongoDB${kafka > 0 ? `, ${kafka} Kafka` : ''}`;
      const figures = [predicted.toFixed(1), measured.toFixed(1), (measured / predicted).toFixed(2)];
      const cells = [delay, name, trips, ...figures, Math.round((units * 1000) / measured)];
      say(`| ${cells.join(' | ')} |`);
      rows.push({ delay, step: name, predicted, measured, roundTrip: { mongo: now.mongo, kafka: now.kafka } });
    }
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
}

/** Each delay on an empty database, because what a server has to look through may grow with every repetition. */
async function measureAt(delay: number, brokers: readonly string[], repetitions: number) {
  const bench = await open(brokers);
  try {
    const { mongo, kafka, steps } = await bench.measure(delay, repetitions);
    return { mongo, kafka, steps: bench.steps.map((step, index) => ({ ...step, ms: steps[index] ?? NaN })) };
  } finally {
    await bench.close();
  }
}

async function open(brokers: readonly string[]) {
  const [host = '', port = ''] = brokers[0]?.split(':') ?? [];
  const kafkaProxy = await startCuttingProxy(host, Number(port), KAFKA);
  const undo = leadThrough(Number(port), kafkaProxy.port);
  const topic = `rollcall-bench-${newId()}`;
  await ensureTopic({ brokers, topic, partitions: 1, logger });
  const log = createKafkaLog({ brokers, topic, partitions: 1, clientId: 'rollcall-bench', logger });
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  const database = testDatabase();
  await migrateMongo({ uri: database.uri });
  const { uri, proxy: mongoProxy } = await database.throughProxy();
  const [store, near] = [await openMongoStore({ uri, logger }), await openMongoStore({ uri: database.uri, logger })];
  const client = await mongoose.createConnection(uri).asPromise();
  const steps = stepsOn(store, near, log);
  const pings = {
    mongo: () => client.db?.command({ ping: 1 }),
    kafka: () => admin.fetchTopicMetadata({ topics: [topic] }),
  };
  return {
    steps,
    async measure(delay: number, repetitions: number) {
      for (const proxy of [mongoProxy, kafkaProxy]) proxy.setDelay(delay);
      const times = { mongo: [] as number[], kafka: [] as number[], steps: steps.map((): number[] => []) };
      for (let repetition = 0; repetition <= repetitions; repetition += 1) {
        const found = {
          mongo: await timed(pings.mongo),
          kafka: await timed(pings.kafka),
          steps: [] as number[],
        };
        for (const step of steps) found.steps.push(await step.run());
        if (repetition === 0) continue; // connections are opened, and tails read
        times.mongo.push(found.mongo);
        times.kafka.push(found.kafka);
        found.steps.forEach((ms, index) => times.steps[index]?.push(ms));
      }
      return { mongo: fastest(times.mongo), kafka: fastest(times.kafka), steps: times.steps.map(fastest) };
    },
    async close() {
      for (const proxy of [mongoProxy, kafkaProxy]) proxy.setDelay(0);
      await log.close();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
      await client.close();
      await store.close();
      await near.close();
      await database.drop();
      undo();
      await kafkaProxy.close();
    },
  };
}

/** What others do on the machine only adds. */
const fastest = (times: readonly number[]): number => Math.min(...times);

async function timed(work: () => Promise<unknown> | undefined): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Brokers tell their clients where they are, and so clients would go around the proxy: here it stands in the way of that port. */
function leadThrough(port: number, proxyPort: number): () => void {
  const { connect } = net;
  const led = ((options: net.TcpNetConnectOpts, ...rest: [() => void]) => {
    const isMeant = typeof options === 'object' && options.port === port && options.host !== undefined;
    return connect(isMeant ? { ...options, port: proxyPort } : options, ...rest);
  }) as typeof connect;
  net.connect = led;
  return () => (net.connect = connect);
}

function stepsOn(store: Store, near: Store, log: ReturnType<typeof createKafkaLog>): readonly Step[] {
  const writerOn = ({ commits }: Store) =>
    createWriter({ commits, clock: Date.now, newId, onCommit: () => undefined, onEvents: () => undefined });
  const [far, close] = [writerOn(store), writerOn(near)];
  let number = 0;
  const create = (): Command => {
    number += 1;
    return { kind: 'create', requestId: newId(), type: USER, id: newId(), input: readResource(USER, userOf(number)) };
  };
  const directory = (partition: number) => ({ id: newId(), organizationId: 'bench', partition });
  const [written, relayed] = [directory(1), directory(2)];
  const committing = (atOnce: number): Step => ({
    name: atOnce === 1 ? 'a SCIM request of a directory' : `${atOnce} of one directory at once`,
    ...{ mongo: 3, kafka: 0, units: atOnce },
    run: () => timed(() => Promise.all(Array.from({ length: atOnce }, () => far.submit(written, create())))),
  });
  const relaying: Step = {
    name: `a turn of the relay with ${COMMITS} commits`,
    ...{ mongo: 4, kafka: 1, units: COMMITS },
    async run() {
      for (let count = 0; count < COMMITS; count += 1) await close.submit(relayed, create());
      const stop = new AbortController();
      const options = { outbox: store.outbox, log: { publish: publishTo(log) }, committed: createWakeup() };
      const outage = createOutage('publish', logger);
      return timed(() => {
        const ended = relayPartition({ partition: 2, ...options, outage, signal: stop.signal });
        stop.abort();
        return ended;
      });
    },
  };
  return [committing(1), committing(AT_ONCE), relaying, delivering(store)];
}

/** To the one partition of the topic. */
const publishTo =
  (log: ReturnType<typeof createKafkaLog>): ReturnType<typeof createKafkaLog>['publish'] =>
  (_partition, records) =>
    log.publish(0, records);

/** What the dispatcher does around the attempts: takes them on, claims them, and settles them. */
const delivering = ({ deliveries }: Store): Step => ({
  name: `${DELIVERIES} deliveries taken on, claimed and settled`,
  ...{ mongo: 4, kafka: 0, units: DELIVERIES },
  run() {
    const rows = Array.from({ length: DELIVERIES }, (_, index) => pending(index));
    return timed(async () => {
      await deliveries.insert(rows, [{ directoryId: 'bench', seq: 1 }]);
      await deliveries.claim(rows, 'bench', Date.now() + 60_000, Date.now());
      const after = { status: 'delivered' as const, attempts: 1, nextAttemptAt: null, lastError: null };
      await deliveries.settle(
        rows.map(({ id }) => ({ deliveryId: id, ...after })),
        Date.now(),
      );
    });
  },
});

function pending(seq: number): Delivery {
  const [eventId, endpointId, now] = [newId(), newId(), Date.now()];
  return {
    ...{ id: deliveryId(eventId, endpointId), eventId, eventType: 'user.created', endpointId },
    ...{ organizationId: 'bench', directoryId: 'bench', partition: 0, offset: seq, seq, laneKeys: [eventId] },
    ...{ body: null, status: 'pending', attempts: 0, nextAttemptAt: now, leaseOwner: null, leaseUntil: null },
    ...{ lastError: null, createdAt: now, updatedAt: now },
  };
}
