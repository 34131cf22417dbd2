import { newId } from '../../shared/runtime/ids.js';
import { deliveryId, DELIVERY_STATUSES, type Delivery, type DeliveryStatus } from '../../shared/webhooks/delivery.js';
import {
  commit,
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  sealer,
  type Bench,
} from './admin-support.js';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const URL = 'http://127.0.0.1:9/hook';

async function newEndpoint(body: object = {}) {
  const answer = await bench.post('/v1/endpoints', { url: URL, ...body }).expect(201);
  return answer.body as { id: string; secret: string };
}

/** One delivery of an endpoint per status, each of an event that is kept. */
async function addDeliveries(endpointId: string, statuses: readonly DeliveryStatus[]): Promise<Delivery[]> {
  const directoryId = newId();
  const directory = { id: directoryId, organizationId: newId(), token: '', partition: 0 };
  const events = await commit(bench, directory, { types: statuses.map(() => 'user.created') });
  const deliveries = statuses.map((status, place) => {
    const eventId = events[place]?.id ?? '';
    return {
      ...{ id: deliveryId(eventId, endpointId), eventId, eventType: 'user.created', endpointId },
      ...{ organizationId: newId(), directoryId },
      ...{
        partition: 0,
        offset: place,
        seq: place + 1,
        laneKeys: [newId()],
        body: null,
        status,
        attempts: 3,
        nextAttemptAt: bench.now + 5,
      },
      ...{ leaseOwner: status === 'sending' ? 'x' : null, leaseUntil: status === 'sending' ? bench.now : null },
      ...{ lastError: 'HTTP 500', createdAt: bench.now, updatedAt: bench.now },
    };
  });
  await bench.store.deliveries.insert(deliveries, []);
  return deliveries;
}

const statusesOf = async (deliveries: readonly Delivery[]): Promise<(string | undefined)[]> =>
  Promise.all(deliveries.map(async ({ id }) => (await bench.store.deliveries.get(id))?.status));

