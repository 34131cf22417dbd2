import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { eventually } from '../support/eventually.js';
import { openDispatcherBench, startReceiver, userDraft, type DispatcherBench } from './dispatcher-support.js';

/** What an endpoint may ask for, what an operator may do for it, and what becomes of one that fails. */

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

test('a retry by hand just before the dispatcher takes the delivery keeps its fresh count', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  const { deliveries } = bench.store;
  const claim: DeliveryStore['claim'] = async (rows, ...values) => {
    const [row] = rows;
    // Seen by the dispatcher as tried once, and retried before it takes it.
    if (row?.attempts === 1) await bench.admin.post(`/v1/deliveries/${row.id}/retry`).expect(202);
    return deliveries.claim(rows, ...values);
  };
  bench.start({ deliveries: { ...deliveries, claim } });
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying');
  bench.ahead += 6_000;
  await eventually('tried again', () => receiver.messages.length === 2);
  await eventually('written down', async () => (await bench.statusesOf(id)) === 'retrying');
  expect(await bench.deliveriesOf(id)).toMatchObject([{ attempts: 1 }]);
});

test('a parked delivery that is skipped is canceled, and what waited for it goes on', async () => {
  const receiver = await startReceiver(({ event }) => (event.seq === 1 ? 500 : 204));
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start({ retrySchedule: [0] });
  await bench.addDirectory().emit(userDraft('a'), userDraft('a'), userDraft('b'));
  await eventually('parked', async () => (await bench.statusesOf(id)) === 'parked blocked delivered');
  const [first, second] = await bench.deliveriesOf(id);
  const { body: refused } = await bench.admin.post(`/v1/deliveries/${second?.id ?? ''}/skip`).expect(409);
  expect(refused.detail).toBe(
    'The delivery is blocked: an earlier delivery about the same user or group is in its way; retry or skip that one.',
  );
  const { body } = await bench.admin.post(`/v1/deliveries/${first?.id ?? ''}/skip`).expect(200);
  expect(body).toMatchObject({ status: 'canceled', nextAttemptAt: null });
  await eventually('the rest delivered', async () => (await bench.statusesOf(id)) === 'canceled delivered delivered');
  expect(receiver.messages.map(({ event }) => event.seq)).toEqual([1, 3, 2]);
});

describe('the ordering of an endpoint', () => {
  const failing = () => startReceiver(({ event }) => (event.data.id === 'a' ? 500 : 204));

  test('none: nothing waits for anything', async () => {
    const receiver = await failing();
    const { id } = await bench.addEndpoint(receiver.url, { ordering: 'none' });
    bench.start();
    await bench.addDirectory().emit(userDraft('a'), userDraft('a'), userDraft('b'));
    await eventually('all tried', async () => (await bench.statusesOf(id)) === 'retrying retrying delivered');
  });

  test('directory: what comes later in a directory waits, and other directories go on', async () => {
    const receiver = await failing();
    const { id } = await bench.addEndpoint(receiver.url, { ordering: 'directory' });
    // The one that fails is tried once while the test looks.
    bench.start({ retrySchedule: [0, 600_000] });
    const [one, other] = [bench.addDirectory(), bench.addDirectory()];
    const drafts = Array.from({ length: 20 }, (_, index) => userDraft(`user-${index}`));
    await one.emit(...drafts, userDraft('a'), userDraft('b'));
    await other.emit(userDraft('c'));
    await eventually('all but one at rest', async () => {
      const { delivered, retrying, blocked } = await bench.store.deliveries.countByStatus(id, 1000);
      return delivered === 21 && retrying === 1 && blocked === 1;
    });
    const seqs = receiver.messages.filter(({ event }) => event.data.id !== 'c').map(({ event }) => event.seq);
    expect(seqs).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  });

  test('a change is for the deliveries that are made after it, and reorders nothing of one user', async () => {
    const receiver = await failing();
    const { id } = await bench.addEndpoint(receiver.url);
    bench.start();
    const directory = bench.addDirectory();
    await directory.emit(userDraft('a'), userDraft('b'));
    await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying delivered');
    await bench.admin.patch(`/v1/endpoints/${id}`).send({ ordering: 'directory' }).expect(200);
    await directory.emit(userDraft('b'), userDraft('a'), userDraft('c'));
    await eventually(
      'the later ones wait',
      async () => (await bench.statusesOf(id)) === 'retrying delivered delivered blocked blocked',
    );
  });
});

