import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { ROUTES, SETUP_ROUTES } from '../../services/admin/app.js';
import { newId } from '../../shared/runtime/ids.js';
import { expectProblem, KEY, newDirectory, openBench, type Bench } from '../service/admin-support.js';
import { openSetup, type SetupPage } from '../service/setup-support.js';
import { startIngest } from '../support/ingest.js';

/** Threat: a body that keeps the process busy or fills its memory. Whole, in chunks, compressed, too large, too deep, cut. */

const MAX = 1_048_576;
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: { detail?: string; userName?: string };
}

async function start() {
  const ingest = await startIngest();
  const { id, token, base } = await ingest.addDirectory();
  const server = http.createServer(ingest.app).listen(0, '127.0.0.1');
  stops.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  type Chunks = readonly (string | Buffer)[];
  return {
    port,
    path: `${base}/Users`,
    headers,
    count: async (type: string) => (await ingest.store.commits.head(id)).counts[type] ?? 0,
    post(chunks: Chunks, more: http.OutgoingHttpHeaders = {}): Promise<Answer> {
      return this.send('POST', '/Users', chunks, more);
    },
    async send(method = '', to = '', chunks: Chunks = [], more: http.OutgoingHttpHeaders = {}): Promise<Answer> {
      const sent = http.request({ port, path: base + to, method, headers: { ...headers, ...more } });
      // A server that refuses a body may close before all of it was written.
      sent.on('error', () => undefined);
      const answered = once(sent, 'response') as Promise<[http.IncomingMessage]>;
      for (const chunk of chunks) sent.write(chunk);
      sent.end();
      const [answer] = await answered;
      let text = '';
      for await (const chunk of answer) text += String(chunk);
      const { statusCode: status, headers: answered_ } = answer;
      return { status, connection: answered_.connection, body: JSON.parse(text) as Answer['body'] };
    },
  };
}

const user = (userName: string, padding = 0): string =>
  JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    'urn:example:unknown': 'x'.repeat(padding),
  });

test('a body in one piece, in many chunks, or compressed is read the same', async () => {
  const service = await start();
  const whole = user('whole@example.com');
  expect(await service.post([whole], { 'content-length': whole.length })).toMatchObject({ status: 201 });
  const letters = Array.from(user('chunks@example.com'));
  expect((await service.post(letters)).body).toMatchObject({ userName: 'chunks@example.com' });
  const packed = gzipSync(user('gzip@example.com'));
  expect((await service.post([packed], { 'content-encoding': 'gzip' })).body).toMatchObject({
    userName: 'gzip@example.com',
  });
  const brotli = brotliCompressSync(user('br@example.com'));
  expect((await service.post([brotli], { 'content-encoding': 'br' })).body).toMatchObject({
    userName: 'br@example.com',
  });
});

test('a content encoding that nobody knows is refused with those that are known', async () => {
  const service = await start();
  const { status, body } = await service.post([user('a@example.com')], { 'content-encoding': 'lzma' });
  expect(status).toBe(400);
  expect(body.detail).toBe('The body is in an unknown content encoding. Send it plain, or as gzip, deflate or br.');
});

test('a body of 1 MiB is read; one more byte is 413, declared, in chunks or unpacked, and the connection ends', async () => {
  const service = await start();
  const padding = MAX - user('a@example.com').length;
  const largest = user('a@example.com', padding);
  expect(largest).toHaveLength(MAX);
  const read = await service.post([largest], { 'content-length': MAX });
  expect(read.status).toBe(201);
  const larger = user('b@example.com', padding + 1);
  const halves = [larger.slice(0, MAX / 2), larger.slice(MAX / 2)];
  const refused = {
    status: 413,
    connection: 'close',
    body: { detail: 'The body is larger than 1048576 bytes (1 MiB). Split the request into several.' },
  };
  expect(await service.post([larger], { 'content-length': MAX + 1 })).toMatchObject(refused);
  expect(await service.post(halves)).toMatchObject(refused);
  expect(await service.post([gzipSync(larger)], { 'content-encoding': 'gzip' })).toMatchObject(refused);
});