describe('endpoints', () => {
  test('are created with a secret that is shown this once and stored sealed', async () => {
    const answer = await bench
      .post('/v1/endpoints', { url: URL, description: 'CRM', eventTypes: ['user.created'] })
      .expect(201);
    const { secret, ...shown } = answer.body;
    const time = new Date(bench.now).toISOString();
    expect(shown).toEqual({
      ...{ id: expect.any(String), url: URL, description: 'CRM', eventTypes: ['user.created'] },
      ...{
        ...{ filter: null, payload: 'full', headerNames: [], organizationId: null, directoryId: null },
        enabled: true,
        disabledReason: null,
        failingSince: null,
        ordering: 'resource',
        rateLimit: null,
        createdAt: time,
        updatedAt: time,
      },
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await bench.get(String(answer.headers['location']))).body).toEqual({ ...shown, deliveries: {} });
    for (const path of ['/v1/endpoints', `/v1/endpoints/${shown.id}`])
      expect((await bench.get(path)).text).not.toMatch(/secret|whsec|sealed/);
    const stored = await bench.store.registry.endpoints.get(shown.id);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(stored?.secrets.map(({ sealed }) => sealer.open(sealed, stored))).toEqual([secret]);
  });

  test.each([
    'not a URL',
    'ftp://example.com/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://user:password@example.com/',
    '',
  ])('the URL %j is refused, when created and when changed', async (url) => {
    expectProblem(await bench.post('/v1/endpoints', { url }), 400, 'validation', /^url /);
    const { id } = await newEndpoint();
    expectProblem(await bench.patch(`/v1/endpoints/${id}`, { url }), 400, 'validation', /^url /);
    expect((await bench.get(`/v1/endpoints/${id}`)).body.url).toBe(URL);
  });

  test('have a scope that exists and agrees; a directory brings its organization', async () => {
    const [directory, organizationId] = [await newDirectory(bench), await newOrganization(bench, 'Other')];
    const { id } = await newEndpoint({ directoryId: directory.id });
    const scope = { organizationId: directory.organizationId, directoryId: directory.id };
    expect((await bench.get(`/v1/endpoints/${id}`)).body).toMatchObject(scope);
    await newEndpoint(scope);
    const refuse = async (body: object, detail: string) =>
      expectProblem(await bench.post('/v1/endpoints', { url: URL, ...body }), 400, 'validation', detail);
    await refuse({ organizationId: newId() }, 'organizationId names no organization');
    await refuse({ directoryId: newId() }, 'directoryId names no directory');
    await refuse(
      { organizationId, directoryId: directory.id },
      'directoryId names a directory of another organization',
    );
    expectProblem(
      await bench.patch(`/v1/endpoints/${id}`, { organizationId }),
      400,
      'validation',
      'organizationId is no field here',
    );
  });

  test('are listed by scope', async () => {
    const directory = await newDirectory(bench);
    const { id } = await newEndpoint({ directoryId: directory.id });
    for (const query of [`directoryId=${directory.id}`, `organizationId=${directory.organizationId}`]) {
      const { body } = await bench.get(`/v1/endpoints?${query}`).expect(200);
      expect(body).toEqual({ data: [expect.objectContaining({ id })], nextCursor: null });
    }
  });

  test('are changed field by field', async () => {
    const { id } = await newEndpoint({ description: 'CRM' });
    const url = `/v1/endpoints/${id}`;
    expect((await bench.patch(url, { eventTypes: ['user.deleted'] })).body).toMatchObject({
      description: 'CRM',
      eventTypes: ['user.deleted'],
    });
    expect((await bench.patch(url, { eventTypes: [], description: '' })).body).toMatchObject({
      description: '',
      eventTypes: [],
    });
    expect((await bench.patch(url, { url: 'http://127.0.0.1:10/' })).body).toMatchObject({
      url: 'http://127.0.0.1:10/',
    });
  });

  test('hold their open deliveries while disabled, and resume them when enabled', async () => {
    const { id } = await newEndpoint();
    const deliveries = await addDeliveries(id, DELIVERY_STATUSES);
    const url = `/v1/endpoints/${id}`;
    expect((await bench.get(url)).body.deliveries).toEqual(
      Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, 1])),
    );
    expect((await bench.patch(url, { enabled: false })).body).toMatchObject({
      enabled: false,
      disabledReason: 'disabled through the management API',
    });
    expect(await statusesOf(deliveries)).toEqual([
      'held',
      'held',
      'delivered',
      'held',
      'held',
      'parked',
      'held',
      'canceled',
    ]);
    expect((await bench.patch(url, { enabled: true })).body).toMatchObject({ enabled: true, disabledReason: null });
    expect(await statusesOf(deliveries)).toEqual([
      'pending',
      'pending',
      'delivered',
      'pending',
      'pending',
      'parked',
      'pending',
      'canceled',
    ]);
  });

  test('enabling one that is enabled resumes what was left held', async () => {
    const { id } = await newEndpoint();
    const deliveries = await addDeliveries(id, ['held']);
    await bench.patch(`/v1/endpoints/${id}`, { enabled: true }).expect(200);
    expect(await statusesOf(deliveries)).toEqual(['pending']);
  });

  test('are deleted with their unfinished deliveries canceled, also by repeating it', async () => {
    const { id } = await newEndpoint();
    const deliveries = await addDeliveries(id, DELIVERY_STATUSES);
    await bench.delete(`/v1/endpoints/${id}`).expect(204);
    const canceled = DELIVERY_STATUSES.map((status) => (status === 'delivered' ? 'delivered' : 'canceled'));
    expect(await statusesOf(deliveries)).toEqual(canceled);
    const late = await addDeliveries(id, ['pending']);
    expectProblem(await bench.delete(`/v1/endpoints/${id}`), 404, 'not-found', /no endpoint/);
    expect(await statusesOf(late)).toEqual(['canceled']);
    expectProblem(await bench.get(`/v1/endpoints/${id}`), 404, 'not-found');
    expectProblem(await bench.patch(`/v1/endpoints/${id}`, {}), 404, 'not-found');
    expectProblem(await bench.post(`/v1/endpoints/${id}/secret/rotate`), 404, 'not-found');
  });
});