test('a rate limit delays deliveries, uses up no attempt and changes no order', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url, { rateLimit: { perSecond: 20 } });
  const other = await startReceiver();
  await bench.addEndpoint(other.url);
  bench.start();
  const startedAt = performance.now();
  await bench.addDirectory().emit(...Array.from({ length: 50 }, (_, index) => userDraft(`user-${index % 5}`)));
  await eventually('all delivered elsewhere', () => other.messages.length === 50);
  await eventually(
    'all delivered',
    async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 50,
  );
  // 20 at once, the others one every 50 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(1_400);
  expect((await bench.deliveriesOf(id)).every(({ attempts }) => attempts === 1)).toBe(true);
  for (let user = 0; user < 5; user += 1) {
    const own = receiver.messages.filter(({ event }) => event.data.id === `user-${user}`);
    expect(own.map(({ event }) => event.seq)).toEqual(own.map(({ event }) => event.seq).toSorted((a, b) => a - b));
  }
});

test('an endpoint that is down gets few requests, and what waits for it keeps its attempts', async () => {
  const receiver = await startReceiver(() => 503);
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  await bench.addDirectory().emit(...Array.from({ length: 200 }, (_, index) => userDraft(`user-${index}`)));
  await eventually('the breaker open', async () => {
    const { sending, retrying, pending } = await bench.store.deliveries.countByStatus(id, 1000);
    return sending === undefined && (retrying ?? 0) >= 10 && (pending ?? 0) >= 100;
  });
  const untried = (await bench.deliveriesOf(id)).filter(({ status }) => status === 'pending');
  expect(untried.every(({ attempts }) => attempts === 0)).toBe(true);
  expect(receiver.messages.length + untried.length).toBe(200);
  receiver.answer = () => 204;
  await eventually(
    'the probe answered, and all that had not been tried delivered',
    async () => ((await bench.store.deliveries.countByStatus(id, 1000)).delivered ?? 0) >= untried.length,
    20_000,
  );
});

test('an endpoint that asks for a pause gets none of what else waits for it, and all of it afterwards', async () => {
  const receiver = await startReceiver((_message, res) => {
    res.setHeader('retry-after', '1');
    return 429;
  });
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start({ retrySchedule: [0, 500, 500, 500] });
  await bench.addDirectory().emit(...Array.from({ length: 200 }, (_, index) => userDraft(`user-${index}`)));
  await eventually('a pause that was asked for', async () => receiver.messages.length > 0);
  // What was under way when it was asked for: no more than an endpoint gets at first.
  await eventually('the next request', async () => receiver.messages.length > 4, 10_000);
  expect(receiver.messages.length).toBeLessThan(20);
  receiver.answer = () => 204;
  await eventually(
    'all delivered',
    async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 200,
    20_000,
  );
});

test('an endpoint that has failed for five days is disabled, and resumes where it stopped, parked ones too', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  const HOUR_MS = 3_600_000;
  const stop = bench.start({ retrySchedule: [0, 2 * HOUR_MS] });
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('b'), userDraft('b'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying retrying blocked');
  bench.ahead += 3 * HOUR_MS;
  await eventually('parked', async () => (await bench.statusesOf(id)) === 'parked parked blocked');
  const { body: failing } = await bench.admin.get(`/v1/endpoints/${id}`);
  expect(failing).toMatchObject({ enabled: true, failingSince: expect.stringMatching(/^20/) });
  await stop();
  bench.ahead += 118 * HOUR_MS;
  bench.start({ retrySchedule: [0, 2 * HOUR_MS] });
  await directory.emit(userDraft('c'));
  await eventually('held', async () => (await bench.statusesOf(id)) === 'held held held held');
  const { body: disabled } = await bench.admin.get(`/v1/endpoints/${id}`);
  expect(disabled).toMatchObject({ enabled: false, failingSince: null });
  expect(disabled.disabledReason).toBe(
    `every attempt since ${failing.failingSince} has failed; enable it when the receiver is well again`,
  );

  receiver.answer = () => 204;
  receiver.messages.length = 0;
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: true }).expect(200);
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 4);
  const ofB = receiver.messages.filter(({ event }) => event.data.id === 'b');
  expect(ofB.map(({ event }) => event.seq)).toEqual([2, 3]);
});

test('the metrics tell how deliveries are doing', async () => {
  const receiver = await startReceiver(({ event }) => (event.data.id === 'a' ? 500 : 204));
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  await bench.addDirectory().emit(userDraft('a'), userDraft('b'), userDraft('c'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying delivered delivered');
  const metrics = await bench.metrics.metrics();
  for (const line of [
    'rollcall_deliveries_settled_total{status="delivered"} 2',
    'rollcall_deliveries_settled_total{status="retrying"} 1',
    'rollcall_attempt_duration_seconds_count{answer="2xx"} 2',
    'rollcall_attempt_duration_seconds_count{answer="5xx"} 1',
    'rollcall_dispatcher_in_flight 0',
    'rollcall_dispatcher_broken_endpoints 0',
    'rollcall_dispatcher_failing_deliveries 1',
  ]) {
    expect(metrics).toContain(line);
  }
  expect(metrics).not.toContain(id);
});
