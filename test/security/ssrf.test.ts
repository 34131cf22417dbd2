import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import request from 'supertest';
import { createAdmin } from '../../services/admin/app.js';
import { createHttpCourier } from '../../shared/destinations/http/courier.js';
import type { AttemptResult, Courier } from '../../shared/destinations/port.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';
import { startReceiver } from '../service/dispatcher-support.js';
import { expectProblem, KEY, openBench } from '../service/admin-support.js';
import { parseCidrs } from '../../shared/runtime/address-ranges.js';
import { addressAllowed, checkTarget, whyRefused } from '../../shared/webhooks/target-address.js';

/** Threat: a webhook URL that makes Rollcall ask for what is inside its own network (item 9 of the event pipeline). */

const NONE = parseCidrs([]);

const sign = createSigner([createSecret()]);
const delivery = { id: 'delivery', eventId: 'event', endpointId: 'endpoint' };
let courier: Courier;
const openCourier = (allowed: readonly string[]): void => void (courier = createHttpCourier(allowed, Date.now, 5_000));
const attempt = (url: string): Promise<AttemptResult> =>
  courier.attempt({ delivery, url, body: Buffer.from('{}'), sign });
beforeEach(() => openCourier(['127.0.0.0/8']));
afterEach(() => courier.close());

describe('addresses', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.0',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])('%s is public and allowed', (address) => {
    expect(addressAllowed(address, NONE)).toBe(true);
  });

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.255.255', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['100.64.0.1', "a carrier's private one"],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'a broadcast address'],
    ['240.0.0.1', 'reserved'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'of the special range deprecatedSiteLocal'],
    ['::ffff:127.0.0.1', 'an IPv4 address mapped into IPv6'],
    ['::ffff:8.8.8.8', 'an IPv4 address mapped into IPv6'],
    ['::127.0.0.1', 'an IPv4 address mapped into IPv6'],
    ['::7f00:1', 'reserved'],
    ['2002:7f00:1::', 'a 6to4 address'],
    ['64:ff9b::7f00:1', 'a NAT64 address'],
    ['64:ff9b:1::a00:1', 'a NAT64 address'],
    ['2001:0:4136:e378::1', 'of the special range teredo'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['5f00::1', 'of the special range segmentRouting'],
    ['4000::1', 'reserved'],
    ['not an address', undefined],
    ['', undefined],
  ])('%s is refused as %s', (address, kind) => {
    expect(addressAllowed(address, NONE)).toBe(false);
    const reason = kind === undefined ? 'is no IP address' : `is ${kind}; use a public one`;
    expect(whyRefused(address, NONE)).toContain(reason);
  });

  test('a range opens its own addresses and no others', () => {
    const allowed = parseCidrs(['127.0.0.0/8', 'fd00::/8', '10.20.0.0/16']);
    for (const address of ['127.0.0.1', 'fd00::1', '10.20.255.255'])
      expect(addressAllowed(address, allowed)).toBe(true);
    for (const address of ['10.21.0.0', '::1', 'fc00::1', '::ffff:127.0.0.1', '::ffff:10.20.0.1']) {
      expect(addressAllowed(address, allowed)).toBe(false);
    }
  });

  test('no IPv4 address inside 10.0.0.0/8 gets through in any IPv6 form', () => {
    const hex = (high: number, low: number): string => ((high << 8) | low).toString(16);
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, (b, c, d) => {
        const tail = `${hex(10, b)}:${hex(c, d)}`;
        for (const address of [
          `10.${b}.${c}.${d}`,
          `::ffff:${tail}`,
          `::${tail}`,
          `64:ff9b::${tail}`,
          `2002:${tail}::`,
        ]) {
          expect(addressAllowed(address, NONE)).toBe(false);
        }
      }),
    );
  });

  test.each(['10.0.0.0', '10.0.0.0/33', 'example.com/8', ''])('%j is no range', (range) => {
    expect(() => parseCidrs(['10.0.0.0/8', range])).toThrow(
      `address range ${JSON.stringify(range)}: must be in CIDR form`,
    );
  });
});