describe("a secret's rotation", () => {
  const secretsOf = async (id: string) => {
    const stored = await bench.store.registry.endpoints.get(id);
    return stored?.secrets.map(({ sealed, expiresAt }) => [sealer.open(sealed, stored), expiresAt]);
  };
  const HOUR = 3_600_000;

  test.each([
    [undefined, 24],
    [{ overlapHours: 168 }, 168],
  ])('keeps the former secret valid (%j: %d hours)', async (body, hours) => {
    const { id, secret } = await newEndpoint();
    const { body: rotated } = await bench.post(`/v1/endpoints/${id}/secret/rotate`, body).expect(200);
    const until = bench.now + hours * HOUR;
    expect(rotated).toEqual({
      id,
      secret: expect.stringMatching(/^whsec_/),
      formerValidUntil: new Date(until).toISOString(),
    });
    expect(await secretsOf(id)).toEqual([
      [rotated.secret, null],
      [secret, until],
    ]);
  });

  test('without overlap ends all former secrets', async () => {
    const { id } = await newEndpoint();
    await bench.post(`/v1/endpoints/${id}/secret/rotate`).expect(200);
    const { body } = await bench.post(`/v1/endpoints/${id}/secret/rotate`, { overlapHours: 0 }).expect(200);
    expect(await secretsOf(id)).toEqual([[body.secret, null]]);
  });

  test('never makes a former secret valid for longer, and drops expired ones', async () => {
    const { id, secret } = await newEndpoint();
    const rotate = async (overlapHours: number): Promise<string> =>
      (await bench.post(`/v1/endpoints/${id}/secret/rotate`, { overlapHours }).expect(200)).body.secret as string;
    const start = bench.now;
    const second = await rotate(1);
    const third = await rotate(10);
    expect(await secretsOf(id)).toEqual([
      [third, null],
      [second, start + 10 * HOUR],
      [secret, start + HOUR],
    ]);
    bench.now += HOUR;
    const fourth = await rotate(2);
    expect(await secretsOf(id)).toEqual([
      [fourth, null],
      [third, start + 3 * HOUR],
      [second, start + 3 * HOUR],
    ]);
  });

  test('is refused when five secrets are valid, with what to do', async () => {
    const { id } = await newEndpoint();
    const url = `/v1/endpoints/${id}/secret/rotate`;
    for (let n = 0; n < 4; n += 1) await bench.post(url).expect(200);
    expectProblem(await bench.post(url), 409, 'conflict', /5 valid secrets already; send overlapHours 0/);
    await bench.post(url, { overlapHours: 0 }).expect(200);
  });

  test.each([-1, 169, 1.5, '24', null])('an overlap of %j is refused', async (overlapHours) => {
    const { id } = await newEndpoint();
    const answer = await bench.post(`/v1/endpoints/${id}/secret/rotate`, { overlapHours });
    expectProblem(answer, 400, 'validation', 'overlapHours must be an integer from 0 to 168.');
  });
});

