import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { runDoctor, type DoctorOptions } from '../../services/cli/doctor/main.js';
import type { Finding } from '../../services/cli/doctor/finding.js';
import { createReport } from '../../services/cli/doctor/report.js';
import { createPaint } from '../../services/cli/paint.js';
import { storedEncryptionKey } from '../../shared/config/secrets.js';
import { createKafkaLog } from '../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../shared/event-log/kafka/topic.js';
import { newId } from '../../shared/runtime/ids.js';
import { createSealer, type Sealer } from '../../shared/runtime/seal.js';
import { migrateMongo } from '../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../shared/store/mongo/store.js';
import type { Store } from '../../shared/store/port.js';
import type { Endpoint } from '../../shared/store/registry.js';
import { openDatabase } from '../../shared/store/sqlite/database.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { deliveryId } from '../../shared/webhooks/delivery.js';
import { createChain, heldEvent, hold, newDirectory } from '../contract/store/suite/fixtures.js';
import { freePort } from '../support/free-port.js';
import { silent } from '../support/ingest.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { startRollcall } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** `rollcall doctor` on what can go wrong: real stores, a real topic and real certificates. */

jest.setTimeout(90_000);

const DAY = 86_400_000;
const fixture = (name: string): string => join(__dirname, '../fixtures/tls', name);

async function examine(
  env: Readonly<Record<string, string>>,
  options: Partial<DoctorOptions> = {},
): Promise<{ code: number; findings: readonly Finding[]; of: (what: string) => string[] }> {
  const report = createReport({
    isJson: true,
    paint: createPaint(false),
    write: () => undefined,
    writeProgress: undefined,
  });
  const code = await runDoctor({ role: 'standalone', isOffline: true, ...options }, env, report);
  const { findings } = report;
  const of = (what: string): string[] =>
    findings.filter((found) => found.what === what).map(({ level, finding }) => `${level} ${finding}`);
  return { code, findings, of };
}

const levels = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ what, level }) => [what, level]));

/** An endpoint with a secret of its own. */
async function addEndpoint(store: Store, sealer: Sealer, more: Partial<Endpoint> = {}): Promise<string> {
  const id = newId();
  const now = Date.now();
  await store.registry.endpoints.insert({
    ...{ id, version: 1, createdAt: now, updatedAt: now, url: 'http://127.0.0.1:9/hooks', description: '' },
    ...{
      eventTypes: [],
      filter: null,
      organizationId: null,
      directoryId: null,
      payload: 'full',
      headers: [],
      disabling: null,
    },
    ...{ ordering: 'resource', rateLimit: null, enabled: true, disabledReason: null, failingSince: null },
    secrets: [
      { sealed: sealer.seal('whsec_x', { id, organizationId: null, ...more }), createdAt: now, expiresAt: null },
    ],
    ...more,
  });
  return id;
}

/** Something is wrong with each part of it; the directory is in partition 1. */
async function addTroubles(store: Store, sealer: Sealer) {
  const now = Date.now();
  const chain = createChain(store.commits, newDirectory(1));
  const { id: directoryId } = chain.directory;
  const record = { version: 1, createdAt: now, updatedAt: now };
  await store.registry.directories.insert({
    ...{ ...record, id: directoryId, organizationId: 'o', name: 'Okta', provider: null, partition: 1, deletedAt: null },
  });
  const token = { ...record, directoryId, hash: 'h', hint: '', revokedAt: null, lastUsedAt: null };
  await store.registry.tokens.insert({ ...token, id: newId(), expiresAt: now - DAY });
  const body = ({ id, seq }: { id: string; seq: number }): string =>
    JSON.stringify({ id, seq, type: 'user.created', timestamp: new Date(now - DAY).toISOString() });
  await chain.write([hold(heldEvent(1, 'u1'))], { body });
  const healthy = await addEndpoint(store, sealer);
  const disabled = await addEndpoint(store, sealer, { enabled: false, disabledReason: 'it answered 410' });
  const row = (status: 'parked' | 'pending', seq: number) => {
    const eventId = newId();
    return {
      ...{ id: deliveryId(eventId, healthy), eventId, eventType: 'user.created', endpointId: healthy, status },
      ...{ organizationId: 'o', directoryId, partition: 1, offset: seq, seq, laneKeys: [`u${seq}`], attempts: 0 },
      ...{ nextAttemptAt: null, leaseOwner: null, leaseUntil: null, lastError: 'the receiver answered 500' },
      ...{ createdAt: now - DAY, updatedAt: now - DAY, body: null },
    };
  };
  await store.deliveries.insert([row('parked', 1), row('pending', 2)], []);
  return { directoryId, healthy, disabled };
}

