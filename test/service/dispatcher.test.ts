import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import { createSealer } from '../../shared/runtime/seal.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { eventually } from '../support/eventually.js';
import { openDispatcherBench, startReceiver, userDraft, verified, type DispatcherBench } from './dispatcher-support.js';

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

test('events become signed messages, in order for each user, with every attempt on record', async () => {
  const receiver = await startReceiver();
  const { id, secret } = await bench.addEndpoint(receiver.url);
  const stop = bench.start();
  const directory = bench.addDirectory();
  const drafts = Array.from({ length: 60 }, (_, index) => userDraft(`user-${index % 7}`));
  const events = await directory.emit(...drafts);
  await eventually(
    'all delivered',
    async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 60,
  );

  expect(receiver.messages.map((message) => verified(secret, message))).toHaveLength(60);
  for (let user = 0; user < 7; user += 1) {
    const seqs = receiver.messages
      .filter(({ event }) => event.data.id === `user-${user}`)
      .map(({ event }) => event.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  const bodyOf = new Map(events.map((event) => [event.id, event.body]));
  for (const { headers, raw } of receiver.messages) {
    expect(raw.toString()).toBe(bodyOf.get(String(headers['webhook-id'])));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Rollcall\/\d/),
    });
    expect(headers['svix-id']).toBe(headers['webhook-id']);
  }
  const [delivery] = await bench.deliveriesOf(id);
  const attempts = await bench.store.deliveries.attempts(delivery?.id ?? '');
  expect(attempts).toMatchObject([{ status: 204, error: null, response: '', endpointId: id }]);
  expect(delivery).toMatchObject({
    status: 'delivered',
    attempts: 1,
    leaseOwner: null,
    leaseUntil: null,
    lastError: null,
  });
  await stop();
});

test('a failure is tried again after its pause and holds up its own user alone', async () => {
  const receiver = await startReceiver(({ event }, res, count) => {
    if (event.data.id !== 'unlucky' || count > 4) return 204;
    res.writeHead(500).end('x'.repeat(5000));
    return undefined;
  });
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('unlucky'), userDraft('a'), userDraft('unlucky'), userDraft('b'));
  await eventually(
    'the rest delivered and the later one labeled',
    async () => (await bench.statusesOf(id)) === 'retrying delivered blocked delivered',
  );
  const [first] = await bench.deliveriesOf(id);
  expect(first).toMatchObject({ attempts: 1, lastError: 'the receiver answered 500' });
  expect(receiver.messages.map(({ event }) => event.data.id).sort()).toEqual(['a', 'b', 'unlucky']);

  receiver.answer = () => 204;
  bench.ahead += 6_000;
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 4);
  expect(receiver.messages.slice(3).map(({ event }) => event.seq)).toEqual([1, 3]);
  const attempts = await bench.store.deliveries.attempts(first?.id ?? '');
  expect(attempts).toMatchObject([
    { status: 500, error: 'the receiver answered 500', response: 'x'.repeat(4096) },
    { status: 204, error: null },
  ]);
});

test('an endpoint that hangs does not hold up another, and soon has one request in flight', async () => {
  const hanging = await startReceiver(() => undefined);
  const [good, bad] = [await startReceiver(), hanging];
  await bench.addEndpoint(bad.url);
  const { id } = await bench.addEndpoint(good.url);
  const stop = bench.start();
  const directory = bench.addDirectory();
  const start = performance.now();
  await directory.emit(...Array.from({ length: 300 }, (_, index) => userDraft(`u${index}`)));
  await eventually('all delivered to the good one', () => good.messages.length === 300);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(bad.messages.length).toBeGreaterThan(0);
  expect(bad.mostAtOnce()).toBeLessThanOrEqual(4);
  await eventually(
    'all on record',
    async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 300,
  );
  bad.cut();
  await stop();
});

test('410 Gone disables the endpoint and holds its deliveries, until it is enabled', async () => {
  const receiver = await startReceiver(() => 410);
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('a'), userDraft('b'));
  await eventually('all held', async () => (await bench.statusesOf(id)) === 'held held held');
  const { body } = await bench.admin.get(`/v1/endpoints/${id}`);
  expect(body).toMatchObject({
    enabled: false,
    disabledReason: 'the receiver answered 410 Gone',
    deliveries: { held: 3 },
  });
  await directory.emit(userDraft('a'));
  await eventually('the next one held', async () => (await bench.statusesOf(id)) === 'held held held held');

  receiver.messages.length = 0;
  receiver.answer = () => 204;
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: true }).expect(200);
  await directory.emit(userDraft('a'));
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 5);
  expect(receiver.messages.filter(({ event }) => event.data.id === 'a').map(({ event }) => event.seq)).toEqual([
    1, 2, 4, 5,
  ]);
});

