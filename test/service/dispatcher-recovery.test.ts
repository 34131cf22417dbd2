import { fanOut } from '../../services/dispatcher/fan-out.js';
import type { EventLog, LogConsumer, LogRecord } from '../../shared/event-log/port.js';
import type { StoredEvent } from '../../shared/events/envelope.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { newId } from '../../shared/runtime/ids.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { eventually } from '../support/eventually.js';
import {
  membersDraft,
  openDispatcherBench,
  startReceiver,
  userDraft,
  type DispatcherBench,
  type Received,
  type Receiver,
} from './dispatcher-support.js';

/** What a dispatcher makes of a process that died, of a log that loses and repeats, and of a store that fails. */

let bench: DispatcherBench;
let receiver: Receiver;
let endpointId: string;
beforeEach(async () => {
  bench = await openDispatcherBench();
  receiver = await startReceiver();
  ({ id: endpointId } = await bench.addEndpoint(receiver.url));
});

const deliveredCount = async (): Promise<number> =>
  (await bench.store.deliveries.countByStatus(endpointId, 100_000)).delivered ?? 0;
const errors = (): string[] => bench.logged.filter(({ level }) => level === 'error').map(({ message }) => message);
const seqs = (): number[] => receiver.messages.map(({ event }) => event.seq);

/** Makes the rows of two events of one user, the first of them `sending` as a process left it that was killed. */
async function leaveSending(leaseUntil: number): Promise<void> {
  receiver.answer = () => 500;
  const stop = bench.start();
  await bench.addDirectory().emit(userDraft('a'), userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(endpointId)) === 'retrying blocked');
  await stop();
  const [first] = await bench.deliveriesOf(endpointId);
  await bench.store.deliveries.claim(first === undefined ? [] : [first], 'the dead one', leaseUntil, Date.now());
  receiver.answer = () => 204;
  receiver.messages.length = 0;
}

test('what a dead process was sending goes on at once where no other process can be', async () => {
  await leaveSending(Date.now() + 3_600_000);
  bench.start();
  await eventually('all delivered', async () => (await deliveredCount()) === 2);
  expect(seqs()).toEqual([1, 2]);
});

test('where another process can be, its lease is waited for, and what shares a key waits too', async () => {
  await leaveSending(Date.now() + 30_000);
  bench.start({ soleOwner: false });
  const other = bench.addDirectory();
  await other.emit(userDraft('b'));
  await eventually('the other delivered', async () => (await deliveredCount()) === 1);
  expect(receiver.messages.map(({ event }) => event.data.id)).toEqual(['b']);
  bench.ahead += 31_000;
  await eventually('all delivered', async () => (await deliveredCount()) === 3);
  expect(receiver.messages.slice(1).map(({ event }) => event.seq)).toEqual([1, 2]);
});

test('a stop lets attempts under way end and writes them down', async () => {
  let answer = (): void => undefined;
  receiver.answer = (_, res) => {
    answer = () => res.writeHead(200).end('late');
    return undefined;
  };
  const stop = bench.start();
  await bench.addDirectory().emit(userDraft('a'), userDraft('a'));
  await eventually('on its way', () => receiver.messages.length === 1);
  const stopped = stop();
  answer();
  await stopped;
  expect(await bench.statusesOf(endpointId)).toBe('delivered pending');
  expect(receiver.messages).toHaveLength(1);
});

test('a backlog beyond what memory takes is worked off in order', async () => {
  const directory = bench.addDirectory();
  const count = 4_000;
  await directory.emit(...Array.from({ length: count }, (_, index) => userDraft(`u${index % 700}`)));
  bench.start();
  await eventually('all delivered', async () => (await deliveredCount()) === count);
  const last = new Map<string, number>();
  for (const { event } of receiver.messages) {
    expect(event.seq).toBeGreaterThan(last.get(event.data.id) ?? 0);
    last.set(event.data.id, event.seq);
  }
  expect(receiver.messages).toHaveLength(count);
});

