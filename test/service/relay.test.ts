import { Registry } from 'prom-client';
import { watchRelayLag } from '../../services/relay/metrics.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import type { LogRecord } from '../../shared/event-log/port.js';
import type { Leases, Outbox, Store } from '../../shared/store/port.js';
import { createGate, startRecorder } from '../contract/event-log/suite/recorder.js';
import { eventually } from '../support/eventually.js';
import { silent } from '../support/ingest.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import {
  chainIn,
  createRecordingLog,
  idsOf,
  openStore,
  PARTITIONS,
  startRelay,
  waitingIn,
  write,
  type RecordingLog,
} from './relay-support.js';

describe('relay', () => {
  let store: Store;
  let log: RecordingLog;
  beforeEach(async () => {
    store = await openStore();
    log = createRecordingLog();
  });
  afterEach(() => store.close());

  const allPublished = (count: number): Promise<unknown> =>
    eventually(`${count} events published`, () => idsOf(log.published).length >= count);
  const nothingWaits = (): Promise<unknown> => eventually('nothing waits', async () => (await waitingIn(store)) === 0);

  test('publishes each partition in the order of its commits, then marks them', async () => {
    const [one, two, other] = [chainIn(store, 0), chainIn(store, 0), chainIn(store, 2)];
    const first = [...(await write(one, 2, 1)), ...(await write(two, 3)), ...(await write(one, 1))];
    const elsewhere = await write(other, 1, 2);
    const marked: number[] = [];
    log.before = async (partition) => {
      // They are marked when they are in the log, not before.
      marked.push((await store.outbox.next(partition, 10)).length);
    };
    const relay = startRelay(store, log);
    await allPublished(10);
    await nothingWaits();
    await relay.stop();
    expect(marked.toSorted()).toEqual([2, 4]);
    expect(
      log.published.filter(({ directoryId }) => directoryId !== other.directory.id).map(({ eventId }) => eventId),
    ).toEqual(first);
    expect(
      log.published.filter(({ directoryId }) => directoryId === other.directory.id).map(({ eventId }) => eventId),
    ).toEqual(elsewhere);
  });

  test('tells on /metrics how old the oldest commit is that is not published, of each partition', async () => {
    const metrics = new Registry();
    await write(chainIn(store, 1), 1);
    const oldestAt = (await store.outbox.oldestAt(1)) ?? NaN;
    watchRelayLag(metrics, store.outbox, PARTITIONS, () => oldestAt + 60_000);
    const lags = (await metrics.metrics()).split('\n').filter((line) => line.startsWith('rollcall_relay_lag_seconds{'));
    expect(lags).toHaveLength(PARTITIONS);
    expect(lags.filter((line) => !line.endsWith(' 0'))).toEqual(['rollcall_relay_lag_seconds{partition="1"} 60']);
    const failing = new Registry();
    watchRelayLag(failing, { oldestAt: () => Promise.reject(new Error('away')) }, 1, Date.now);
    expect(await failing.metrics()).not.toContain('rollcall_relay_lag_seconds{');
  });

  test('finds later commits by itself, and at once when it is woken', async () => {
    const chain = chainIn(store, 1);
    const relay = startRelay(store, log);
    await write(chain, 1);
    await allPublished(1);
    await write(chain, 1);
    relay.wake(1);
    await allPublished(2);
    await relay.stop();
    expect(log.published.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('works off a backlog of many turns', async () => {
    const chain = chainIn(store, 0);
    const ids = await write(chain, ...Array.from({ length: 350 }, () => 1));
    const relay = startRelay(store, log);
    await allPublished(350);
    await relay.stop();
    expect(log.published.map(({ eventId }) => eventId)).toEqual(ids);
    expect(await waitingIn(store)).toBe(0);
  });

  test('repeats a publish that fails with the same ids, says so once, and other partitions go on', async () => {
    const ids = await write(chainIn(store, 0), 2, 1);
    const attempts: string[][] = [];
    log.before = async (partition, records) => {
      if (partition !== 0) return;
      attempts.push(idsOf(records));
      if (attempts.length < 4) throw new Error('no broker can be reached');
    };
    const logger = createRecordingLogger();
    const relay = startRelay(store, log, { logger });
    await eventually('a first failure', () => attempts.length > 0);
    const elsewhere = await write(chainIn(store, 1), 1);
    await allPublished(1);
    expect(idsOf(log.published)).toEqual(elsewhere);
    await allPublished(4);
    await nothingWaits();
    await relay.stop();
    expect(attempts).toEqual([ids, ids, ids, ids]);
    expect(logger.lines).toEqual([
      'Cannot publish to the event log: no broker can be reached; trying again.',
      'Can publish to the event log again.',
    ]);
  });

  test('waits for a store that cannot be reached', async () => {
    const ids = await write(chainIn(store, 0), 1);
    let failures = 0;
    const outbox: Outbox = {
      ...store.outbox,
      async next(partition, limit) {
        if (partition === 0 && (failures += 1) < 4) throw new Error('the store cannot be reached');
        return store.outbox.next(partition, limit);
      },
    };
    const relay = startRelay({ ...store, outbox }, log);
    await allPublished(1);
    await relay.stop();
    expect(idsOf(log.published)).toEqual(ids);
  });

  test('that dies between publishing and marking leaves the same events to the next one', async () => {
    const ids = await write(chainIn(store, 0), 1, 2);
    const never = createGate();
    const outbox: Outbox = { ...store.outbox, markPublished: () => never.passed };
    // It never marks: as far as the store can tell, it died. Its lease is not in the way of its successor either.
    const freeForAll: Leases = { acquire: async () => 1, release: async () => undefined };
    const dying = startRelay({ ...store, outbox, leases: freeForAll }, log);
    await allPublished(3);
    const successor = startRelay({ ...store, leases: freeForAll }, log);
    await nothingWaits();
    await successor.stop();
    never.open();
    await dying.stop();
    expect(log.published.map(({ eventId }) => eventId)).toEqual([...ids, ...ids]);
  });

  test('told to stop, finishes the publish under way, marks it and gives its leases back', async () => {
    await write(chainIn(store, 1), 1);
    const gate = createGate();
    let isUnderWay = false;
    log.before = () => {
      isUnderWay = true;
      return gate.passed;
    };
    const relay = startRelay(store, log);
    await eventually('a publish', () => isUnderWay);
    expect(await store.leases.acquire('relay/1', 'another', 1000, Date.now())).toBeUndefined();
    const stopped = relay.stop();
    gate.open();
    await stopped;
    expect(log.published).toHaveLength(1);
    expect(await waitingIn(store)).toBe(0);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      expect(await store.leases.acquire(`relay/${partition}`, 'another', 1000, Date.now())).toBeDefined();
    }
  });

  test('told to stop while the log fails, does not wait for it', async () => {
    await write(chainIn(store, 1), 1);
    let failures = 0;
    log.before = async () => {
      failures += 1;
      throw new Error('no broker can be reached');
    };
    const relay = startRelay(store, log);
    await eventually('a failure', () => failures > 0);
    await relay.stop();
    expect(await waitingIn(store)).toBe(1);
  });

  test('leaves a partition to the owner of its lease, and takes it over when that one ends', async () => {
    const first = startRelay(store, createRecordingLog());
    await eventually(
      'its leases',
      async () => (await store.leases.acquire('relay/2', 'x', 1, Date.now())) === undefined,
    );
    await write(chainIn(store, 2), 1);
    const second = startRelay(store, log);
    await nothingWaits();
    expect(log.published).toEqual([]);
    await first.stop();
    const ids = await write(chainIn(store, 2), 1);
    await allPublished(1);
    await second.stop();
    expect(idsOf(log.published)).toEqual(ids);
  });

  test('stops publishing a partition whose lease another has taken', async () => {
    const clock = { now: 1_750_000_000_000 };
    const refused: string[] = [];
    const leases: Leases = {
      ...store.leases,
      async acquire(name, owner, ttlMs, now) {
        const epoch = await store.leases.acquire(name, owner, ttlMs, now);
        if (epoch === undefined) refused.push(name);
        return epoch;
      },
    };
    const relay = startRelay({ ...store, leases }, log, { clock: () => clock.now });
    const [taken, kept] = [chainIn(store, 0), chainIn(store, 1)];
    await write(taken, 1);
    await allPublished(1);
    clock.now += 60_000;
    await store.leases.acquire('relay/0', 'another', 60_000, clock.now);
    await eventually('that it has noticed', () => refused.length > 0);
    await write(taken, 1);
    const ids = await write(kept, 1);
    await allPublished(2);
    await relay.stop();
    expect(refused).toEqual(['relay/0']);
    expect(log.published.at(-1)?.eventId).toBe(ids[0]);
    expect(await store.outbox.next(0, 10)).toHaveLength(1);
  });

  test('two relays that both believe to own everything lose nothing and reorder nothing', async () => {
    const freeForAll: Leases = { acquire: async () => 1, release: async () => undefined };
    const chains = [0, 0, 1, 2].map((partition) => chainIn(store, partition));
    let turn = 0;
    const lossy = {
      async publish(partition: number, records: readonly LogRecord[]): Promise<void> {
        turn += 1;
        const isLost = turn % 5 === 0;
        if (turn % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        await log.publish(partition, records);
        if (isLost) throw new Error('the acknowledgement was lost');
      },
    };
    const relays = [0, 1].map(() => startRelay({ ...store, leases: freeForAll }, lossy));
    const written = new Map<string, string[]>();
    for (let round = 0; round < 40; round += 1) {
      for (const chain of chains) {
        const { id } = chain.directory;
        written.set(id, [...(written.get(id) ?? []), ...(await write(chain, 1 + (round % 3)))]);
      }
      if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await nothingWaits();
    for (const relay of relays) await relay.stop();
    for (const [directoryId, ids] of written) {
      expect(idsOf(log.published.filter((record) => record.directoryId === directoryId))).toEqual(ids);
    }
  });

  test('on the in-process log: what is committed is consumed', async () => {
    const inProcess = createInProcessLog({ events: store.events, partitions: PARTITIONS, logger: silent });
    const recorder = startRecorder(inProcess, 'dispatcher');
    const relay = startRelay(store, inProcess);
    const ids = await write(chainIn(store, 0), 1, 2, 1);
    await recorder.until(4);
    await nothingWaits();
    await relay.stop();
    await recorder.stop();
    expect(recorder.handled().map(({ eventId }) => eventId)).toEqual(ids);
  });

  test('idle, it looks rarely, however many partitions there are', async () => {
    let looks = 0;
    const outbox: Outbox = {
      ...store.outbox,
      async next(partition, limit) {
        looks += 1;
        return store.outbox.next(partition, limit);
      },
    };
    const relay = startRelay({ ...store, outbox }, log);
    await eventually('the back-off', () => looks >= 8 * PARTITIONS);
    const before = looks;
    const startedAt = Date.now();
    await eventually('a further look at each', () => looks >= before + PARTITIONS);
    await relay.stop();
    expect(Date.now() - startedAt).toBeGreaterThan(100);
  });
});
