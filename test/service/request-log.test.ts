import { request as httpRequest } from 'node:http';
import { Registry as Metrics } from 'prom-client';
import request from 'supertest';
import { openManagement } from '../../services/cli/demo/management.js';
import { createIngestMetrics } from '../../services/ingest/metrics.js';
import { createRequestLog } from '../../services/ingest/request-log.js';
import { createLogger } from '../../shared/runtime/logger.js';
import { newId } from '../../shared/runtime/ids.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import { eventually } from '../support/eventually.js';
import { message, startScimClient, USER } from '../support/scim-client.js';
import { startStandalone } from '../support/standalone.js';
import { openSqlite } from '../support/stores.js';

const scim = startScimClient();

/** What a directory's log has, oldest first. */
async function logged(directoryId = scim.directory().id): Promise<RequestEntry[]> {
  const { requestLog, store } = scim.ingest();
  await requestLog.flush();
  return (await store.journals.requests.list({ directoryId }, { limit: 1000 })).toReversed();
}

/** Answers have ended before their requests are noted. */
const loggedUpTo = (count: number): Promise<RequestEntry[]> =>
  eventually(`${count} requests are noted`, async () => {
    const entries = await logged();
    return entries.length === count ? entries : undefined;
  });

const ann = { schemas: [USER], userName: 'ann@cnry.example', name: { givenName: 'cnry' }, title: 'cnry' };

test('requests are noted with what came of them and the events that they caused, and without their values', async () => {
  const id = await scim.createUser(ann.userName, ann);
  await scim.createUser('bob@cnry.example', { name: ann.name, title: ann.title });
  await scim.get('/Users?filter=userName%20eq%20%22ann%40cnry.example%22&count=1').expect(200);
  await scim.call('patch', `/Users/${id}`, {
    schemas: [message('PatchOp')],
    Operations: [{ op: 'Replace', path: 'title', value: 'cnry second' }],
  });
  await scim.call('post', '/Users', ann).expect(409);
  await scim.call('put', `/Users/${id}`, { ...ann, title: 'cnry second' }).expect(200);
  await scim.call('delete', `/Users/${id}`).expect(204);
  await scim.get('/Users/cnry').expect(404);
  await scim.get('/Accounts').expect(404);
  const entries = await loggedUpTo(9);
  expect(entries.map(({ method, path, status, events }) => [method, path, status, events])).toEqual([
    ['POST', '/Users', 201, [{ first: 1, last: 2 }]],
    ['POST', '/Users', 201, [{ first: 3, last: 3 }]],
    ['GET', '/Users?filter=userName eq "…"&count=1', 200, []],
    ['PATCH', `/Users/${id}`, 200, [{ first: 4, last: 4 }]],
    ['POST', '/Users', 409, []],
    ['PUT', `/Users/${id}`, 200, []],
    ['DELETE', `/Users/${id}`, 204, [{ first: 5, last: 5 }]],
    ['GET', '/Users/…', 404, []],
    ['GET', '/Accounts', 404, []],
  ]);
  expect(entries.map(({ attributes }) => attributes)).toEqual([
    ['userName', 'name', 'title'],
    ['userName', 'name', 'title'],
    [],
    ['Replace title'],
    ['userName', 'name', 'title'],
    ['userName', 'name', 'title'],
    ...[[], [], []],
  ]);
  expect(entries[4]).toMatchObject({
    scimType: 'uniqueness',
    detail: expect.stringContaining('already has the userName "…"'),
  });
  expect(entries[0]).toMatchObject({ scimType: null, detail: null, durationMs: expect.any(Number), userAgent: null });
  expect(JSON.stringify(entries)).not.toContain('cnry');
  // The id is what the client was told, and what the events name as their cause.
  const events = await scim.ingest().store.events.ofDirectory(scim.directory().id, 0, 10);
  const causes = events.map(({ body }) => (JSON.parse(body) as { cause: { requestId: string } }).cause.requestId);
  expect(causes).toEqual([entries[0], entries[0], entries[1], entries[3], entries[6]].map((entry) => entry?.id));
});

