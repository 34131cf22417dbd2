import { tellAll } from '../../services/dispatcher/disablings.js';
import { createEndpoints } from '../../services/dispatcher/endpoints.js';
import { createSealer } from '../../shared/runtime/seal.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { schemaProblems } from '../support/event-schemas.js';
import { eventually } from '../support/eventually.js';
import {
  openDispatcherBench,
  startReceiver,
  userDraft,
  verified,
  type DispatcherBench,
  type Receiver,
} from './dispatcher-support.js';

/** What operators are told of endpoints and deliveries, over real HTTP. */

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

const ASKING = { eventTypes: ['endpoint.*', 'delivery.*'] };

interface Told {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly seq: null;
  readonly data: { readonly id: string; readonly endpointId?: string; readonly reason?: string };
  readonly cause: { readonly requestId: string } | null;
}

/** What a receiver was told, each message verified, unless the test's clock is not the verifier's. */
const toldTo = ({ messages }: Receiver, secret?: string): Told[] =>
  messages.map((message) => {
    const event = (secret === undefined ? message.event : verified(secret, message)) as Told;
    expect(schemaProblems(event)).toEqual([]);
    expect(message.headers['webhook-id']).toBe(event.id);
    return event;
  });

test('a delivery whose retries are spent is told of, each time, and can be retried by what was told', async () => {
  const [failing, ops] = [await startReceiver(() => 500), await startReceiver()];
  const { id } = await bench.addEndpoint(failing.url);
  const { id: opsId, secret } = await bench.addEndpoint(ops.url, ASKING);
  bench.start({ retrySchedule: [0, 1] });
  const directory = bench.addDirectory();
  const [event] = await directory.emit(userDraft('a'));
  await eventually('told', () => ops.messages.length === 1);
  const [told] = toldTo(ops, secret);
  const [parked] = await bench.deliveriesOf(id);
  expect(told).toMatchObject({
    ...{ type: 'delivery.parked', organizationId: 'organization', directoryId: directory.id, seq: null, cause: null },
    data: {
      id: parked?.id,
      endpointId: id,
      eventId: event?.id,
      eventType: 'user.created',
      seq: 1,
      attempts: 2,
      answer: 500,
    },
  });
  const shown = await bench.admin.get('/v1/deliveries').query({ endpointId: opsId }).expect(200);
  expect(shown.body.data).toMatchObject([{ eventType: 'delivery.parked', eventId: told?.id, seq: null }]);

  await bench.admin.post(`/v1/deliveries/${told?.data.id ?? ''}/retry`).expect(202);
  await eventually('told again', () => ops.messages.length === 2);
  const events = toldTo(ops, secret);
  expect(new Set(events.map((one) => one.id)).size).toBe(2);
  expect(events[1]?.data.id).toBe(parked?.id);
  failing.answer = () => 204;
  await bench.admin.post(`/v1/deliveries/${told?.data.id ?? ''}/retry`).expect(202);
  await eventually('delivered', async () => (await bench.statusesOf(id)) === 'delivered');
});

test('with a schedule of one attempt, a delivery that is retried and parked anew is told of anew', async () => {
  const [failing, ops] = [await startReceiver(() => 500), await startReceiver()];
  const { id } = await bench.addEndpoint(failing.url);
  await bench.addEndpoint(ops.url, ASKING);
  bench.start({ retrySchedule: [0] });
  await bench.addDirectory().emit(userDraft('a'));
  for (let time = 1; time <= 2; time += 1) {
    await eventually('told', () => ops.messages.length === time);
    const [parked] = await bench.deliveriesOf(id);
    await bench.admin.post(`/v1/deliveries/${parked?.id ?? ''}/retry`).expect(202);
  }
  await eventually('told', () => ops.messages.length === 3);
  expect(new Set(ops.messages.map(({ event }) => event.id)).size).toBe(3);
});