test('an endpoint that is disabled keeps its place: nothing is sent, nothing is lost, nothing is out of order', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'));
  await eventually('delivered', () => receiver.messages.length === 1);
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: false }).expect(200);
  await directory.emit(userDraft('a'), userDraft('b'));
  await eventually('held', async () => (await bench.statusesOf(id)) === 'delivered held held');
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: true }).expect(200);
  await directory.emit(userDraft('a'), userDraft('b'));
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 5);
  for (const user of ['a', 'b']) {
    const seqs = receiver.messages.filter(({ event }) => event.data.id === user).map(({ event }) => event.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
});

test('an endpoint that is deleted gets nothing more: its deliveries are canceled', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying blocked');
  // As if the deletion had been cut short after its first step.
  await bench.store.registry.endpoints.delete(id);
  await eventually('canceled', async () => (await bench.statusesOf(id)) === 'canceled canceled');
  bench.ahead += 6_000;
  await directory.emit(userDraft('a'));
  const other = await startReceiver();
  await bench.addEndpoint(other.url);
  await directory.emit(userDraft('a'));
  await eventually('the next one delivered elsewhere', () => other.messages.length === 1);
  expect(receiver.messages).toHaveLength(1);
  expect(await bench.statusesOf(id)).toBe('canceled canceled');
});

test.each(['deleted', 'disabled'])('an endpoint that is %s gets nothing after the answer', async (how) => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  const url = `/v1/endpoints/${id}`;
  const { deliveries } = bench.store;
  let isChanged = false;
  const claim: DeliveryStore['claim'] = async (...values) => {
    if (!isChanged && how === 'deleted') await bench.admin.delete(url).expect(204);
    if (!isChanged && how === 'disabled') await bench.admin.patch(url).send({ enabled: false }).expect(200);
    isChanged = true;
    return deliveries.claim(...values);
  };
  bench.start({ deliveries: { ...deliveries, claim } });
  await bench.addDirectory().emit(userDraft('a'), userDraft('a'), userDraft('b'));
  const rest = how === 'deleted' ? 'canceled' : 'held';
  await eventually('the change', () => isChanged);
  await eventually('all at rest', async () => (await bench.statusesOf(id)) === `${rest} ${rest} ${rest}`);
  const other = await startReceiver();
  await bench.addEndpoint(other.url);
  await bench.addDirectory().emit(userDraft('c'));
  await eventually('delivered elsewhere', () => other.messages.length === 1);
  expect(receiver.messages).toEqual([]);
  if (how === 'deleted') return;
  await bench.admin.patch(url).send({ enabled: true }).expect(200);
  await eventually('all delivered', async () => (await deliveries.countByStatus(id, 1000)).delivered === 4);
  const ofA = receiver.messages.filter(({ event }) => event.data.id === 'a');
  expect(ofA.map(({ event }) => event.seq)).toEqual([1, 2]);
});

test('a parked delivery holds up its user, over a restart too, until an operator retries it', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  const stop = bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying blocked');
  await stop();
  const [first] = await bench.deliveriesOf(id);
  const deliveryId = first?.id ?? '';
  const last = { deliveryId, status: 'retrying', attempts: 9, nextAttemptAt: 0, lastError: 'x' } as const;
  await bench.store.deliveries.settle([last], Date.now());
  const stopAgain = bench.start();
  await eventually('parked', async () => (await bench.statusesOf(id)) === 'parked blocked');
  expect(await bench.store.deliveries.get(deliveryId)).toMatchObject({ attempts: 10, nextAttemptAt: null });
  await stopAgain();

  receiver.answer = () => 204;
  receiver.messages.length = 0;
  bench.start();
  await directory.emit(userDraft('b'), userDraft('a'));
  await eventually('others delivered', async () => (await bench.statusesOf(id)) === 'parked blocked delivered blocked');
  await bench.admin.post(`/v1/deliveries/${deliveryId}/retry`).expect(202);
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 4);
  expect(receiver.messages.map(({ event }) => event.seq)).toEqual([3, 1, 2, 4]);
});

