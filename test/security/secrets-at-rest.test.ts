import { createCipheriv, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openManagement, type Management } from '../../services/cli/demo/management.js';
import { startReceiver as startDemoReceiver } from '../../services/cli/demo/receiver.js';
import { reseal } from '../../services/dispatcher/janitor/reseal.js';
import { loadConfig } from '../../shared/config/config.js';
import { CannotUnseal, createSealer, keyIdOf, type SealedIn } from '../../shared/runtime/seal.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { startReceiver } from '../service/dispatcher-support.js';
import {
  expectProblem,
  newDirectory,
  newOrganization,
  openBench,
  sealer as ofBench,
  type Bench,
} from '../service/admin-support.js';
import { eventually } from '../support/eventually.js';
import { silent } from '../support/ingest.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Threat: whoever gets hold of the store, a backup or an export has the secrets. */

const sealer = createSealer(Buffer.alloc(32, 7));
const E1 = { id: 'e1', organizationId: 'o1' };

describe('sealing: AES-256-GCM with key id, organization and record as additional data', () => {
  /** Names that could run into one another where they are put together carelessly. */
  const name = fc.constantFrom('a', 'b', 'a.b', 'a","b', '', 'null');
  const record: fc.Arbitrary<SealedIn> = fc.record({ id: name, organizationId: fc.option(name) });

  test('what was sealed opens in the same record, in another process with the same key too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), record, (plaintext, context) => {
        expect(createSealer(Buffer.alloc(32, 7)).open(sealer.seal(plaintext, context), context)).toBe(plaintext);
      }),
    );
  });

  test('sealing the same text twice gives two texts, neither of which shows it', () => {
    const [first, second] = [sealer.seal('whsec_abc', E1), sealer.seal('whsec_abc', E1)];
    expect(first).not.toBe(second);
    expect(Buffer.from(first.split('.')[3] ?? '', 'base64url').includes('whsec_abc')).toBe(false);
  });

  test('a sealed text opens in its own record of its own organization alone', () => {
    fc.assert(
      fc.property(record, record, (own, other) => {
        fc.pre(own.id !== other.id || own.organizationId !== other.organizationId);
        expect(() => sealer.open(sealer.seal('secret', own), other)).toThrow(CannotUnseal);
      }),
    );
    expect(() => sealer.open(sealer.seal('secret', E1), { ...E1, organizationId: 'o2' })).toThrow(CannotUnseal);
    expect(() => sealer.open(sealer.seal('secret', E1), { ...E1, organizationId: null })).toThrow(CannotUnseal);
  });

  test('a sealed text with one character changed does not open', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('A', 'a', 'z', '0', '-', '_', '.'), (n, character) => {
        const sealed = sealer.seal('a secret of some length', E1);
        const place = n % (sealed.length - 1);
        fc.pre(sealed[place] !== character);
        expect(() => sealer.open(sealed.slice(0, place) + character + sealed.slice(place + 1), E1)).toThrow(
          CannotUnseal,
        );
      }),
    );
  });

  test.each(['', 'v1', 'v1...', 'v2...', 'v3.a.b.c', 'v2.a.b.c', 'whsec_abc'])('the text %j does not open', (text) => {
    expect(() => sealer.open(text, E1)).toThrow(CannotUnseal);
  });

  test('a value sealed with another key says that the key is another one', () => {
    const other = createSealer(randomBytes(32));
    expect(() => sealer.open(other.seal('secret', E1), E1)).toThrow(/sealed with key .+, but the encryption key is .+/);
  });

  test('a key that is not 32 bytes long is refused', () => {
    expect(() => createSealer(Buffer.alloc(16))).toThrow('encryption key: 16 bytes, must be 32');
  });

  test('a value that was sealed before organizations were part of it opens still, in its record alone', () => {
    const former = sealedBefore('whsec_abc', 'e1');
    expect(sealer.open(former, E1)).toBe('whsec_abc');
    expect(sealer.isCurrent(former)).toBe(false);
    expect(() => sealer.open(former, { ...E1, id: 'e2' })).toThrow(CannotUnseal);
    // Nor does either form pass for the other one.
    expect(() => sealer.open(former.replace('v1.', 'v2.'), E1)).toThrow(CannotUnseal);
    expect(() => sealer.open(sealer.seal('whsec_abc', E1).replace('v2.', 'v1.'), E1)).toThrow(CannotUnseal);
  });
});