test('a disabled endpoint is told of with the reason: gone, failing, or an operator and their request', async () => {
  const [gone, failing, ops] = [await startReceiver(() => 410), await startReceiver(() => 500), await startReceiver()];
  const { id: goneId } = await bench.addEndpoint(gone.url);
  const { id: failingId } = await bench.addEndpoint(failing.url, { eventTypes: ['user.deleted'] });
  await bench.addEndpoint(ops.url, ASKING);
  const HOUR_MS = 3_600_000;
  const stop = bench.start({ retrySchedule: [0, 2 * HOUR_MS] });
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('b', 'user.deleted'));
  await eventually('told', () => ops.messages.length === 1);
  await eventually('tried', async () => (await bench.statusesOf(failingId)) === 'retrying');
  bench.ahead += 3 * HOUR_MS;
  await eventually('parked, which is told', () => ops.messages.length === 2);
  await stop();
  bench.ahead += 118 * HOUR_MS;
  bench.start();
  await directory.emit(userDraft('c', 'user.deleted'));
  await eventually('told', () => ops.messages.length === 3);
  await bench.admin.patch(`/v1/endpoints/${goneId}`).send({ enabled: true }).expect(200);
  const byHand = await bench.admin.patch(`/v1/endpoints/${goneId}`).send({ enabled: false }).expect(200);
  await eventually('told', () => ops.messages.length === 4);
  // It is disabled: nothing happens.
  await bench.admin.patch(`/v1/endpoints/${goneId}`).send({ enabled: false, description: 'gone' }).expect(200);

  const events = toldTo(ops).filter(({ type }) => type === 'endpoint.disabled');
  const requestId = String(byHand.headers['x-request-id']);
  expect(events.map(({ data, cause }) => ({ ...data, cause }))).toEqual([
    { id: goneId, reason: 'gone', cause: null },
    { id: failingId, reason: 'failing', cause: null },
    { id: goneId, reason: 'operator', cause: { requestId } },
  ]);
  const disabled = await bench.store.registry.endpoints.get(goneId);
  expect(Date.parse(events[2]?.timestamp ?? '')).toBeLessThanOrEqual(disabled?.updatedAt ?? 0);
  await eventually('nothing left to tell', async () => {
    const endpoints = await bench.store.registry.endpoints.find({}, { limit: 10 });
    return endpoints.every(({ disabling }) => disabling === null);
  });
});

test('what is parked of an operational event is told to nobody', async () => {
  const [failing, broken, ops] = [
    await startReceiver(() => 500),
    await startReceiver(() => 400),
    await startReceiver(),
  ];
  const { id } = await bench.addEndpoint(failing.url);
  const { id: brokenId } = await bench.addEndpoint(broken.url, ASKING);
  const { secret } = await bench.addEndpoint(ops.url, ASKING);
  bench.start({ retrySchedule: [0] });
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'));
  await eventually('the telling parked', async () => (await bench.statusesOf(brokenId)) === 'parked');
  await directory.emit(userDraft('b'));
  await eventually('told of both', () => ops.messages.length === 2);
  await eventually('the second parked too', async () => (await bench.statusesOf(brokenId)) === 'parked parked');
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: false }).expect(200);
  await eventually('told of a third', () => ops.messages.length === 3);
  expect(toldTo(ops, secret).map(({ data }) => data.endpointId ?? data.id)).toEqual([id, id, id]);
});

test('operational events share an endpoint with directory events, and hold up none', async () => {
  const [failing, both] = [await startReceiver(({ event }) => (event.seq === 2 ? 500 : 204)), await startReceiver()];
  const { id } = await bench.addEndpoint(failing.url);
  const { id: bothId } = await bench.addEndpoint(both.url, { eventTypes: ['*', 'delivery.*'] });
  bench.start({ retrySchedule: [0] });
  const directory = bench.addDirectory();
  await directory.emit(userDraft('a'), userDraft('b'), userDraft('a'));
  await eventually('told', () => both.messages.length === 4);
  await directory.emit(userDraft('b'), userDraft('a'));
  await eventually(
    'all delivered',
    async () => (await bench.store.deliveries.countByStatus(bothId, 1000)).delivered === 6,
  );
  await eventually(
    'its own user waiting',
    async () => (await bench.statusesOf(id)) === 'delivered parked delivered blocked delivered',
  );
  const seqs = both.messages.flatMap(({ event }) => (event.type === 'delivery.parked' ? [] : [event.seq]));
  expect(seqs).toHaveLength(5);
  for (const user of ['a', 'b']) {
    const own = both.messages.filter(({ event }) => event.data.id === user).map(({ event }) => event.seq);
    expect(own).toEqual(own.toSorted((one, other) => one - other));
  }
});