function expectTroubles(
  of: (what: string) => string[],
  { directoryId, healthy, disabled }: Awaited<ReturnType<typeof addTroubles>>,
): void {
  expect(of('relay lag')).toEqual([expect.stringMatching(/^fail partition 1: 1 commit waits, the oldest for \d+ d$/)]);
  expect(of('due deliveries')).toEqual([`warn endpoint ${healthy}: due and not sent, the oldest for 1 d`]);
  expect(of('parked')).toEqual([
    `warn endpoint ${healthy}: 1 parked on 1 lane, 0 wait behind; last error: the receiver answered 500`,
  ]);
  expect(of('endpoints')).toEqual([`warn ${disabled} (127.0.0.1:9): disabled: it answered 410`]);
  expect(of('held events')[0]).toContain(`warn directory ${directoryId} (Okta): the deletion guard holds 1 event`);
  expect(of('tokens')[0]).toContain(`fail directory ${directoryId} (Okta): its last token expired at`);
}

test('a running standalone is well; it is examined beside it, and works on', async () => {
  const env = { ROLLCALL_DATA_DIR: temporaryFolder() };
  const running = startRollcall(['standalone'], { ...env, ROLLCALL_PORT: '0' });
  await running.saw(/Rollcall is at/);
  const doctor = startRollcall(['doctor', '--json'], env);
  expect([await doctor.exited, doctor.stderr()]).toEqual([0, '']);
  const findings = JSON.parse(doctor.stdout()) as Finding[];
  expect(levels(findings)).toEqual({
    ...{ configuration: 'ok', 'data folder': 'ok', process: 'ok', schema: 'ok', clock: 'ok', 'log partitions': 'ok' },
    ...{ 'relay lag': 'ok', 'dispatcher lag': 'ok', 'due deliveries': 'ok', parked: 'ok', endpoints: 'ok' },
    ...{ 'held events': 'ok', tokens: 'ok', 'encryption key': 'ok', certificates: 'ok' },
  });
  expect(await running.kill('SIGTERM')).toBe(0);
});

test('everything that is wrong with a store has its line, and nothing is written', async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ dataDir: folder });
  const troubles = await addTroubles(store, createSealer(storedEncryptionKey(folder)));
  await store.close();
  const file = join(folder, 'rollcall.db');
  const before = readFileSync(file);
  const { code, findings, of } = await examine({ ROLLCALL_DATA_DIR: folder });
  expect(code).toBe(1);
  expectTroubles(of, troubles);
  expect(of('dispatcher lag')).toEqual(['fail partition 1: 1 commit waits, the oldest for 1 d']);
  expect(levels(findings)).toMatchObject({ process: 'warn', 'encryption key': 'ok' });
  expect(readFileSync(file).equals(before)).toBe(true);
});

describe('what stands in the way of the rest', () => {
  const made = async (): Promise<string> => {
    const folder = temporaryFolder();
    const store = await openSqliteStore({ dataDir: folder });
    await addTroubles(store, createSealer(storedEncryptionKey(folder)));
    await store.close();
    return folder;
  };

  test('a wrong configuration: all of it, and the exit code of one', async () => {
    const { code, findings } = await examine({ ROLLCALL_PORT: 'x', KAFKA_BROKERS: 'kafka:9092' });
    expect(code).toBe(78);
    expect(findings).toEqual([
      expect.objectContaining({ level: 'fail', finding: 'ROLLCALL_PORT: "x" is not allowed' }),
      expect.objectContaining({ level: 'fail', action: 'set MONGODB_URI too, or unset KAFKA_BROKERS' }),
    ]);
  });

  test('no folder yet', async () => {
    const folder = join(temporaryFolder(), 'none');
    const { code, findings } = await examine({ ROLLCALL_DATA_DIR: folder });
    expect(code).toBe(0);
    expect(levels(findings)).toEqual({ configuration: 'ok', 'data folder': 'warn', process: 'warn', schema: 'warn' });
  });

  test('a database of an older version, and of a newer one', async () => {
    const folder = await made();
    const change = (sql: string): void => {
      const database = openDatabase(join(folder, 'rollcall.db'));
      database.exec(sql);
      database.close();
    };
    change('DELETE FROM migrations WHERE number = (SELECT max(number) FROM migrations)');
    expect((await examine({ ROLLCALL_DATA_DIR: folder })).of('schema')[0]).toMatch(/^warn .* this version needs/);
    change('INSERT INTO migrations VALUES (99, 0)');
    const { code, of } = await examine({ ROLLCALL_DATA_DIR: folder });
    expect([code, of('schema')[0], of('parked')]).toEqual([1, expect.stringMatching(/^fail .*at migration 99/), []]);
  });

  test('fewer log partitions than directories use, and another encryption key', async () => {
    const { of } = await examine({
      ROLLCALL_DATA_DIR: await made(),
      ROLLCALL_LOG_PARTITIONS: '1',
      ROLLCALL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    });
    expect(of('log partitions')[0]).toContain('fail ROLLCALL_LOG_PARTITIONS: it is 1, but directories use 2');
    expect(of('encryption key')[0]).toMatch(/^fail endpoint \S+: sealed value: sealed with key/);
  });
});