test('a bulk request is one entry with the events of all its operations', async () => {
  await scim.get('/Users').expect(200);
  const create = (n: number) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `b${n}`,
    data: { ...ann, userName: `u${n}` },
  });
  await scim.call('post', '/Bulk', { schemas: [message('BulkRequest')], Operations: [1, 2, 3].map(create) });
  const [, bulk] = await loggedUpTo(2);
  expect(bulk).toMatchObject({
    path: '/Bulk',
    attributes: ['POST /Users', 'POST /Users', 'POST /Users'],
    events: [{ first: 2, last: 4 }],
  });
});

test('what is not JSON, too large or of another version is noted too', async () => {
  const { base, token } = scim.directory();
  const send = (path: string) =>
    request(scim.ingest().app).post(path).set('authorization', `Bearer ${token}`).set('user-agent', 'x'.repeat(500));
  await send(`${base}/Users`).type('application/scim+json').send('{"userName": cnry').expect(400);
  await send(`${base}/Users`)
    .send({ userName: 'cnry'.repeat(300_000) })
    .expect(413);
  await send(base.replace('v2', 'v1') + '/Users').expect(400);
  const entries = await loggedUpTo(3);
  expect(entries.map(({ path, status, attributes }) => [path, status, attributes])).toEqual([
    ['/Users', 400, []],
    ['/Users', 413, []],
    ['/v1/…', 400, []],
  ]);
  expect(entries[0]).toMatchObject({ scimType: 'invalidSyntax', userAgent: 'x'.repeat(200) });
});

test('refused tokens are noted, so many in a minute, and directories that are not there have no log', async () => {
  const { base } = scim.directory();
  const { app, store } = scim.ingest();
  await request(app).get(`${base}/Users`).expect(401);
  for (let n = 0; n < 70; n += 1) {
    await request(app).get(`${base}/Users?token=cnry`).set('authorization', 'Bearer cnry').expect(401);
  }
  await scim.get('/Users').expect(200);
  const entries = await loggedUpTo(61);
  expect(entries[0]).toMatchObject({ status: 401, detail: expect.stringContaining('has no bearer token') });
  expect(entries.at(-1)).toMatchObject({ status: 200 });
  expect(JSON.stringify(entries)).not.toContain('cnry');
  const nowhere = newId();
  await request(app)
    .get(`/scim/${nowhere}/v2/Users`)
    .set('authorization', `Bearer ${scim.directory().token}`)
    .expect(404);
  expect(await logged(nowhere)).toEqual([]);
  expect(await store.journals.requests.list({}, { limit: 1000 })).not.toContainEqual(
    expect.objectContaining({ directoryId: nowhere }),
  );
});

