import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import request from 'supertest';
import { BELIEVED_MS } from '../../services/ingest/known-directories.js';
import { credentialHash, issueCredential } from '../../shared/runtime/credentials.js';
import { newDirectory, openBench, rows, type Bench, type MadeDirectory } from '../service/admin-support.js';
import { silent, startIngest, type IngestHarness } from '../support/ingest.js';

/**
 * Threat: somebody gets at a directory without its token, with a part of one, or with one that was revoked. That tokens are compared in
 * constant time is seen in services/ingest/authenticate.ts: the SHA-256 of what a request bears goes through `timingSafeEqual` with the
 * SHA-256 of each live token, so that no comparison ever sees the token itself, and none ends early.
 */

describe('the form: a prefix, 32 random bytes and a checksum', () => {
  const prefixes = fc.constantFrom('rcs' as const, 'rca' as const);

  test('an issued credential is recognized by its own hash, which is its SHA-256', () => {
    fc.assert(
      fc.property(prefixes, (prefix) => {
        const { secret, hash, hint } = issueCredential(prefix);
        expect(secret).toMatch(new RegExp(`^${prefix}_[A-Za-z0-9_-]{49}$`));
        expect(hash).toBe(createHash('sha256').update(secret).digest('hex'));
        expect(credentialHash(prefix, secret)).toBe(hash);
        expect(secret.endsWith(hint)).toBe(true);
        expect(hint).toHaveLength(4);
      }),
    );
  });

  test('no two credentials are alike', () => {
    const secrets = new Set(Array.from({ length: 1000 }, () => issueCredential('rcs').secret));
    expect(secrets.size).toBe(1000);
  });

  test('a credential with one character changed has no hash', () => {
    fc.assert(
      fc.property(
        prefixes,
        fc.nat(52),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', ' ', 'é'),
        (prefix, place, character) => {
          const { secret } = issueCredential(prefix);
          fc.pre(secret[place] !== character);
          expect(credentialHash(prefix, secret.slice(0, place) + character + secret.slice(place + 1))).toBeUndefined();
        },
      ),
    );
  });

  test('a credential of the other kind has no hash', () => {
    expect(credentialHash('rca', issueCredential('rcs').secret)).toBeUndefined();
    const { secret } = issueCredential('rcs');
    expect(credentialHash('rca', `rca${secret.slice(3)}`)).toBeUndefined();
  });

  test.each(['', 'rcs_', 'rcs', `rcs_${'A'.repeat(48)}`, `rcs_${'A'.repeat(50)}`, `rcs_${'A'.repeat(49)}\n`])(
    'the text %j is no credential',
    (text) => {
      expect(credentialHash('rcs', text)).toBeUndefined();
    },
  );
});

