import { createWriter } from '../../services/ingest/writer.js';
import { relayPartition } from '../../services/relay/partition.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../shared/event-log/kafka/topic.js';
import type { EventLog } from '../../shared/event-log/port.js';
import { createOutage } from '../../shared/event-log/outage.js';
import { systemClock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import { createWakeup } from '../../shared/runtime/wakeup.js';
import { migrateMongo } from '../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import type { Store } from '../../shared/store/port.js';
import { createChain, newDirectory } from '../contract/store/suite/fixtures.js';
import { eventually } from '../support/eventually.js';
import { silent } from '../support/ingest.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase, type TestDatabase } from '../support/mongo-database.js';
import { ASIDE, createWatch, MONITORED, watchMongo, watchProducers } from '../support/round-trips.js';
import { skipSuite } from '../support/skip-suite.js';
import { create, modify } from '../unit/directory/commands.js';
import { attemptOf, delivery, settlement } from '../contract/store/suite/deliveries.js';

/**
 * How often each step waits for MongoDB and Kafka: with the way to them, that decides what an installation can do (docs/scaling.md). A
 * change that adds a round trip fails here; one that saves one changes a number.
 */

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('round trips', 'MONGODB_URI or KAFKA_BROKERS is not set');
} else {
  describeRoundTrips(kafkaBrokers);
}

