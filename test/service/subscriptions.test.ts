import type { EventDraft } from '../../shared/events/envelope.js';
import { EVENT_TYPES, OPERATIONAL_TYPES } from '../../shared/events/event.js';
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

/** What an endpoint can ask for, over real HTTP. */

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

const moved = (id: string, to: string, from: string): EventDraft => ({
  type: 'user.updated',
  data: { id, userName: id, department: to } as never,
  previous: { department: from },
  cause: { requestId: 'r' },
});

const typesAt = ({ messages }: Receiver): string[] => messages.map(({ event }) => event.type);

test('an endpoint gets the types and the data that it asked for, and nothing else', async () => {
  const [everything, sales] = [await startReceiver(), await startReceiver()];
  await bench.addEndpoint(everything.url, { eventTypes: ['*'] });
  await bench.addEndpoint(sales.url, { eventTypes: ['user.*'], filter: 'department eq "sales"' });
  bench.start();
  const group = { type: 'group.deleted', data: { id: 'g' } as never, cause: { requestId: 'r' } } as const;
  const events = await bench
    .addDirectory()
    .emit(
      userDraft('a'),
      moved('b', 'Sales', 'Legal'),
      moved('b', 'Legal', 'Sales'),
      moved('b', 'Support', 'Legal'),
      group,
    );
  await eventually('everything', () => everything.messages.length === events.length && sales.messages.length === 2);
  expect(typesAt(sales)).toEqual(['user.updated', 'user.updated']);
  expect(sales.messages.map(({ event }) => event.seq)).toEqual([2, 3]);
});

test('thin payloads have ids alone, and verify', async () => {
  const receiver = await startReceiver();
  const { secret } = await bench.addEndpoint(receiver.url, { payload: 'ids' });
  bench.start();
  const [event] = await bench.addDirectory().emit(moved('b', 'Sales', 'Legal'));
  await eventually('it', () => receiver.messages.length === 1);
  const [message] = receiver.messages;
  if (message === undefined || event === undefined) throw new Error('nothing came');
  const { data: _, previous: __, ...envelope } = JSON.parse(event.body) as Record<string, unknown>;
  expect(verified(secret, message)).toEqual({ ...envelope, data: { id: 'b' } });
  expect(message.raw.toString()).not.toContain('Sales');
});

test("an endpoint's own headers are sent, kept sealed, and never shown", async () => {
  const receiver = await startReceiver();
  const headers = { 'X-Api-Key': 'hidden-value', 'x-region': 'eu' };
  const { id, secret } = await bench.addEndpoint(receiver.url, { headers });
  bench.start();
  await bench.addDirectory().emit(userDraft('a'));
  await eventually('it', () => receiver.messages.length === 1);
  expect(receiver.messages[0]?.headers).toMatchObject({ 'x-api-key': 'hidden-value', 'x-region': 'eu' });
  receiver.messages.forEach((message) => verified(secret, message));
  const shown = await bench.admin.get(`/v1/endpoints/${id}`);
  expect(shown.body.headerNames).toEqual(['x-api-key', 'x-region']);
  expect(shown.text).not.toContain('hidden-value');
  expect(JSON.stringify(await bench.store.registry.endpoints.get(id))).not.toContain('hidden-value');
});

test.each(EVENT_TYPES)('a test delivery of %s verifies as a real one does', async (type) => {
  const receiver = await startReceiver(() => 202);
  const { id, secret } = await bench.addEndpoint(receiver.url, { eventTypes: ['user.deleted'] });
  await bench.admin.patch(`/v1/endpoints/${id}`).send({ enabled: false }).expect(200);
  const { body } = await bench.admin.post(`/v1/endpoints/${id}/test`).send({ type }).expect(200);
  expect(body).toMatchObject({ type, delivered: true, status: 202, error: null });
  const [message] = receiver.messages;
  if (message === undefined) throw new Error('nothing came');
  const event = verified(secret, message);
  expect(event).toMatchObject({ id: body.eventId, type, seq: OPERATIONAL_TYPES.includes(type) ? null : 1 });
  expect(schemaProblems(event)).toEqual([]);
  expect(message.headers).toMatchObject({ 'webhook-id': body.eventId, 'webhook-test': 'true' });
  expect(await bench.deliveriesOf(id)).toEqual([]);
});

test('a test delivery that fails says why, and is subject to the address guard', async () => {
  const receiver = await startReceiver(() => 500);
  const { id } = await bench.addEndpoint(receiver.url);
  const failed = await bench.admin.post(`/v1/endpoints/${id}/test`).expect(200);
  expect(failed.body).toMatchObject({ delivered: false, status: 500, error: 'the receiver answered 500' });
  const endpoint = await bench.store.registry.endpoints.get(id);
  if (endpoint === undefined) throw new Error('it is gone');
  await bench.store.registry.endpoints.replace({ ...endpoint, version: 2, url: 'http://10.0.0.1/' });
  const guarded = await bench.admin.post(`/v1/endpoints/${id}/test`).expect(200);
  expect(guarded.body).toMatchObject({ delivered: false, status: null, error: expect.stringContaining('is private') });
  await bench.admin.post(`/v1/endpoints/${id}/test`).send({ type: 'user.exploded' }).expect(400);
  await bench.admin.post('/v1/endpoints/no-such/test').expect(404);
});