/** In a record whatever its organization. */
function sealedBefore(plaintext: string, id: string, key = Buffer.alloc(32, 7)): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(`v1.${keyIdOf(key)}.${id}`));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', keyIdOf(key), nonce.toString('base64url'), sealed.toString('base64url')].join('.');
}

describe('what an endpoint has sealed', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await openBench()));
  afterAll(() => bench.close());

  const endpoints = () => bench.store.registry.endpoints;
  const stored = async (id: string) => {
    const found = await endpoints().get(id);
    if (found === undefined) throw new Error(`no endpoint ${id}`);
    return found;
  };
  const newEndpoint = async (url: string, organizationId: string) => {
    const headers = { 'x-api-key': 'key-of-the-receiver' };
    const { body } = await bench.post('/v1/endpoints', { url, organizationId, headers }).expect(201);
    return stored(String(body.id));
  };

  test("moved into another organization's record, or with its record to another organization, signs nothing", async () => {
    const receiver = await startReceiver();
    const [ours, theirs] = [await newOrganization(bench, 'Ours'), await newOrganization(bench, 'Theirs')];
    const victim = await newEndpoint(receiver.url, theirs);
    const own = await newEndpoint(receiver.url, ours);
    await bench.post(`/v1/endpoints/${own.id}/test`).expect(200);
    expect(receiver.messages).toHaveLength(1);
    const moved = [
      { ...own, secrets: victim.secrets },
      { ...own, headers: victim.headers },
      { ...own, organizationId: null },
      { ...victim, organizationId: ours },
    ];
    for (const record of moved) {
      const { version } = await stored(record.id);
      expect(await endpoints().replace({ ...record, version: version + 1 })).toBe(true);
      expectProblem(await bench.post(`/v1/endpoints/${record.id}/test`), 409, 'conflict');
    }
    expect(receiver.messages).toHaveLength(1);
  });

  test('by a former version is sealed anew with its organization, and opens as before', async () => {
    const organizationId = await newOrganization(bench);
    const made = await newEndpoint('https://receiver.example/', organizationId);
    const key = Buffer.alloc(32, 5); // the bench's
    const anew = <T extends { readonly sealed: string }>(one: T): T => ({
      ...one,
      sealed: sealedBefore(ofBench.open(one.sealed, made), made.id, key),
    });
    const [secrets, headers] = [made.secrets.map(anew), made.headers.map(anew)];
    await endpoints().replace({ ...made, version: made.version + 1, secrets, headers });
    const deps = { registry: bench.store.registry, sealer: ofBench, logger: silent };
    expect(await reseal(deps)).toBe(1);
    const after = await stored(made.id);
    for (const { sealed } of [...after.secrets, ...after.headers]) expect(ofBench.isCurrent(sealed)).toBe(true);
    expect(after.headers.map(({ sealed }) => ofBench.open(sealed, after))).toEqual(['key-of-the-receiver']);
    expect(await reseal(deps)).toBe(0);
  });
});