function describeRoundTrips(brokers: readonly string[]): void {
  const watch = createWatch();
  let database: TestDatabase;
  let store: Store;
  let log: EventLog;

  beforeAll(async () => {
    database = testDatabase();
    await migrateMongo({ uri: database.uri });
    const uri = `${database.uri}${database.uri.includes('?') ? '&' : '?'}${MONITORED}`;
    store = await openMongoStore({ uri, logger: silent });
    // As many connections as any step uses at once: opening one takes round trips too, and is over after the first minute of a process.
    await Promise.all(Array.from({ length: 8 }, () => store.outbox.oldestAt(0)));
    watchMongo(new URL(database.uri).pathname.slice(1), watch);
    watchProducers(watch);
    const topic = newTopic();
    await ensureTopic({ brokers, topic, partitions: 1, logger: silent });
    log = createKafkaLog({ brokers, topic, partitions: 1, clientId: 'rollcall-test', logger: silent });
  }, 60_000);

  afterAll(async () => {
    await log.close();
    await store.close();
    await database.drop();
    jest.restoreAllMocks();
  });

  describe('a SCIM request', () => {
    const directory = newDirectory(0);
    const submit = (...commands: Parameters<ReturnType<typeof createWriter>['submit']>[1][]) => {
      return () => Promise.all(commands.map((command) => writer().submit(directory, command)));
    };
    let known: ReturnType<typeof createWriter> | undefined;
    const writer = () =>
      (known ??= createWriter({
        commits: store.commits,
        clock: systemClock,
        newId,
        onCommit: () => undefined,
        onEvents: () => undefined,
      }));
    const user = (id: string) => create('User', id, { userName: `${id}@example.com`, title: 'Cook' });

    beforeAll(async () => {
      await submit(user('ann'), user('bob'), create('Group', 'crew', { displayName: 'Crew' }))();
    });

    test('creates a user: load, insert, apply', async () => {
      const { asked, inARow } = await watch.during(submit(user('cid')));
      expect(asked).toEqual(['find resources', 'insert commits', 'update resources']);
      expect(inARow).toBe(3);
    });

    test('its commit is marked as applied later, once, when no other follows', async () => {
      await watch.during(submit(user('dee')));
      const marked = await eventually('it is marked', async () =>
        watch.asked().length > 3 ? watch.asked() : undefined,
      );
      expect(marked.slice(3)).toEqual([ASIDE]);
    });

    test('changes an attribute of a user: the same', async () => {
      const patch = modify('User', 'ann', { op: 'replace', path: 'title', value: 'Baker' });
      const { asked, inARow } = await watch.during(submit(patch));
      expect(asked).toEqual(['find resources', 'insert commits', 'update resources']);
      expect(inARow).toBe(3);
    });

    test('changes the userName: one more, for who bears it already', async () => {
      const patch = modify('User', 'ann', { op: 'replace', path: 'userName', value: 'anna@example.com' });
      expect((await watch.during(submit(patch))).inARow).toBe(4);
    });

    test('adds a member to a group: rows and memberships at the same time', async () => {
      const patch = modify('Group', 'crew', { op: 'add', path: 'members', value: [{ value: 'bob' }] });
      const { asked, inARow } = await watch.during(submit(patch));
      expect(asked.toSorted()).toEqual([
        ...['find memberships', 'find resources', 'insert commits', 'update memberships', 'update resources'],
      ]);
      expect(inARow).toBe(3);
    });

    test('64 of one directory at once share three', async () => {
      const users = Array.from({ length: 64 }, (_, index) => user(`many-${index}`));
      const { asked, inARow } = await watch.during(submit(...users));
      expect(asked).toEqual(['find resources', 'insert commits', 'update resources']);
      expect(inARow).toBe(3);
    });

    test('that changes nothing: load, and a look whether that was the newest', async () => {
      const patch = modify('User', 'bob', { op: 'replace', path: 'title', value: 'Cook' });
      const { asked, inARow } = await watch.during(submit(patch));
      expect(asked).toEqual(['find resources', 'find commits']);
      expect(inARow).toBe(2);
    });
  });

  describe('a turn of the relay', () => {
    /** One turn: what is told to stop finishes it. */
    const turn = async (partition: number): Promise<void> => {
      const stop = new AbortController();
      const outage = createOutage('publish', silent);
      const options = { partition, outbox: store.outbox, log: { publish }, committed: createWakeup(), outage };
      const ended = relayPartition({ ...options, signal: stop.signal });
      stop.abort();
      await ended;
    };
    const publish: EventLog['publish'] = (_partition, records) => log.publish(0, records);

    test.each([
      [1, 1],
      [100, 2],
    ])(
      'of %d commits: four times to MongoDB in a row, and once to Kafka',
      async (count, readsOfEvents) => {
        const partition = count;
        const chain = createChain(store.commits, newDirectory(partition));
        await chain.write([], { events: 1 });
        // The first turn reads the tail, and connects to Kafka.
        await turn(partition);
        for (let number = 0; number < count; number += 1) await chain.write([], { events: 1 });
        const { asked, inARow } = await watch.during(() => turn(partition));
        expect(asked.toSorted()).toEqual([
          'Produce',
          // The outbox, what is before it, and at once the events in pages.
          ...Array.from({ length: 2 + readsOfEvents }, () => 'find commits'),
          ...['find positions', 'insert positions', 'update commits'],
        ]);
        expect(inARow).toBe(5);
        expect(await store.outbox.count(partition, 1)).toBe(0);
      },
      120_000,
    );
  });

  describe('the dispatcher', () => {
    test.each([1, 50])('takes on %d deliveries, claims and settles them by one round trip each', async (count) => {
      const deliveries = Array.from({ length: count }, () => delivery());
      const settlements = deliveries.map((row) => settlement(row, { attempt: attemptOf(row) }));
      const now = Date.now();
      const progress = [{ directoryId: 'directory', seq: count }];
      expect(await watch.during(() => store.deliveries.insert(deliveries, progress))).toEqual({
        asked: ['update deliveries', 'update delivery_progress'],
        inARow: 2,
      });
      expect(await watch.during(() => store.deliveries.claim(deliveries, 'me', now + 60_000, now))).toEqual({
        asked: ['update deliveries'],
        inARow: 1,
      });
      expect(await watch.during(() => store.deliveries.settle(settlements, now))).toEqual({
        asked: ['update deliveries'],
        inARow: 1,
      });
    });
  });
}