describe('target URLs', () => {
  test.each([
    'https://example.com/hook',
    'http://example.com:8080/?a=b',
    'https://[2606:4700::1]/',
    'https://8.8.8.8/',
  ])('%s may be one', (url) => {
    expect(checkTarget(url, [])).toBeUndefined();
  });

  test.each([
    ['', 'must be an absolute URL'],
    ['example.com/hook', 'must be an absolute URL'],
    ['/hook', 'must be an absolute URL'],
    ['ftp://example.com/', 'must begin with https:// or http://, not ftp:'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['https://user@example.com/', 'must not carry a user name'],
    ['https://:password@example.com/', 'must not carry a user name'],
    ['http://127.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://127.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://2130706433/', 'names the address 127.0.0.1, which is loopback'],
    ['http://0177.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://0x7f.0x1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://127.0.0.1./', 'names the address 127.0.0.1, which is loopback'],
    ['http://１２７.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://[::1]/', 'names the address [::1], which is loopback'],
    ['http://[::ffff:127.0.0.1]/', 'which is an IPv4 address mapped into IPv6'],
    ['http://localhost:8080/', 'names the address localhost, which is loopback'],
    ['http://a.LOCALHOST./', 'which is loopback'],
    ['http://[::ffff:7f00:1]/', 'which is an IPv4 address mapped into IPv6'],
    ['http://[::ffff:10.0.0.1]:80/', 'which is an IPv4 address mapped into IPv6'],
    ['http://[64:ff9b::127.0.0.1]/', 'which is a NAT64 address'],
    ['http://[2002:7f00:1::]/', 'which is a 6to4 address'],
    ['http://0/', 'which is unspecified'],
    ['http://0.0.0.0:3000/', 'which is unspecified'],
    ['http://017700000001/', 'names the address 127.0.0.1, which is loopback'],
    ['http://127。0。0。1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://%31%32%37.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['https:\\\\127.0.0.1\\', 'names the address 127.0.0.1, which is loopback'],
    ['http://8.8.8.8@127.0.0.1/', 'must not carry a user name'],
    ['http://127.0.0.1#@8.8.8.8/', 'names the address 127.0.0.1, which is loopback'],
    ['gopher://127.0.0.1:25/', 'must begin with https://'],
    ['http://169.254.169.254/latest/meta-data', 'which is link-local'],
  ])('%s is refused: %s', (url, reason) => {
    expect(checkTarget(url, [])).toContain(reason);
  });

  test('an opened range lets its literal addresses through', () => {
    for (const url of ['http://127.0.0.1:9/hook', 'http://2130706433/', 'http://localhost/']) {
      expect(checkTarget(url, ['127.0.0.0/8'])).toBeUndefined();
    }
    expect(checkTarget('http://10.0.0.1/', ['127.0.0.0/8'])).toContain('ROLLCALL_WEBHOOK_ALLOW_CIDRS');
  });
});

describe('an address that webhooks may not go to is refused at the connection', () => {
  test.each([
    ['127.0.0.1', 'the address 127.0.0.1 is loopback'],
    ['[::1]', 'the address ::1 is loopback'],
    ['2130706433', 'the address 127.0.0.1 is loopback'],
    ['localhost', /^the name localhost resolves to (127\.0\.0\.1|::1), which is loopback/],
  ])('%s', async (host, reason) => {
    const receiver = await startReceiver();
    openCourier([]);
    const { outcome } = await attempt(`http://${host}:${receiver.port}/`);
    expect(outcome.status).toBeNull();
    expect(outcome.error).toEqual(
      typeof reason === 'string' ? expect.stringContaining(reason) : expect.stringMatching(reason),
    );
    expect(outcome.error).toContain('ROLLCALL_WEBHOOK_ALLOW_CIDRS');
    expect(receiver.messages).toEqual([]);
  });

  test('a name goes to those of its addresses that are allowed', async () => {
    const receiver = await startReceiver();
    const { outcome } = await attempt(`http://localhost:${receiver.port}/`);
    expect(outcome).toMatchObject({ status: 204, error: null });
  });
});

describe('a redirect is a failure and is not followed', () => {
  test.each([301, 302, 303, 307, 308])('%d', async (status) => {
    const inside = await startReceiver();
    const receiver = await startReceiver((_, res) => {
      res.writeHead(status, { location: inside.url, refresh: `0; url=${inside.url}` }).end();
      return undefined;
    });
    const { outcome, attempt: made } = await attempt(receiver.url);
    expect(outcome.status).toBe(status);
    expect(made.error).toContain('redirects are not followed');
    expect([receiver.messages.length, inside.messages.length]).toEqual([1, 0]);
  });
});

/** Two hosts on one port: one that webhooks may reach, and one inside. */
async function startHosts(): Promise<{ port: number; outside: Server; asked: { outside: number; inside: number } }> {
  const asked = { outside: 0, inside: 0 };
  const count =
    (who: keyof typeof asked): RequestListener =>
    (_req, res) => {
      asked[who] += 1;
      res.writeHead(204).end();
    };
  const outside = createServer(count('outside')).listen(0, OUTSIDE);
  await once(outside, 'listening');
  const { port } = outside.address() as AddressInfo;
  const inside = createServer(count('inside')).listen(port, INSIDE);
  await once(inside, 'listening');
  hosts.push(outside, inside);
  return { port, outside, asked };
}
const [OUTSIDE, INSIDE] = ['127.0.0.2', '127.0.0.1'];
const hosts: Server[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.close().closeAllConnections();
  jest.restoreAllMocks();
});

/** A resolver that gives these answers, one after another, and then the last one again. Answers how often it was asked. */
function resolverOf(...answers: readonly (readonly string[])[]): () => number {
  let asked = 0;
  jest.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, callback: Answered) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(() => callback(null, found));
  }) as unknown as typeof dns.lookup);
  return () => asked;
}
type Answered = (error: null, addresses: LookupAddress[]) => void;