describe('what a request bears', () => {
  let bench: Bench;
  let first: IngestHarness;
  let second: IngestHarness;
  let directory: MadeDirectory;
  let server: http.Server;
  beforeAll(async () => {
    bench = await openBench();
    // Two processes of ingest on one store; each remembers on its own.
    [first, second] = [
      await startIngest(silent, async () => bench.store),
      await startIngest(silent, async () => bench.store),
    ];
    server = http.createServer(first.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(async () => (directory = await newDirectory(bench)));
  afterAll(async () => {
    server.close().closeAllConnections();
    await first.requestLog.flush();
    await second.requestLog.flush();
    await bench.close();
  });

  interface Answer {
    readonly status: number | undefined;
    readonly challenge: string | undefined;
  }
  /** With headers as they stand, doubled ones too. */
  async function ask(headers: readonly string[], query = ''): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    const sent = http.request({
      port,
      path: `/scim/${directory.id}/v2/Users${query}`,
      headers: ['host', 'x', ...headers],
    });
    const answered = once(sent.end(), 'response') as Promise<[http.IncomingMessage]>;
    const [answer] = await answered;
    answer.resume();
    return { status: answer.statusCode, challenge: answer.headers['www-authenticate'] };
  }
  const statusOf = async (token: string): Promise<unknown> => (await ask(['authorization', `Bearer ${token}`])).status;
  const REFUSED = { status: 401, challenge: 'Bearer realm="SCIM"' };
  const wrongCase = (token: string): string =>
    token.slice(0, 10) + token.slice(10).replace(/[a-z]/, (letter) => letter.toUpperCase());

  test.each<[string, (token: string) => readonly string[]]>([
    ['nothing', () => []],
    ['an empty header', () => ['authorization', '']],
    ['an empty bearer', () => ['authorization', 'Bearer']],
    ['a bearer of a space', () => ['authorization', 'Bearer  ']],
    ['a bearer of a tab', () => ['authorization', 'Bearer \t']],
    ['another scheme', (token) => ['authorization', `Basic ${Buffer.from(`:${token}`).toString('base64')}`]],
    ['the token without a scheme', (token) => ['authorization', token]],
    ['the token in another case', (token) => ['authorization', `Bearer ${wrongCase(token)}`]],
    ['all of it in upper case', (token) => ['authorization', `Bearer ${token.toUpperCase()}`]],
    ['its beginning', (token) => ['authorization', `Bearer ${token.slice(0, -1)}`]],
    ['more than it', (token) => ['authorization', `Bearer ${token}A`]],
    ['it twice', (token) => ['authorization', `Bearer ${token} ${token}`]],
    ['a list of tokens', (token) => ['authorization', `Bearer ${issueCredential('rcs').secret},${token}`]],
    ['its hash', (token) => ['authorization', `Bearer ${createHash('sha256').update(token).digest('hex')}`]],
    ['one that nobody issued', () => ['authorization', `Bearer ${issueCredential('rcs').secret}`]],
    ['one of the admin API', () => ['authorization', `Bearer ${issueCredential('rca').secret}`]],
    ['a wrong one, and then a right one', (token) => ['authorization', 'Bearer x', 'authorization', `Bearer ${token}`]],
    [
      'it in another header',
      (token) => ['proxy-authorization', `Bearer ${token}`, 'x-authorization', `Bearer ${token}`],
    ],
    ['it in a cookie', (token) => ['cookie', `authorization=Bearer ${token}; token=${token}`]],
  ])('%s is 401, and says how to authenticate', async (_what, headers) => {
    expect(await ask(headers(directory.token))).toEqual(REFUSED);
  });

  test('a token in the query is none, where it would get into logs', async () => {
    for (const name of ['access_token', 'token', 'authorization'])
      expect(await ask([], `?${name}=${directory.token}`)).toEqual(REFUSED);
  });

  test('of two headers the first one counts, whatever the other is', async () => {
    const [own, other] = [`Bearer ${directory.token}`, `Bearer ${(await newDirectory(bench)).token}`];
    expect((await ask(['authorization', own, 'authorization', other])).status).toBe(200);
    expect(await ask(['authorization', other, 'authorization', own])).toEqual(REFUSED);
  });

  test('a revoked token is dead in every process within 5 s, whoever remembers it', async () => {
    const both = async (): Promise<unknown[]> => {
      const path = `/scim/${directory.id}/v2/Users`;
      const answers = [first, second].map(({ app }) =>
        request(app).get(path).set('authorization', `Bearer ${directory.token}`),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await both()).toEqual([200, 200]);
    const [token] = rows(await bench.get(`/v1/directories/${directory.id}/tokens`));
    await bench.delete(`/v1/directories/${directory.id}/tokens/${String(token?.['id'])}`).expect(204);
    expect(BELIEVED_MS).toBeLessThan(5_000);
    for (const { clock } of [first, second]) clock.now += BELIEVED_MS;
    expect(await both()).toEqual([401, 401]);
    // Nor does it come back where others ask.
    await newDirectory(bench);
    expect(await both()).toEqual([401, 401]);
  });

  test('while tokens are rotated both are good; each dies when it expires, or is revoked, alone', async () => {
    const url = `/v1/directories/${directory.id}/tokens`;
    const expiresAt = new Date(bench.now + 60_000).toISOString();
    first.clock.now = bench.now;
    const { body } = await bench.post(url, { expiresAt }).expect(201);
    // It is good as soon as it is made, though the directory was looked at a moment ago.
    expect([await statusOf(directory.token), await statusOf(body.token)]).toEqual([200, 200]);
    first.clock.now += 59_999;
    expect(await statusOf(body.token)).toBe(200);
    first.clock.now += 1;
    expect([await statusOf(directory.token), await statusOf(body.token)]).toEqual([200, 401]);
  });

  test('when it was last used is told', async () => {
    first.clock.now = bench.now;
    expect(await statusOf(directory.token)).toBe(200);
    const [token] = rows(await bench.get(`/v1/directories/${directory.id}/tokens`));
    expect(token?.['lastUsedAt']).toBe(new Date(bench.now).toISOString());
  });
});