test('certificates are looked at as deliveries would: who is trusted, for how long, and which addresses are refused', async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ dataDir: folder });
  const sealer = createSealer(storedEncryptionKey(folder));
  const serve = (name: string): Promise<[Server, string]> =>
    new Promise((resolve) => {
      const server = createServer({
        cert: readFileSync(fixture(`${name}.pem`)),
        key: readFileSync(fixture(`${name}-key.pem`)),
      });
      server.listen(0, () => {
        const address = server.address();
        resolve([server, `localhost:${address !== null && typeof address === 'object' ? address.port : 0}`]);
      });
    });
  const [[good, goodHost], [old, oldHost]] = await Promise.all([serve('valid'), serve('expired')]);
  const nobody = `localhost:${await freePort()}`;
  for (const host of [goodHost, oldHost, nobody, '10.1.2.3'])
    await addEndpoint(store, sealer, { url: `https://${host}/` });
  await store.close();
  const doctor = startRollcall(['doctor'], {
    ROLLCALL_DATA_DIR: folder,
    NODE_EXTRA_CA_CERTS: fixture('authority.pem'),
  });
  expect(await doctor.exited).toBe(1);
  const lines = doctor
    .stdout()
    .split('\n')
    .filter((line) => line.includes(' certificates '));
  expect(lines.toSorted()).toEqual([
    expect.stringContaining(`the address 10.1.2.3 is private; use a public one`),
    expect.stringContaining(`the certificate of ${oldHost} cannot be trusted: certificate has expired`),
    expect.stringContaining(`${nobody} refused the connection`),
  ]);
  expect(lines.map((line) => line.slice(0, 4)).toSorted()).toEqual(['fail', 'fail', 'warn']);
  good.close();
  old.close();
});

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('rollcall doctor on MongoDB and Kafka', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const database = testDatabase();
  afterAll(() => database.drop());
  const brokers = kafkaBrokers;
  const topic = newTopic();
  const key = randomBytes(32);
  const env = {
    MONGODB_URI: database.uri,
    KAFKA_BROKERS: brokers.join(),
    ROLLCALL_KAFKA_TOPIC: topic,
    ROLLCALL_LOG_PARTITIONS: '2',
    ROLLCALL_ENCRYPTION_KEY: key.toString('base64'),
  };

  test('servers that were not prepared, and servers that are not there', async () => {
    const { code, of } = await examine(env, { role: 'dispatcher' });
    expect(code).toBe(1);
    expect(of('schema')[0]).toMatch(/^fail the database is at migration 0/);
    expect(of('topic')).toEqual([`fail ${topic}: there is none`]);
    const port = await freePort();
    const gone = { ...env, MONGODB_URI: `mongodb://127.0.0.1:${port}/x`, KAFKA_BROKERS: `127.0.0.1:${port}` };
    const without = await examine(gone, { role: 'dispatcher' });
    expect(without.of('store')[0]).toMatch(/^fail MONGODB_URI mongodb:.* cannot connect/);
    expect(without.of('topic')[0]).toMatch(/^fail Kafka: none of 127.0.0.1:\d+ can be reached/);
  });

  test('everything that is wrong with them has its line', async () => {
    await migrateMongo({ uri: database.uri });
    await ensureTopic({ brokers, topic, partitions: 2, logger: silent });
    const store = await openMongoStore({ uri: database.uri, logger: silent });
    const troubles = await addTroubles(store, createSealer(key));
    await store.close();
    const log = createKafkaLog({ brokers, topic, partitions: 2, clientId: 'test', logger: silent });
    await log.publish(1, [{ directoryId: 'd', eventId: 'e', type: 'user.created', seq: 1, body: '{}' }]);
    await log.close();
    const { code, of } = await examine(env, { role: 'dispatcher' });
    expect(code).toBe(1);
    expectTroubles(of, troubles);
    expect(of('MongoDB')[0]).toContain('reachable');
    expect(of('clock')).toHaveLength(2);
    expect(of('Kafka')).toEqual(['ok reachable, 1 broker']);
    expect(of('topic')).toEqual([`ok ${topic}: 2 partitions, max.message.bytes 4194304`]);
    expect(of('dispatcher lag')).toEqual(['fail no dispatcher reads the topic; 1 record unread']);
    expect(of('encryption key')).toEqual(['ok reads 2 stored secrets']);
    const narrow = await examine({ ...env, ROLLCALL_LOG_PARTITIONS: '3' }, { role: 'relay' });
    expect(narrow.of('topic')).toEqual([`fail ${topic}: it has 2 partitions, but ROLLCALL_LOG_PARTITIONS is 3`]);
    expect(narrow.of('encryption key')).toEqual([]);
  });
}
