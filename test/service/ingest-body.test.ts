import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { startIngest } from '../support/ingest.js';

/** Bodies as they come over the wire: whole, in chunks, compressed, too large, cut. */

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
  const { token, base } = await ingest.addDirectory();
  const server = http.createServer(ingest.app).listen(0, '127.0.0.1');
  stops.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  return {
    port,
    path: `${base}/Users`,
    headers,
    async post(chunks: readonly (string | Buffer)[], more: http.OutgoingHttpHeaders = {}): Promise<Answer> {
      const sent = http.request({ port, path: `${base}/Users`, method: 'POST', headers: { ...headers, ...more } });
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