test('an operational event is replayed by its id and by its type, and not with what directories tell', async () => {
  const [failing, ops] = [await startReceiver(() => 500), await startReceiver()];
  await bench.addEndpoint(failing.url);
  const { id } = await bench.addEndpoint(ops.url, { eventTypes: ['*', 'delivery.parked'] });
  bench.start({ retrySchedule: [0] });
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('both', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 2);
  const told = ops.messages.find(({ event }) => event.type === 'delivery.parked')?.event;
  const replay = (body: object) => bench.admin.post(`/v1/endpoints/${id}/replay`).send(body).expect(202);
  await replay({ eventId: told?.id });
  await eventually('it again', () => ops.messages.length === 3);
  const replayed = async (types?: string[]): Promise<number> => {
    await eventually('all sent', async () => (await bench.store.deliveries.countByStatus(id, 1000)).delivered === 2);
    const made = await replay({ since: '2000-01-01T00:00:00Z', ...(types && { types }) });
    const url = `/v1/replays/${String(made.body.id)}`;
    await eventually('its end', async () => (await bench.admin.get(url)).body.state === 'done');
    return (await bench.admin.get(url)).body.replayed as number;
  };
  expect(await replayed(['delivery.*'])).toBe(1);
  expect(await replayed()).toBe(1);
  await eventually('all', () => ops.messages.length === 5);
  expect(ops.messages.slice(2).map(({ event }) => event.type)).toEqual([
    'delivery.parked',
    'delivery.parked',
    'user.created',
  ]);
});

test('a delivery that was told of when the process died is parked after all, and told of under the same id', async () => {
  const [failing, ops] = [await startReceiver(() => 500), await startReceiver()];
  const { id } = await bench.addEndpoint(failing.url);
  const { id: opsId } = await bench.addEndpoint(ops.url, ASKING);
  const { deliveries } = bench.store;
  // Of a store whose two writes are not one, the second is lost.
  const settle: DeliveryStore['settle'] = async (settlements, now) => {
    const isParked = settlements.some(({ status }) => status === 'parked');
    if (!isParked) return deliveries.settle(settlements, now);
    await deliveries.insert(
      settlements.flatMap(({ tells = [] }) => tells),
      [],
    );
  };
  const stop = bench.start({ retrySchedule: [0, 1], deliveries: { ...deliveries, settle } });
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('told', () => ops.messages.length === 1);
  await stop();
  expect(await bench.statusesOf(id)).toBe('sending');
  bench.start({ retrySchedule: [0, 1] });
  await eventually('parked', async () => (await bench.statusesOf(id)) === 'parked');
  expect(failing.messages.length).toBeGreaterThan(2);
  const [told, ...others] = await bench.deliveriesOf(opsId);
  expect([told?.eventId, others]).toEqual([ops.messages[0]?.event.id, []]);
});

test('a disabling that was told of when the process died is told again under the same id', async () => {
  const [quiet, ops] = [await startReceiver(), await startReceiver()];
  const { id } = await bench.addEndpoint(quiet.url);
  const { id: opsId } = await bench.addEndpoint(ops.url, ASKING);
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: false }).expect(200);
  const { registry, deliveries } = bench.store;
  const tell = (die: boolean): Promise<void> => {
    const replace = async (): Promise<boolean> => {
      throw new Error('the process died');
    };
    const table = die ? { ...registry.endpoints, replace } : registry.endpoints;
    const endpoints = createEndpoints(table, createSealer(Buffer.alloc(32, 7)), Date.now);
    return tellAll({ deliveries, endpoints, clock: Date.now });
  };
  await expect(tell(true)).rejects.toThrow('the process died');
  const [made] = await bench.deliveriesOf(opsId);
  await tell(false);
  expect(await bench.deliveriesOf(opsId)).toEqual([made]);
  expect(await registry.endpoints.get(id)).toMatchObject({ enabled: false, disabling: null });
  await tell(false);
  expect(await bench.deliveriesOf(opsId)).toEqual([made]);
});

test('operational events are none of the Events API', async () => {
  for (const type of ['delivery.parked', 'endpoint.*']) {
    const { body } = await bench.admin.get('/v1/events').query({ type }).expect(400);
    expect(body.errors).toMatchObject([
      { field: 'type', message: expect.stringContaining('must be one of user.created') },
    ]);
  }
  const schema = await bench.admin.get('/schemas/events/delivery.parked.json').expect(200);
  expect(schema.body.properties.seq).toMatchObject({ type: 'null' });
});