describe('deliveries', () => {
  test('are listed newest first, in pages, by any filter', async () => {
    const [{ id: endpointId }, { id: otherId }] = [await newEndpoint(), await newEndpoint()];
    const made = await addDeliveries(endpointId, DELIVERY_STATUSES);
    await addDeliveries(otherId, ['pending']);
    const newest = made
      .map(({ id }) => id)
      .sort()
      .reverse();
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await bench.get(`/v1/deliveries?endpointId=${endpointId}&limit=3${after}`).expect(200);
      for (const { id } of body.data) seen.push(id);
      if (body.nextCursor === null) break;
      after = `&after=${body.nextCursor}`;
    }
    expect(seen).toEqual(newest);
    const parked = made.find(({ status }) => status === 'parked');
    for (const query of [
      `endpointId=${endpointId}&status=parked`,
      `directoryId=${String(parked?.directoryId)}&status=parked`,
      `organizationId=${String(parked?.organizationId)}`,
      `eventId=${String(parked?.eventId)}`,
    ]) {
      const { body } = await bench.get(`/v1/deliveries?${query}`).expect(200);
      expect(body).toEqual({ data: [expect.objectContaining({ id: parked?.id })], nextCursor: null });
    }
    expectProblem(
      await bench.get('/v1/deliveries?status=parkd'),
      400,
      'validation',
      /status must be one of .+; did you mean parked\?/,
    );
  });

  test('are read with their attempts, oldest first', async () => {
    const { id: endpointId } = await newEndpoint();
    const [delivery] = await addDeliveries(endpointId, ['sending']);
    if (delivery === undefined) throw new Error('no delivery was made');
    const attempts = [500, 200].map((status, place) => ({
      ...{ id: newId(), deliveryId: delivery.id, endpointId, startedAt: bench.now + place, durationMs: 12, status },
      ...{ error: status === 200 ? null : 'HTTP 500', response: 'hello' },
    }));
    for (const attempt of attempts) {
      const state = { status: 'retrying' as const, attempts: 1, nextAttemptAt: bench.now + 9, lastError: 'HTTP 500' };
      await bench.store.deliveries.settle([{ deliveryId: delivery.id, attempt, ...state }], bench.now);
    }
    const url = `/v1/deliveries/${delivery.id}`;
    expect((await bench.get(url).expect(200)).body).toEqual({
      ...{ id: delivery.id, eventId: delivery.eventId, eventType: 'user.created', endpointId, seq: 1 },
      resourceId: delivery.laneKeys[0],
      ...{
        organizationId: delivery.organizationId,
        directoryId: delivery.directoryId,
        status: 'retrying',
        attempts: 1,
      },
      ...{ nextAttemptAt: new Date(bench.now + 9).toISOString(), lastError: 'HTTP 500' },
      ...{ createdAt: new Date(bench.now).toISOString(), updatedAt: new Date(bench.now).toISOString() },
    });
    const shown = attempts.map(({ endpointId: _, startedAt, ...attempt }) => ({
      ...attempt,
      startedAt: new Date(startedAt).toISOString(),
    }));
    expect((await bench.get(`${url}/attempts`).expect(200)).body).toEqual({ data: shown, nextCursor: null });
  });

  test('are not there under an unknown id', async () => {
    const url = `/v1/deliveries/${newId()}`;
    for (const answer of [await bench.get(url), await bench.get(`${url}/attempts`), await bench.post(`${url}/retry`)]) {
      expectProblem(answer, 404, 'not-found', /no delivery/);
    }
  });

  test('are retried by hand from the beginning of the schedule, where that makes sense', async () => {
    const { id: endpointId } = await newEndpoint();
    for (const delivery of await addDeliveries(endpointId, DELIVERY_STATUSES)) {
      const answer = await bench.post(`/v1/deliveries/${delivery.id}/retry`);
      if (['delivered', 'retrying', 'parked', 'canceled'].includes(delivery.status)) {
        expect(answer.status).toBe(202);
        expect(answer.body).toMatchObject({ status: 'pending', attempts: 0, lastError: null });
      } else {
        expectProblem(answer, 409, 'conflict', `The delivery is ${delivery.status}: `);
        expect(await statusesOf([delivery])).toEqual([delivery.status]);
      }
    }
  });

  test('are skipped where something waits for them, and told why not elsewhere', async () => {
    const { id: endpointId } = await newEndpoint();
    for (const delivery of await addDeliveries(endpointId, DELIVERY_STATUSES)) {
      const answer = await bench.post(`/v1/deliveries/${delivery.id}/skip`);
      if (['retrying', 'parked', 'held'].includes(delivery.status)) {
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({ status: 'canceled', nextAttemptAt: null });
      } else {
        expectProblem(answer, 409, 'conflict', `The delivery is ${delivery.status}: `);
        expect(await statusesOf([delivery])).toEqual([delivery.status]);
      }
    }
    expectProblem(await bench.post(`/v1/deliveries/${newId()}/skip`), 404, 'not-found', /no delivery/);
  });

  test('are not retried to an endpoint that is disabled or deleted', async () => {
    const { id } = await newEndpoint();
    const [delivery] = await addDeliveries(id, ['parked']);
    await bench.patch(`/v1/endpoints/${id}`, { enabled: false }).expect(200);
    expectProblem(
      await bench.post(`/v1/deliveries/${String(delivery?.id)}/retry`),
      409,
      'conflict',
      /is disabled; enable it first/,
    );
    await bench.delete(`/v1/endpoints/${id}`).expect(204);
    expectProblem(await bench.post(`/v1/deliveries/${String(delivery?.id)}/retry`), 409, 'conflict', /is deleted/);
  });

  test('are not retried when their event is no longer kept', async () => {
    const { id } = await newEndpoint();
    for (const delivery of await addDeliveries(id, ['parked'])) {
      const orphan = { ...delivery, id: newId(), eventId: newId() };
      await bench.store.deliveries.insert([orphan], []);
      expectProblem(await bench.post(`/v1/deliveries/${orphan.id}/retry`), 410, 'purged');
    }
  });
});
