import fc from 'fast-check';
import { createRandom } from '../../services/simulator/random.js';
import type { EventType } from '../../shared/events/event.js';
import { eventually } from '../support/eventually.js';
import { kafkaHome } from '../support/kafka-broker.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { KEPT, report, subscribe, type Provisioned, type Subscriber } from '../support/provisioning.js';
import { skipSuite } from '../support/skip-suite.js';
import { metric, startCluster, type Cluster } from './cluster.js';
import { GROUP_TYPES } from './receivers.js';

/** Two relays and two dispatchers on MongoDB and Kafka, while brokers and processes die. */

/** Longer than a publish takes to fail, with all the retries of the driver, and then to fail again. */
const OUTAGE_S = 15;
const DEADLINE_MS = 90_000;
const UNDELIVERED = ['pending', 'sending', 'retrying', 'blocked', 'parked', 'held', 'canceled'];

if (mongoServer === undefined || kafkaHome === undefined) {
  skipSuite('two relays and two dispatchers through faults', 'MONGODB_URI and KAFKA_HOME are not both set');
} else {
  const [mongoDatabase, home] = [testDatabase(), kafkaHome];
  const seed = fc.readConfigureGlobal().seed ?? 1;
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(home, mongoDatabase.uri);
  });
  afterAll(() => mongoDatabase.drop());

  const subscribers: Subscriber[] = [];
  const subscribeTo = async (...[types, answer]: [types?: readonly EventType[], answer?: () => number | null]) => {
    const subscriber = await subscribe(cluster.management, types, answer);
    subscribers.push(subscriber);
    return subscriber;
  };
  afterEach(async () => {
    for (const { endpointId, receiver } of subscribers.splice(0)) {
      await cluster.call('DELETE', `/endpoints/${endpointId}`);
      await receiver.close();
    }
  });

  /** The subscriber took every event that it is due, in order, and no other, and none is left to come. */
  const expectKept = async (played: readonly Provisioned[], subscriber: Subscriber): Promise<void> => {
    for (const provisioned of played) {
      expect(provisioned.run.failures).toEqual([]);
      const found = await report(cluster.management, provisioned, subscriber, DEADLINE_MS);
      expect(found).toMatchObject({ ...KEPT, doubtful: 0 });
    }
    for (const status of UNDELIVERED) {
      await eventually(`no delivery is ${status}`, async () => {
        const path = `/deliveries?endpointId=${subscriber.endpointId}&status=${status}&limit=1`;
        const { data } = await cluster.call('GET', path);
        return Array.isArray(data) && data.length === 0;
      });
    }
  };

  test(`while Kafka is away SCIM goes on as ever, and then everything is delivered in order (seed ${seed})`, async () => {
    const subscriber = await subscribeTo();
    const before = await cluster.provisionUntil(() => true, seed);
    await expectKept(before, subscriber);

    const lag = async (): Promise<number> => {
      const values = await Promise.all(cluster.relays.map((relay) => metric(relay, 'rollcall_relay_lag_seconds')));
      return Math.max(...values.flat());
    };
    await cluster.broker.kill('SIGKILL');
    const during = await cluster.provisionUntil(async () => (await lag()) > OUTAGE_S, seed + 1);
    const exchanges = during.flatMap(({ run }) => run.exchanges);
    expect(exchanges.filter(({ status }) => status === null || status >= 300)).toEqual([]);
    await cluster.relays[0]?.saw(/Cannot publish to the event log/);

    await cluster.broker.start();
    await expectKept(during, subscriber);
    await eventually('no relay is behind', async () => (await lag()) === 0);
    await cluster.relays[0]?.saw(/Can publish to the event log again/);
    const late = cluster.dispatchers.map(async (dispatcher) => {
      const [all] = await metric(dispatcher, 'rollcall_dispatcher_lag_seconds_count');
      const [soon] = await metric(dispatcher, 'rollcall_dispatcher_lag_seconds_bucket', /le="5"/);
      return (all ?? 0) - (soon ?? 0);
    });
    expect(Math.max(...(await Promise.all(late)))).toBeGreaterThan(0);
  });

  test(`a relay, a dispatcher and the broker are killed, receivers fail by chance, and the promise is kept (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const failing = () => (random.chance(0.85) ? 204 : (random.pick([500, 503, null]) ?? null));
    const everything = await subscribeTo(undefined, failing);
    const groups = await subscribeTo(GROUP_TYPES, failing);
    const more = async (): Promise<void> => {
      const before = everything.receiver.arrivals.length;
      await eventually('deliveries go on', () => everything.receiver.arrivals.length > before + 10);
    };
    const faults = [
      () => cluster.replaceLongest('relay'),
      () => cluster.replaceLongest('dispatcher'),
      async () => {
        await cluster.broker.kill('SIGKILL');
        await cluster.broker.start();
      },
    ];
    let isOver = false;
    const disturb = async (): Promise<void> => {
      await more();
      for (const fault of random.sample(faults, faults.length)) {
        await fault();
        await more();
      }
    };
    const [played] = await Promise.all([
      cluster.provisionUntil(() => isOver, seed + 1000),
      disturb().finally(() => (isOver = true)),
    ]);
    await expectKept(played, everything);
    await expectKept(played, groups);
  });

  test('a replay sends everything of a directory again over Kafka, in order', async () => {
    const subscriber = await subscribeTo();
    const [provisioned] = await cluster.provisionUntil(() => true, seed + 2000);
    if (provisioned === undefined) throw new Error('one directory');
    await expectKept([provisioned], subscriber);
    const count = subscriber.receiver.arrivals.length;
    const range = { since: '2000-01-01T00:00:00Z', directoryId: provisioned.directory.id };
    const { id } = await cluster.call('POST', `/endpoints/${subscriber.endpointId}/replay`, range);
    await eventually('the end of the replay', async () => {
      const { state, replayed } = await cluster.call('GET', `/replays/${String(id)}`);
      return state === 'done' && replayed === count;
    });
    await eventually('everything has come again', () => subscriber.receiver.arrivals.length >= 2 * count);
    const again = { ...subscriber.receiver, arrivals: subscriber.receiver.arrivals.slice(count) };
    await expectKept([provisioned], { ...subscriber, receiver: again });
  });
}
