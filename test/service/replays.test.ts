import { eventually } from '../support/eventually.js';
import { openDispatcherBench, startReceiver, userDraft, type DispatcherBench } from './dispatcher-support.js';

/** Sending again what was sent before. */

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

const EPOCH = '2000-01-01T00:00:00Z';

async function delivered(endpointId: string, count: number): Promise<void> {
  await eventually(`${count} delivered`, async () => {
    const { delivered = 0 } = await bench.store.deliveries.countByStatus(endpointId, 1000);
    return delivered === count;
  });
}

const replay = (endpointId: string, body: object) => bench.admin.post(`/v1/endpoints/${endpointId}/replay`).send(body);

async function untilDone(id: string): Promise<Record<string, unknown>> {
  let body: Record<string, unknown> = {};
  await eventually('the end of the replay', async () => {
    body = (await bench.admin.get(`/v1/replays/${id}`).expect(200)).body as Record<string, unknown>;
    return body['state'] === 'done';
  });
  return body;
}

test('an event is sent again to one endpoint, or to all that got it', async () => {
  const [one, two] = [await startReceiver(), await startReceiver()];
  const { id } = await bench.addEndpoint(one.url);
  const other = await bench.addEndpoint(two.url);
  bench.start();
  const [event] = await bench.addDirectory().emit(userDraft('a'));
  await delivered(id, 1);
  await delivered(other.id, 1);
  await replay(id, { eventId: event?.id }).expect(202);
  await eventually('it again', () => one.messages.length === 2);
  await delivered(id, 1);
  await bench.admin.patch(`/v1/endpoints/${other.id}`).send({ enabled: false }).expect(200);
  const { body } = await bench.admin.post(`/v1/events/${event?.id ?? ''}/replay`).expect(202);
  expect(body.data).toMatchObject([{ endpointId: id }]);
  expect(body.skipped).toMatchObject([{ endpointId: other.id, reason: expect.stringContaining('disabled') }]);
  await eventually('it once more', () => one.messages.length === 3);
  expect(new Set(one.messages.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event?.id]));
  expect(two.messages).toHaveLength(1);
});

test('a time of a directory is sent again in its order, and only what is subscribed to by now', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url, { ordering: 'directory' });
  bench.start();
  const [directory, other] = [bench.addDirectory(), bench.addDirectory()];
  await directory.emit(userDraft('a'), userDraft('b'), userDraft('a', 'user.deleted'));
  await other.emit(userDraft('c'));
  await delivered(id, 4);
  const ofDirectory = (await bench.deliveriesOf(id)).filter(({ directoryId }) => directoryId === directory.id);
  await bench.store.registry.directories.insert({
    ...{ id: directory.id, version: 1, createdAt: 0, updatedAt: 0, organizationId: 'organization', name: 'Okta' },
    ...{ provider: null, deletedAt: null, partition: ofDirectory[0]?.partition ?? -1 },
  });
  await bench.admin
    .patch(`/v1/endpoints/${id}`)
    .send({ eventTypes: ['user.*'] })
    .expect(200);
  const made = await replay(id, { since: EPOCH, directoryId: directory.id, types: ['user.*'] }).expect(202);
  expect(await untilDone(String(made.body.id))).toMatchObject({ replayed: 3, missing: 0 });
  await eventually('them again', () => receiver.messages.length === 7);
  expect(receiver.messages.slice(4).map(({ event }) => event.seq)).toEqual([1, 2, 3]);

  await delivered(id, 4);
  await bench.admin
    .patch(`/v1/endpoints/${id}`)
    .send({ eventTypes: ['user.deleted'] })
    .expect(200);
  const narrower = await replay(id, { since: EPOCH }).expect(202);
  expect(await untilDone(String(narrower.body.id))).toMatchObject({ replayed: 1 });
  await eventually('the deletion again', () => receiver.messages.length === 8);
});

test('a live delivery does not wait for the end of a replay, which goes on over a restart', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  const stop = bench.start();
  const directory = bench.addDirectory();
  await directory.emit(...Array.from({ length: 170 }, (_, index) => userDraft(`user-${index}`)));
  await delivered(id, 170);
  const made = await replay(id, { since: EPOCH }).expect(202);
  await replay(id, { since: EPOCH }).expect(409);
  await eventually('the first of the replay', () => receiver.messages.length > 170);
  await stop();
  const before = receiver.messages.length;
  expect(before).toBeLessThanOrEqual(170 + 50);
  bench.start();
  const [live] = await directory.emit(userDraft('late'));
  expect(await untilDone(String(made.body.id))).toMatchObject({ replayed: 170 });
  await delivered(id, 171);
  const ids = receiver.messages.slice(170).map(({ event }) => event.id);
  expect(new Set(ids).size).toBe(171);
  expect(ids.indexOf(live?.id ?? '')).toBeLessThan(before - 170 + 100);
});

test('a canceled replay stops, and what cannot be replayed is refused with the reason', async () => {
  const receiver = await startReceiver();
  const { id } = await bench.addEndpoint(receiver.url);
  const made = await replay(id, { since: EPOCH }).expect(202);
  const url = `/v1/replays/${String(made.body.id)}`;
  expect((await bench.admin.post(`${url}/cancel`).expect(200)).body).toMatchObject({ state: 'canceled' });
  expect((await bench.admin.get('/v1/replays').query({ endpointId: id }).expect(200)).body.data).toHaveLength(1);
  const unknown = '0197a6f2-0000-7000-8000-000000000001';
  await replay(id, {}).expect(400);
  await replay(id, { since: 'yesterday' }).expect(400);
  await replay(id, { since: EPOCH, until: EPOCH }).expect(400);
  await replay(id, { since: EPOCH, eventId: unknown }).expect(400);
  await replay(id, { eventId: unknown }).expect(404);
  await replay(id, { since: EPOCH, directoryId: unknown }).expect(404);
  await bench.admin.post(`/v1/events/${unknown}/replay`).expect(404);
});