describe('a resolver that answers otherwise the next time (DNS rebinding)', () => {
  beforeEach(() => openCourier([`${OUTSIDE}/32`]));

  test('is asked once for a connection, which goes to the address that was checked', async () => {
    const { port, asked } = await startHosts();
    const lookups = resolverOf([OUTSIDE], [INSIDE]);
    expect((await attempt(`http://rebinding.example:${port}/`)).outcome.status).toBe(204);
    expect([lookups(), asked]).toEqual([1, { outside: 1, inside: 0 }]);
  });

  test('is refused at the next connection', async () => {
    const { port, outside, asked } = await startHosts();
    resolverOf([OUTSIDE], [INSIDE]);
    await attempt(`http://rebinding.example:${port}/`);
    outside.closeAllConnections();
    const { outcome } = await attempt(`http://rebinding.example:${port}/`);
    expect(outcome.error).toContain(`resolves to ${INSIDE}, which is loopback`);
    expect(asked).toEqual({ outside: 1, inside: 0 });
  });

  test.each([
    [[INSIDE, OUTSIDE], 204],
    [[OUTSIDE, INSIDE, '::1'], 204],
    [[INSIDE, '::1', '::ffff:127.0.0.1', '169.254.169.254'], null],
    [['::ffff:127.0.0.2'], null],
  ])('of several addresses (%j), none that is inside is connected to', async (addresses, status) => {
    const { port, asked } = await startHosts();
    resolverOf(addresses);
    expect((await attempt(`http://several.example:${port}/`)).outcome.status).toBe(status);
    expect(asked).toEqual({ outside: status === null ? 0 : 1, inside: 0 });
  });
});

test.each([
  'http://127.1/',
  'http://2130706433/',
  'http://[::ffff:169.254.169.254]/',
  'http://localhost/',
  'file:///etc/passwd',
])('no endpoint is made, changed or tried with %s', async (url) => {
  const bench = await openBench();
  const app = createAdmin({ ...bench.deps, allowCidrs: [] });
  const ask = (method: 'post' | 'patch', path: string) =>
    request(app)[method](path).set('authorization', `Bearer ${KEY}`).send({ url });
  expectProblem(await ask('post', '/v1/endpoints'), 400, 'validation', /^url /);
  const { body } = await bench.post('/v1/endpoints', { url: 'https://receiver.example/' }).expect(201);
  expectProblem(await ask('patch', `/v1/endpoints/${body.id}`), 400, 'validation', /^url /);
  expect((await bench.get(`/v1/endpoints/${body.id}`)).body.url).toBe('https://receiver.example/');
  await bench.close();
});