test('what was delivered can be sent again by hand, under the same id', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  await bench.addDirectory().emit(userDraft('a'), userDraft('a'));
  await eventually('delivered', async () => (await bench.statusesOf(id)) === 'delivered delivered');
  const [first] = await bench.deliveriesOf(id);
  await bench.admin.post(`/v1/deliveries/${first?.id ?? ''}/retry`).expect(202);
  await eventually('sent again', () => receiver.messages.length === 3);
  expect(receiver.messages[2]?.headers['webhook-id']).toBe(first?.eventId);
});

test('a retry by hand is refused when the delivery is being sent by then', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  const stop = bench.start();
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying');
  await stop();
  const [looked] = await bench.deliveriesOf(id);
  if (looked === undefined) throw new Error('one delivery');
  // The dispatcher takes it between the look at it and the change.
  jest.spyOn(bench.store.deliveries, 'get').mockImplementationOnce(async () => {
    await bench.store.deliveries.claim([looked], 'the dispatcher', Date.now() + 30_000, Date.now());
    return looked;
  });
  const { body } = await bench.admin.post(`/v1/deliveries/${looked.id}/retry`).expect(409);
  expect(body.detail).toContain('The delivery is sending: it is on its way already');
  expect(await bench.store.deliveries.get(looked.id)).toMatchObject({ status: 'sending', attempts: 1 });
});

test('endpoints get what their scope and types have, from the moment they are made', async () => {
  const [one, all, users] = [await startReceiver(), await startReceiver(), await startReceiver()];
  bench.start();
  const { body: organization } = await bench.admin.post('/v1/organizations').send({ name: 'Acme' }).expect(201);
  const [acme, other] = [bench.addDirectory(organization.id), bench.addDirectory()];
  for (let round = 1; round <= 5; round += 1) {
    await bench.addEndpoint(all.url);
    await other.emit(userDraft('a'));
    await eventually(`round ${round}`, () => all.messages.length === (round * (round + 1)) / 2);
  }
  await bench.addEndpoint(one.url, { organizationId: organization.id });
  await bench.addEndpoint(users.url, { eventTypes: ['user.deleted'] });
  await acme.emit(userDraft('b'), userDraft('b', 'user.deleted'));
  await other.emit(userDraft('c'));
  await eventually('everything', () => all.messages.length === 15 + 15);
  expect(one.messages.map(({ event }) => event.data.id)).toEqual(['b', 'b']);
  expect(users.messages.map(({ event }) => event.type)).toEqual(['user.deleted']);
});

test('while a secret is rotated, the former one and the new one sign', async () => {
  const receiver = await startReceiver();
  const { id, secret } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'));
  await eventually('delivered', () => receiver.messages.length === 1);
  const { body } = await bench.admin.post(`/v1/endpoints/${id}/secret/rotate`).send({}).expect(200);
  await directory.emit(userDraft('a'));
  await eventually('delivered', () => receiver.messages.length === 2);
  const [before, after] = receiver.messages;
  if (before === undefined || after === undefined) throw new Error('two messages');
  expect([verified(secret, before), verified(secret, after), verified(body.secret, after)]).toHaveLength(3);
  expect(() => verified(body.secret, before)).toThrow();
});

test('an endpoint whose secret cannot be opened waits, without using up its retries', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  const stop = bench.start({ sealer: createSealer(Buffer.alloc(32, 1)) });
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('retrying', async () => (await bench.statusesOf(id)) === 'retrying');
  const [waiting] = await bench.deliveriesOf(id);
  expect(waiting).toMatchObject({ attempts: 0, lastError: expect.stringContaining('cannot be signed: sealed value') });
  await stop();
  bench.ahead += 61_000;
  bench.start();
  await eventually('delivered', async () => (await bench.statusesOf(id)) === 'delivered');
});

test('a private address is refused when the connection is made', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url.replace('127.0.0.1', 'localhost'));
  bench.start({ courier: createHttpCourier([], Date.now) });
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('tried', async () => (await bench.statusesOf(id)) === 'retrying');
  const [delivery] = await bench.deliveriesOf(id);
  expect(delivery?.lastError).toMatch(
    /^the name localhost resolves to .* which is loopback; .*ROLLCALL_WEBHOOK_ALLOW_CIDRS/,
  );
  expect(receiver.messages).toEqual([]);
});