test('250 membership events of 100 members that wait behind a failing one do not make others wait', async () => {
  const isOfGroup = ({ type }: Received['event']): boolean => type === 'group.members_added';
  receiver.answer = ({ event }) => (isOfGroup(event) ? 500 : 204);
  bench.start();
  const directory = bench.addDirectory();
  const members = (number: number) => Array.from({ length: 100 }, (_, index) => `member-${number}-${index}`);
  const joined = Array.from({ length: 250 }, (_, number) => membersDraft('group', members(number)));
  await directory.emit(...joined, userDraft('member-249-99'), userDraft('somebody else'));
  await eventually('what is about somebody else', async () => (await deliveredCount()) === 1);
  const counted = () => bench.store.deliveries.countByStatus(endpointId, 1000);
  await eventually('the others labeled', async () => (await counted()).blocked === 250);
  expect(await counted()).toEqual({ retrying: 1, blocked: 250, delivered: 1 });
  await directory.emit(userDraft('somebody else'));
  await eventually('what came later', async () => (await deliveredCount()) === 2);

  receiver.answer = () => 204;
  receiver.messages.length = 0;
  bench.ahead += 6_000;
  await eventually('all delivered', async () => (await deliveredCount()) === 253);
  expect(seqs()).toEqual(Array.from({ length: 251 }, (_, index) => index + 1));
});

/** A log in the test's hands: one partition, one consumer. */
function handedLog(): EventLog & { readonly consumer: Promise<LogConsumer> } {
  let assign: (consumer: LogConsumer) => void = () => undefined;
  const consumer = new Promise<LogConsumer>((resolve) => (assign = resolve));
  return {
    consumer,
    publish: async () => undefined,
    async consume(_, given, signal) {
      await given.assigned(0);
      assign(given);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await given.revoked(0);
    },
    check: async () => undefined,
    close: async () => undefined,
  };
}

const recordOf = (directoryId: string, { id, type, seq, body }: StoredEvent): LogRecord => ({
  directoryId,
  eventId: id,
  type,
  seq,
  body,
});

describe('of a log that loses and repeats', () => {
  let log: ReturnType<typeof handedLog>;
  let hand: (events: readonly (LogRecord & { offset?: number })[]) => Promise<void>;
  beforeEach(() => {
    log = handedLog();
    let offset = 0;
    hand = async (records) =>
      (await log.consumer).records(
        0,
        records.map((record) => ({ ...record, offset: (offset += 1) })),
      );
    bench.start({ log });
  });

  test('events that it has lost come from the store', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(...Array.from({ length: 6 }, () => userDraft('a')));
    const records = events.map((event) => recordOf(directory.id, event));
    await hand([2, 5].flatMap((index) => records[index] ?? []));
    await eventually('all delivered', async () => (await deliveredCount()) === 6);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(errors()).toHaveLength(2);
    expect(errors()[0]).toContain('has lost events');
  });

  test('events that it repeats are delivered once', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(userDraft('a'), userDraft('b'), userDraft('a'));
    const records = events.map((event) => recordOf(directory.id, event));
    await hand([...records.slice(0, 2), ...records]);
    await hand(records);
    await eventually('all delivered', async () => (await deliveredCount()) === 3);
    expect(seqs().sort()).toEqual([1, 2, 3]);
    expect(errors()).toEqual([]);
  });

  test('a user who was created late by a former owner of the partition is not deleted first', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(userDraft('b'), userDraft('a'), userDraft('a', 'user.deleted'));
    const records = events.map((event) => recordOf(directory.id, event));
    await hand(records.slice(0, 1));
    await eventually('what was there is read', async () => (await deliveredCount()) === 1);
    const [, created] = events.map(({ body }) => JSON.parse(body) as DirectoryEvent);
    if (created === undefined) throw new Error('three events');
    const subscribers = await bench.store.registry.endpoints.find({}, { limit: 10 });
    const rows = fanOut([{ event: created, partition: 0, offset: 2 }], subscribers, Date.now());
    await bench.store.deliveries.insert(rows, [{ directoryId: directory.id, seq: 2 }]);
    await hand(records.slice(1));
    await eventually('all delivered', async () => (await deliveredCount()) === 3);
    expect(seqs()).toEqual([1, 2, 3]);
  });

  test('two events with one seq raise an alarm, and the second is dropped', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(userDraft('a'));
    const records = events.map((event) => recordOf(directory.id, event));
    await hand(records);
    await hand(records.map((record) => ({ ...record, eventId: newId() })));
    expect(errors()).toEqual(['Two events have the same seq; the second is dropped.']);
    await eventually('delivered', async () => (await deliveredCount()) === 1);
  });

  test('a record that is not the event it names is replaced by the one in the store', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(userDraft('a'), userDraft('a'));
    const [first, second] = events.map((event) => recordOf(directory.id, event));
    if (first === undefined || second === undefined) throw new Error('two records');
    await hand([
      { ...first, body: 'not JSON' },
      { ...second, body: first.body },
    ]);
    await eventually('all delivered', async () => (await deliveredCount()) === 2);
    expect(seqs()).toEqual([1, 2]);
    expect(errors()).toHaveLength(2);
  });

  test('what neither the log nor the store has is reported, and the rest goes on', async () => {
    const directory = bench.addDirectory();
    const events = await directory.commit(userDraft('a'));
    const ahead = {
      id: newId(),
      type: 'user.created',
      seq: 3,
      organizationId: 'o',
      directoryId: directory.id,
      data: { id: 'b' },
    };
    await hand([{ ...recordOf(directory.id, { ...ahead, body: JSON.stringify(ahead) }) }]);
    await eventually('delivered', async () => (await deliveredCount()) === 2);
    expect(seqs().sort()).toEqual([1, 3]);
    expect(errors()[1]).toContain('neither in the event log nor in the store');
    expect(events).toHaveLength(1);
  });
});

