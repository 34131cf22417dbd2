import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import type { AttemptResult, Courier } from '../../shared/destinations/port.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';
import { eventually } from '../support/eventually.js';
import { startReceiver, verified, type Answer } from './dispatcher-support.js';

/** One HTTP request to a real receiver, within a deadline of 300 ms. */

const DEADLINE_MS = 300;
/** Where it is not the deadline that is tried. */
const PATIENT_MS = 15_000;
const BODY = Buffer.from('{"userName":"Zoë 🙂"}');
const secret = createSecret();

let courier: Courier;
const openCourier = (allowed: readonly string[], deadlineMs = DEADLINE_MS): void => {
  courier = createHttpCourier(allowed, Date.now, deadlineMs);
};
beforeEach(() => openCourier(['127.0.0.0/8']));
afterEach(() => courier.close());

const attempt = (url: string): Promise<AttemptResult> =>
  courier.attempt({
    delivery: { id: 'delivery', eventId: 'event', endpointId: 'endpoint' },
    url,
    body: BODY,
    sign: createSigner([secret]),
  });

const answering = async (answer: (res: ServerResponse) => void) => {
  const silent: Answer = (_, res) => {
    answer(res);
    return undefined;
  };
  const receiver = await startReceiver(silent);
  return { ...(await attempt(receiver.url)), receiver };
};

test('the bytes that are signed are the bytes that are sent', async () => {
  const { attempt: made, outcome, receiver } = await answering((res) => res.writeHead(202).end('thanks'));
  expect(outcome).toEqual({ status: 202, error: null, retryAfter: null, directive: null });
  expect(made).toMatchObject({
    deliveryId: 'delivery',
    endpointId: 'endpoint',
    status: 202,
    error: null,
    response: 'thanks',
  });
  expect(made.durationMs).toBeGreaterThan(0);
  const [message] = receiver.messages;
  expect(message?.raw).toEqual(BODY);
  expect(message && verified(secret, message)).toEqual({ userName: 'Zoë 🙂' });
  expect(message?.headers['content-length']).toBe(String(BODY.length));
});

test('connections are kept and used again', async () => {
  const ports = new Set<number | undefined>();
  const receiver = await startReceiver((_, res) => {
    ports.add(res.socket?.remotePort);
    return 204;
  });
  for (let count = 0; count < 20; count += 1) await attempt(receiver.url);
  expect(ports.size).toBeLessThan(4);
});

test('what the receiver asks for is handed on', async () => {
  const { outcome } = await answering((res) =>
    res.writeHead(429, { 'retry-after': '120', 'webhook-delivery': 'abort-message' }).end(),
  );
  expect(outcome).toEqual({
    status: 429,
    error: 'the receiver answered 429',
    retryAfter: '120',
    directive: 'abort-message',
  });
});

test('of a long answer the first 4 KiB are kept, and 64 KiB read', async () => {
  openCourier(['127.0.0.0/8'], PATIENT_MS);
  let written = 0;
  let isCutOff = false;
  const { attempt: made } = await answering((res) => {
    res.writeHead(200);
    const more = (): void => {
      while (!res.destroyed && res.write('x'.repeat(10_000))) written += 10_000;
    };
    res.on('drain', more);
    res.on('close', () => (isCutOff = true));
    more();
  });
  expect(made).toMatchObject({ status: 200, error: null, response: 'x'.repeat(4096) });
  await eventually('the connection cut off', () => isCutOff);
  expect(written).toBeLessThan(16 * 1024 * 1024);
});

test.each([500, 410])('an answer of %d is a failure, told as such', async (status) => {
  const { outcome } = await answering((res) => res.writeHead(status).end('sorry'));
  expect(outcome).toEqual({ status, error: `the receiver answered ${status}`, retryAfter: null, directive: null });
});