test('no file of the store has a secret that was ever told', async () => {
  const dataDir = temporaryFolder();
  const bench = await openBench(() => openSqliteStore({ dataDir }));
  const headers = { 'x-api-key': 'key-of-the-receiver-0123456789' };
  const told: string[] = Object.values(headers);
  const tell = (...secrets: unknown[]): void => void told.push(...secrets.map(String));
  const directory = await newDirectory(bench);
  tell(directory.token);
  const { organizationId } = directory;
  const post = (url: string, body: object) => bench.post(url, body).set('idempotency-key', url).expect(201);
  const endpoint = await post('/v1/endpoints', { url: 'https://receiver.example/', organizationId, headers });
  const rotated = await bench.post(`/v1/endpoints/${endpoint.body.id}/secret/rotate`).expect(200);
  tell(endpoint.body.secret, rotated.body.secret);
  tell((await post('/v1/admin-keys', { name: 'ci', scopes: ['read'] })).body.key);
  tell((await post(`/v1/directories/${directory.id}/tokens`, {})).body.token);
  tell(String((await post(`/v1/directories/${directory.id}/setup-links`, {})).body.url).split('#')[1]);
  expect(told.every((secret) => secret.length >= 30)).toBe(true);
  const onDisk = () => readdirSync(dataDir).map((file) => readFileSync(join(dataDir, file)).toString('latin1'));
  // While it is in use, with what is in its log, and afterwards.
  const during = onDisk();
  await bench.close();
  const after = onDisk();
  expect([...during, ...after].join()).toContain('receiver.example');
  for (const secret of told) {
    // Beside the prefix and the checksum, which are no secrets.
    const heart = secret.slice(5, 25);
    for (const text of [...during, ...after]) expect(text.includes(heart)).toBe(false);
  }
});

test.each(['admin', 'dispatcher', 'standalone'] as const)('production refuses to start %s without a key', (role) => {
  const loaded = loadConfig(role, { ROLLCALL_PRODUCTION: 'true' });
  const problems = 'problems' in loaded ? loaded.problems : [];
  expect(problems).toContainEqual(expect.stringMatching(/^ROLLCALL_ENCRYPTION_KEY: it is not set/));
});

test('online re-keying: secrets are sealed with the new key while the former one is given, and opened without it afterwards', async () => {
  const dataDir = temporaryFolder();
  const [former, next] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
  if (former === undefined || next === undefined) throw new Error('two keys');
  const receiver = await startDemoReceiver(() => undefined);
  let directory: Awaited<ReturnType<Management['createDirectory']>> | undefined;

  const run = async (
    keys: Readonly<Record<string, string>>,
    work: (url: string, log: () => string) => Promise<void>,
  ) => {
    const rollcall = startRollcall(['standalone'], {
      ...{
        ROLLCALL_PORT: '0',
        ROLLCALL_DATA_DIR: dataDir,
        ROLLCALL_ADMIN_KEY: 'rotate-encryption-key',
        ROLLCALL_LOG_PARTITIONS: '2',
      },
      ...keys,
    });
    const [, url = ''] = await rollcall.saw(/Rollcall is at (\S+)/);
    await work(url, rollcall.stdout);
    expect(await rollcall.kill('SIGTERM')).toBe(0);
  };
  /** Hires somebody, and waits for the verified webhook of it. */
  const hire = async (url: string, userName: string): Promise<void> => {
    const path = new URL(directory?.scimBaseUrl ?? '').pathname;
    const headers = { authorization: `Bearer ${directory?.token ?? ''}`, 'content-type': 'application/scim+json' };
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const body = JSON.stringify({ schemas, userName });
    expect((await fetch(`${url}${path}/Users`, { method: 'POST', headers, body })).status).toBe(201);
    const arrival = () => receiver.arrivals.find((one) => one.body.includes(`"userName":"${userName}"`));
    await eventually(`the webhook of ${userName}`, () => arrival() !== undefined);
    expect(arrival()).toMatchObject({ status: 204, isVerified: true });
  };

  await run({ ROLLCALL_ENCRYPTION_KEY: former }, async (url) => {
    const management = openManagement(url, 'rotate-encryption-key');
    const { secret } = await management.createEndpoint(receiver.url);
    receiver.trust(secret);
    directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
    await hire(url, 'before');
  });
  await run({ ROLLCALL_ENCRYPTION_KEY: next, ROLLCALL_FORMER_ENCRYPTION_KEY: former }, async (url, log) => {
    await hire(url, 'between');
    await eventually('the secrets are sealed anew', () => /sealed anew, with the encryption key/.test(log()));
  });
  await run({ ROLLCALL_ENCRYPTION_KEY: next }, (url) => hire(url, 'after'));
  await receiver.close();
}, 120_000);