test('a user whose creation was written down without an answer is not deleted first', async () => {
  const log = handedLog();
  const { deliveries } = bench.store;
  let isLosing = false;
  const insert: DeliveryStore['insert'] = async (...values) => {
    await deliveries.insert(...values);
    if (isLosing) throw new Error('no answer');
  };
  bench.start({ log, deliveries: { ...deliveries, insert } });
  const directory = bench.addDirectory();
  const events = await directory.commit(userDraft('b'), userDraft('a'), userDraft('a', 'user.deleted'));
  const records = events.map((event, index) => ({ ...recordOf(directory.id, event), offset: index + 1 }));
  const consumer = await log.consumer;
  await consumer.records(0, records.slice(0, 1));
  await eventually('what was there is read', async () => (await deliveredCount()) === 1);
  isLosing = true;
  await expect(consumer.records(0, records.slice(1, 2))).rejects.toThrow('no answer');
  isLosing = false;
  await consumer.records(0, records.slice(1, 2));
  await consumer.records(0, records.slice(2));
  await eventually('all delivered', async () => (await deliveredCount()) === 3);
  expect(seqs()).toEqual([1, 2, 3]);
});

test('a delivery whose event is no longer in the store is canceled, and says so', async () => {
  const log = handedLog();
  const stop = bench.start({ log, events: { ...bench.store.events, ofDirectory: async () => [] } });
  const gone = {
    id: newId(),
    seq: 1,
    directoryId: newId(),
    organizationId: 'o',
    data: { id: 'a' },
    type: 'user.created',
  };
  receiver.answer = () => 500;
  await (
    await log.consumer
  ).records(0, [{ ...recordOf(gone.directoryId, { ...gone, body: JSON.stringify(gone) }), offset: 1 }]);
  await eventually('tried', async () => (await bench.statusesOf(endpointId)) === 'retrying');
  await stop();
  bench.ahead += 6_000;
  bench.start(); // it has the body no longer in memory
  await eventually('canceled', async () => (await bench.statusesOf(endpointId)) === 'canceled');
  const [delivery] = await bench.deliveriesOf(endpointId);
  expect(delivery?.lastError).toBe('the event is no longer in the store');
});

test('while the store fails, nothing is lost, and nothing is sent that was not claimed', async () => {
  let isAway = false;
  const ifThere = <T>(work: () => Promise<T>): Promise<T> =>
    isAway ? Promise.reject(new Error('the store is away')) : work();
  const { deliveries } = bench.store;
  bench.start({
    deliveries: {
      ...deliveries,
      insert: (...values) => ifThere(() => deliveries.insert(...values)),
      queue: (...values) => ifThere(() => deliveries.queue(...values)),
      endpointsWith: (...values) => ifThere(() => deliveries.endpointsWith(...values)),
      claim: (...values) => ifThere(() => deliveries.claim(...values)),
      settle: (...values) => ifThere(() => deliveries.settle(...values)),
    },
  });
  const directory = bench.addDirectory();
  receiver.answer = () => {
    isAway ||= receiver.messages.length === 1; // gone after the request was made, before it is written down
    return 204;
  };
  await directory.emit(userDraft('a'), userDraft('a'), userDraft('b'));
  await eventually('the outage', () => isAway);
  const during = receiver.messages.length;
  await directory.emit(userDraft('c'));
  await eventually('a failed write', () =>
    bench.logged.some(({ message }) => message.startsWith('Could not write down')),
  );
  expect(receiver.messages.length - during).toBeLessThanOrEqual(1); // b had been claimed
  isAway = false;
  receiver.answer = () => 204;
  await eventually('all delivered', async () => (await deliveredCount()) === 4);
  expect(receiver.messages.map(({ event }) => event.seq).sort()).toEqual([1, 2, 3, 4]);
});