test.each(['120', 'Wed, 21 Oct 2037 07:28:00 GMT'])('a Retry-After of %j is handed on', async (retryAfter) => {
  const { outcome } = await answering((res) => res.writeHead(429, { 'retry-after': retryAfter }).end());
  expect(outcome).toMatchObject({ status: 429, retryAfter });
});

test('an answer of a gigabyte is taken for its status, and 64 KiB of it read', async () => {
  const GIGABYTE = 1024 ** 3;
  let bytes = 0;
  const { attempt: made } = await answering((res) => {
    res.writeHead(200, { 'content-length': GIGABYTE });
    const chunk = Buffer.alloc(256 * 1024, 'x');
    const more = (): void => {
      while (!res.destroyed && bytes < GIGABYTE) {
        bytes += chunk.length;
        if (!res.write(chunk)) return void res.once('drain', more);
      }
    };
    more();
  });
  expect(made).toMatchObject({ status: 200, error: null, response: 'x'.repeat(4096) });
  expect(bytes).toBeLessThan(GIGABYTE / 16);
});

describe('within the deadline', () => {
  const isQuick = (result: AttemptResult): boolean => result.attempt.durationMs < DEADLINE_MS * 3;

  test('a receiver that does not answer has failed', async () => {
    const result = await answering(() => undefined);
    expect(result.outcome).toMatchObject({ status: null, error: 'the receiver did not answer within 0.3 s' });
    expect(isQuick(result)).toBe(true);
  });

  test('a receiver whose answer drips has failed, whatever its status', async () => {
    let timer: NodeJS.Timeout | undefined;
    const result = await answering((res) => {
      res.writeHead(200);
      timer = setInterval(() => res.write('.'), 20);
      res.on('close', () => clearInterval(timer));
    });
    expect(result.outcome).toMatchObject({
      status: 200,
      error: 'the receiver began to answer 200, and did not end within 0.3 s',
    });
    expect(isQuick(result)).toBe(true);
  });

  test('a receiver that takes the connection and says nothing has failed', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const result = await attempt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(result.outcome).toMatchObject({ status: null, error: 'the receiver did not answer within 0.3 s' });
    expect(isQuick(result)).toBe(true);
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('without an answer', () => {
  test('a connection that is cut is told as such', async () => {
    const { outcome } = await answering((res) => res.destroy());
    expect(outcome.status).toBeNull();
    expect(outcome.error).toMatch(/^127\.0\.0\.1:\d+ closed the connection before it had answered$/);
  });

  test('a connection that is cut in the middle of the answer is told as such', async () => {
    const { outcome } = await answering((res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('half of it', () => res.destroy());
    });
    expect(outcome).toMatchObject({ status: 200, error: expect.stringMatching(/closed the connection/) });
  });

  test('a name that is nowhere is told as such', async () => {
    const { outcome } = await attempt('http://receiver.invalid/');
    expect(outcome.status).toBeNull();
    // RFC 6761 section 6.4: the name never resolves; without a network, the resolver is not reached either.
    expect(outcome.error).toMatch(
      /^the name receiver\.invalid (does not resolve to an address|could not be resolved)|^the receiver did not answer within/,
    );
  });

  test('a port where nothing listens is told as such', async () => {
    const { outcome } = await attempt('http://127.0.0.1:1/');
    expect(outcome.error).toBe('127.0.0.1:1 refused the connection; nothing listens there');
  });

  test('a name with several addresses, none of which listens, is told as one', async () => {
    openCourier(['127.0.0.0/8', '::1/128']);
    const { outcome } = await attempt('http://localhost:1/');
    expect(outcome.error).toBe('localhost:1 refused the connection; nothing listens there');
  });

  test('a receiver that speaks no TLS is told as such', async () => {
    const receiver = await startReceiver();
    const { outcome } = await attempt(`https://127.0.0.1:${receiver.port}/`);
    expect(outcome.status).toBeNull();
    expect(outcome.error).toMatch(/^the request to 127\.0\.0\.1:\d+ failed: .*(SSL|wrong version)/i);
  });
});