test('a body that is cut changes nothing, and the service goes on', async () => {
  const service = await start();
  const { port, path, headers } = service;
  const body = user('cut@example.com');
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n${body.slice(0, 40)}`,
  );
  socket.resume();
  await once(socket, 'close');
  // Had the cut request made the user, this one were a conflict.
  expect(await service.post([body])).toMatchObject({ status: 201 });
});

const LIMITED: readonly (readonly [string, () => Buffer, number, RegExp])[] = [
  ['JSON 33 levels deep', () => Buffer.from(`{"name":${'['.repeat(32)}${']'.repeat(32)}}`), 413, /32 levels/],
  ['JSON without an end of levels', () => Buffer.from(`{"name":${'['.repeat(500_000)}`), 413, /32 levels/],
  ['objects in one another without an end', () => Buffer.from('{"name":'.repeat(100_000)), 413, /32 levels/],
  ['an object of 60,000 members', () => Buffer.from(`{${members(60_000)}}`), 413, /1000 members/],
  ['a list of 40,000 objects', () => Buffer.from(`{"name":[${'{},'.repeat(40_000)}{}]}`), 413, /30000 objects/],
  ['one byte more than 1 MiB', () => Buffer.from(`{"name":"${'x'.repeat(MAX - 10)}"}`), 413, /1048576 bytes/],
  ['a list instead of an object, cut', () => Buffer.from('[{"name":'), 400, /JSON/],
  ['bytes that are no UTF-8', () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, /UTF-8|JSON/],
];
const members = (count: number): string => Array.from({ length: count }, (_, index) => `"a${index}":1`).join();
/** 64 MiB of spaces, in 64 KiB. */
const BOMB = gzipSync(Buffer.alloc(64 * MAX, ' '));

describe('every SCIM route that takes a body has its limits', () => {
  const ID = '01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55';
  test.each([
    ...['POST /Users', `PUT /Users/${ID}`, `PATCH /Users/${ID}`, 'POST /Users/.search'],
    ...['POST /Groups', `PUT /Groups/${ID}`, `PATCH /Groups/${ID}`, 'POST /Bulk', 'POST /.search'],
  ])('%s', async (route) => {
    const service = await start();
    const [method, path = ''] = route.split(' ');
    for (const [what, body, status, why] of LIMITED) {
      const answer = await service.send(method, path, [body()]);
      expect([what, answer.status, answer.body.detail]).toEqual([what, status, expect.stringMatching(why)]);
    }
    const bomb = await service.send(method, path, [BOMB], { 'content-encoding': 'gzip' });
    expect([bomb.status, bomb.body.detail]).toEqual([413, expect.stringMatching(/1048576 bytes/)]);
  });

  test('a bulk request has at most 1,000 operations', async () => {
    const service = await start();
    const Operations = Array.from({ length: 1001 }, (_, index) => ({
      ...{ method: 'POST', path: '/Users', bulkId: `${index}` },
      data: { userName: `user-${index}` },
    }));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    const { status, body } = await service.send('POST', '/Bulk', [JSON.stringify({ schemas, Operations })]);
    expect([status, body.detail]).toEqual([413, expect.stringContaining('1000')]);
    expect(await service.count('User')).toBe(0);
  });
});

/** Superagent would make JSON of bytes. */
const asTheyAre = (bytes: unknown): string => bytes as string;

describe('every route of the management API and of the set-up page that takes a body has its limits', () => {
  let bench: Bench;
  let page: SetupPage;
  beforeAll(async () => (bench = await openBench()));
  // Each page may ask so often.
  beforeEach(async () => (page = await openSetup(bench, (await newDirectory(bench)).id)));
  afterAll(() => bench.close());

  const taking = [...ROUTES, ...SETUP_ROUTES].filter(({ operation }) => operation.body !== undefined);
  const routes = [
    ...taking.map(({ method, path }) => `${method} ${path}`),
    ...['POST /session', 'POST /setup/session'],
  ];
  const ask = (route: string): request.Test => {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replace(/:\w+/g, () => newId());
    const asked = request(bench.app)[method.toLowerCase() as 'post'](path).set('content-type', 'application/json');
    if (path.startsWith('/setup/')) void asked.set({ cookie: page.cookie, 'x-rollcall-csrf': page.csrf });
    return path.startsWith('/v1/') ? asked.set('authorization', `Bearer ${KEY}`) : asked;
  };

  test('there are as many as there should be', () => expect(routes.length).toBeGreaterThan(20));

  test.each(routes)('%s', async (route) => {
    for (const [what, body, status, why] of LIMITED) {
      // The request is told from others by a digest of its body.
      const answer = await ask(route)
        .set('idempotency-key', what.replace(/\W/g, '-'))
        .serialize(asTheyAre)
        .send(body());
      expect([what, answer.status, answer.body.detail]).toEqual([what, status, expect.stringMatching(why)]);
    }
    const bomb = await ask(route).set('content-encoding', 'gzip').serialize(asTheyAre).send(BOMB);
    expectProblem(bomb, 413, 'too-large', /1048576 bytes/);
    const utf16 = await ask(route)
      .set('content-type', 'application/json; charset=utf-16le')
      .serialize(asTheyAre)
      .send(Buffer.from('{"name":"x"}', 'utf16le'));
    expectProblem(utf16, 415, 'unsupported-media-type', /UTF-8/);
  });
});

describe('the query is read by a simple parser', () => {
  test('of SCIM: brackets make no objects, and of a parameter that is repeated the first one counts', async () => {
    const service = await start();
    await service.post([user('ann')]);
    for (const query of [
      'filter[eq]=x',
      'filter[__proto__][x]=1',
      'count[]=0',
      '__proto__[filter]=x',
      'constructor=x',
    ]) {
      expect((await service.send('GET', `/Users?${query}`)).body).toMatchObject({ totalResults: 1 });
    }
    const twice = 'filter=userName%20eq%20%22bob%22&filter=userName%20eq%20%22ann%22';
    expect((await service.send('GET', `/Users?${twice}`)).body).toMatchObject({ totalResults: 0 });
  });

  test('of the management API: what is no parameter is refused by its name', async () => {
    const bench = await openBench();
    for (const name of ['limit[gt]', '__proto__', 'after[__proto__]', 'constructor', 'toString']) {
      const answer = await bench.get(`/v1/organizations?${encodeURIComponent(name)}=1`);
      expectProblem(answer, 400, 'validation', `${name} is no parameter here`);
    }
    expectProblem(await bench.get('/v1/organizations?limit=1&limit=2'), 400, 'validation', /^limit /);
    await bench.close();
  });
});