test('a client that does not wait for its answer is noted as such', async () => {
  const { base, token } = scim.directory();
  await scim.get('/Users').expect(200);
  const sent = httpRequest(`${scim.url()}${base}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-length': 100 },
  });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  await new Promise((resolve) => sent.write('{', resolve));
  sent.destroy();
  const [, cut] = await loggedUpTo(2);
  expect(cut).toMatchObject({ method: 'POST', path: '/Users', status: 499 });
});

const silent = createLogger('test', 'silent');
const entry = (n: number) => ({
  ...{ id: `id-${n}`, directoryId: 'directory', method: 'GET', path: '/Users', status: 200, durationMs: n },
  ...{ scimType: null, detail: null, userAgent: null, attributes: [] },
});

test('entries are written many at a time, and nobody is kept waiting', async () => {
  const writes: number[] = [];
  const log = createRequestLog(
    { append: async (entries) => void writes.push(entries.length) },
    silent,
    createIngestMetrics(new Metrics()),
  );
  for (let n = 0; n < 1201; n += 1) log.note(entry(n));
  await log.flush();
  expect(writes).toEqual([500, 500, 201]);
  log.note(entry(1201));
  await eventually('a single one is written soon', () => writes.length === 4);
});

test('behind a store that hangs, the oldest entries go and are counted; one that fails loses what it was given', async () => {
  const metrics = new Metrics();
  const written: string[] = [];
  let letGo = (): void => undefined;
  const hanging = new Promise<void>((resolve) => (letGo = resolve));
  let fails = false;
  const log = createRequestLog(
    {
      async append(entries) {
        await hanging;
        if (fails) throw new Error('no');
        written.push(...entries.map(({ id }) => id));
      },
    },
    silent,
    createIngestMetrics(metrics),
  );
  const droppedCount = async (): Promise<number | undefined> =>
    (await metrics.getSingleMetric('rollcall_request_log_dropped_total')?.get())?.values[0]?.value;
  // 500 are being written, 5,000 wait.
  for (let n = 0; n < 5600; n += 1) log.note(entry(n));
  expect(await droppedCount()).toBe(100);
  letGo();
  await log.flush();
  expect(written).toHaveLength(5500);
  expect([written[499], written[500], written.at(-1)]).toEqual(['id-499', 'id-600', 'id-5599']);
  fails = true;
  log.note(entry(0));
  await log.flush();
  expect(await droppedCount()).toBe(101);
});

test('events are told in ranges, and those of requests that nobody notes are forgotten', async () => {
  const store = await openSqlite();
  const log = createRequestLog(store.journals.requests, silent, createIngestMetrics(new Metrics()));
  for (let n = 0; n < 20_000; n += 1) log.caused(`lost-${n}`, { first: n, last: n });
  log.caused('id-1', { first: 4, last: 5 });
  log.caused('id-1', { first: 6, last: 6 });
  log.caused('id-1', { first: 9, last: 9 });
  log.note(entry(1));
  log.note({ ...entry(0), id: 'lost-0' });
  await log.flush();
  const [last, first] = await store.journals.requests.list({ directoryId: 'directory' }, { limit: 10 });
  expect(first?.events).toEqual([
    { first: 4, last: 6 },
    { first: 9, last: 9 },
  ]);
  expect(last?.events).toEqual([]);
  await store.close();
});

test('the management API lists them newest first, by status, method and time; a stop loses none', async () => {
  const standalone = await startStandalone();
  const management = openManagement(standalone.url, standalone.adminKey);
  const organizationId = await management.createOrganization('Acme');
  const { id, token, scimBaseUrl } = await management.createDirectory(organizationId, 'Okta', 'okta');
  const ask = async (method: string, path: string, body?: object): Promise<number> => {
    const { status } = await fetch(scimBaseUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', 'user-agent': 'Okta' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return status;
  };
  expect(await ask('POST', '/Users', ann)).toBe(201);
  expect(await ask('POST', '/Users', ann)).toBe(409);
  expect(await ask('GET', '/Users?filter=userName%20eq%20%22ann%40cnry.example%22')).toBe(200);
  await standalone.kill('SIGTERM');
  await standalone.start();
  const list = async (query: string): Promise<Record<string, unknown>[]> => {
    const answer = await fetch(`${standalone.url}/v1/directories/${id}/requests${query}`, {
      headers: { authorization: `Bearer ${standalone.adminKey}` },
    });
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
    expect(JSON.stringify(data)).not.toContain('cnry');
    return data;
  };
  const all = await list('');
  expect(all).toMatchObject([
    { method: 'GET', path: '/Users?filter=userName eq "…"', status: 200, userAgent: 'Okta', events: [] },
    { method: 'POST', path: '/Users', status: 409, scimType: 'uniqueness', attributes: ['userName', 'name', 'title'] },
    { method: 'POST', status: 201, directoryId: id, events: [{ firstSeq: 1, lastSeq: 2 }] },
  ]);
  expect(await list('?status=409')).toEqual([all[1]]);
  expect(await list('?method=GET')).toEqual([all[0]]);
  expect(await list(`?since=${String(all[1]?.['at'])}&until=2100-01-01T00:00:00Z&limit=1`)).toEqual([all[0]]);
  expect(await list(`?until=2020-01-01T00:00:00Z`)).toEqual([]);
  await standalone.kill('SIGTERM');
});
