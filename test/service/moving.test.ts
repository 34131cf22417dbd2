import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { openManagement, type NewDirectory } from '../../services/cli/demo/management.js';
import { openSqliteImport } from '../../shared/store/sqlite/transfer.js';
import { TransferRefused } from '../../shared/store/transfer.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { KEPT, play, report, subscribe } from '../support/provisioning.js';
import { startRollcall } from '../support/rollcall.js';
import { imported } from '../support/moving.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** `rollcall export` and `rollcall import`, as processes: a standalone on SQLite moves house. */

jest.setTimeout(400_000);

type Env = Readonly<Record<string, string>>;

async function rollcall(args: readonly string[], env: Env) {
  const run = startRollcall(args, env);
  return { code: await run.exited, stdout: run.stdout(), stderr: run.stderr() };
}

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** A standalone that has been provisioned, with an endpoint that is well and one that fails, and was killed while it delivered. */
async function provisioned() {
  const settings = {
    ROLLCALL_PORT: String(await freePort()),
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_LOG_PARTITIONS: '3',
    ROLLCALL_RETRY_SCHEDULE: `0s${',1s'.repeat(49)}`,
  };
  const dataDir = temporaryFolder();
  const standalone = startRollcall(['standalone'], { ...settings, ROLLCALL_DATA_DIR: dataDir });
  await standalone.saw(/Rollcall is at/);
  const adminKey = (await standalone.saw(/Admin key, shown this once: (\S+)/))[1] ?? '';
  const url = `http://localhost:${settings.ROLLCALL_PORT}`;
  const management = openManagement(url, adminKey);
  const repair = { isDone: false };
  const well = await subscribe(management);
  const failing = await subscribe(management, undefined, () => (repair.isDone ? 204 : 503));
  const directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
  const run = await play(directory, { provider: 'okta', seed: 5, users: 30, groups: 4, concurrency: 8 });
  await eventually('retries', () => failing.receiver.arrivals.length >= 5);
  const before = { digest: await get(url, adminKey, `/directories/${directory.id}/digest`), snapshot: '' };
  before.snapshot = await get(url, adminKey, `/directories/${directory.id}/snapshot`);
  await standalone.kill('SIGKILL');
  return { settings, dataDir, url, adminKey, management, repair, well, failing, directory, run, before };
}

async function get(url: string, adminKey: string, path: string): Promise<string> {
  const answer = await request(`${url}/v1${path}`, { headers: { authorization: `Bearer ${adminKey}` } });
  const text = await answer.body.text();
  expect([answer.statusCode, text]).toEqual([200, text]);
  return text;
}

async function hire({ scimBaseUrl, token }: NewDirectory, user: object): Promise<void> {
  const answer = await request(`${scimBaseUrl}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...user }),
  });
  expect([answer.statusCode, await answer.body.text()]).toEqual([201, expect.anything()]);
}

/** Moves it into what `into` names, where everything must go on as if nothing had happened. */
async function expectToMove(into: Env): Promise<void> {
  const home = await provisioned();
  const { settings, dataDir, url, adminKey, management, repair, well, failing, directory, run } = home;
  const file = join(temporaryFolder(), 'rollcall.ndjson');
  const out = await rollcall(['export', '--output', file, '--json'], { ...settings, ROLLCALL_DATA_DIR: dataDir });
  expect([out.code, out.stderr]).toEqual([0, '']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = linesOf(file);
  expect(JSON.parse(out.stdout)).toMatchObject({ output: file, counts: lines.at(-1)?.['counts'] });
  const deliveries = lines.flatMap((line) =>
    line.kind === 'delivery' ? [line['delivery'] as Record<string, unknown>] : [],
  );
  const ofFailing = new Set(
    deliveries.filter(({ endpointId }) => endpointId === failing.endpointId).map(({ status }) => status),
  );
  expect(ofFailing).toContain('retrying');
  expect(ofFailing.size).toBeGreaterThan(1);
  const done = deliveries.filter(({ status }) => status === 'delivered').map(({ eventId }) => eventId);

  const env = {
    ...{ ...settings, ROLLCALL_DATA_DIR: temporaryFolder(), ...into },
    ROLLCALL_ENCRYPTION_KEY: readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim(),
  };
  const arrived = await rollcall(['import', '--input', file], env);
  expect([arrived.code, arrived.stderr]).toEqual([0, '']);
  expect(arrived.stdout).toMatch(/^Imported \d+ lines of .*: 1 directories, \d+ users and groups, \d+ deliveries\./);

  const seen = well.receiver.arrivals.length;
  repair.isDone = true;
  const moved = startRollcall(['standalone'], env);
  await moved.saw(/Rollcall is at/);
  expect(moved.stdout()).not.toContain('Admin key');
  const path = `/directories/${directory.id}`;
  expect(await get(url, adminKey, `${path}/digest`)).toBe(home.before.digest);
  expect(await get(url, adminKey, `${path}/snapshot`)).toBe(home.before.snapshot);

  // What was pending comes, in order; what had been delivered does not come again.
  for (const subscriber of [well, failing]) {
    expect(await report(management, { directory, run }, subscriber, 120_000)).toMatchObject(KEPT);
  }
  const again = well.receiver.arrivals.slice(seen).filter(({ id }) => done.includes(id));
  expect(again).toEqual([]);

  // Tokens are good, and the next event has the next number.
  const { seq } = JSON.parse(home.before.digest) as { seq: number };
  await hire(directory, { userName: 'after@acme.example' });
  const events = await management.events(directory.id);
  expect(events.map((body) => (JSON.parse(body) as { seq: number }).seq)).toEqual(
    Array.from({ length: seq + 1 }, (_, index) => index + 1),
  );
  for (const { receiver } of [well, failing]) {
    await eventually('the next event', () =>
      receiver.arrivals.some(({ body, status }) => status === 204 && body === events.at(-1)),
    );
  }
  await Promise.all([well.receiver.close(), failing.receiver.close()]);
  expect(await moved.kill('SIGTERM')).toBe(0);
}

test('into another data folder', () => expectToMove({}));

if (mongoServer === undefined) skipSuite('a move to MongoDB', 'MONGODB_URI is not set');
else {
  const databases = [testDatabase(), testDatabase(), testDatabase()] as const;
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  test('into MongoDB, with the event log in it', () => expectToMove({ MONGODB_URI: databases[0].uri }));

  if (kafkaBrokers === undefined) skipSuite('a move to MongoDB and Kafka', 'KAFKA_BROKERS is not set');
  else {
    const kafka = { KAFKA_BROKERS: kafkaBrokers.join(), ROLLCALL_KAFKA_TOPIC: newTopic() };
    test('into MongoDB, with Kafka as the new event log', () =>
      expectToMove({ MONGODB_URI: databases[1].uri, ...kafka }));
  }

  test('an import that is cut short leaves a database on which nothing starts, until it is repeated', async () => {
    const { file, key } = await smallExport();
    const env = { MONGODB_URI: databases[2].uri, ROLLCALL_ENCRYPTION_KEY: key, ROLLCALL_PORT: '0' };
    const half = join(temporaryFolder(), 'half.ndjson');
    writeFileSync(half, readFileSync(file, 'utf8').split('\n').slice(0, -2).join('\n'));
    await refused(['import', '--input', half], env, /ends after line \d+ without a footer: it was cut short/);
    const start = await rollcall(['standalone'], { ...env, ROLLCALL_DATA_DIR: temporaryFolder() });
    expect([start.code, start.stderr]).toEqual([
      1,
      expect.stringMatching(/an import into it .* was cut short; .*repeat/),
    ]);
    expect(await rollcall(['import', '--input', file], env)).toMatchObject({ code: 0, stderr: '' });
    await refused(
      ['import', '--input', file],
      env,
      /has something in it already \(\w+\), and an import needs an empty one/,
    );
    const standalone = startRollcall(['standalone'], { ...env, ROLLCALL_DATA_DIR: temporaryFolder() });
    await standalone.saw(/Rollcall is at/);
    await refused(['export'], env, /the database is in use by a standalone, an export or an import; stop every role/);
    expect(await standalone.kill('SIGTERM')).toBe(0);
    const moved = await rollcall(['export'], env);
    expect([moved.code, moved.stderr]).toEqual([0, expect.stringMatching(/^Exported/)]);
    expect(moved.stdout.split('\n').length).toBe(readFileSync(file, 'utf8').split('\n').length);
  });
}

async function refused(args: readonly string[], env: Env, text: RegExp): Promise<void> {
  const { code, stdout, stderr } = await rollcall(args, env);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(text);
}

/** Of an installation with one endpoint, one directory and some users, which runs meanwhile. */
async function smallExport() {
  const [dataDir, file] = [temporaryFolder(), join(temporaryFolder(), 'small.ndjson')];
  const env = { ROLLCALL_DATA_DIR: dataDir, ROLLCALL_PORT: String(await freePort()), ROLLCALL_LOG_LEVEL: 'error' };
  const standalone = startRollcall(['standalone'], env);
  const adminKey = (await standalone.saw(/Admin key, shown this once: (\S+)/))[1] ?? '';
  const management = openManagement(`http://localhost:${env.ROLLCALL_PORT}`, adminKey);
  await management.createEndpoint('http://127.0.0.1:9/webhooks');
  const directory = await management.createDirectory(await management.createOrganization('Acme'), 'Okta', 'okta');
  const emails = [{ value: 'ann@acme.example', primary: true }];
  await hire(directory, { userName: '=cmd|calc', displayName: 'Ann "A", B', emails });
  await hire(directory, { userName: 'ben@acme.example', name: { givenName: 'Ben' }, active: false });
  const csv = await rollcall(['export', '--csv', 'users', '--directory', directory.id], env);
  // Without --output, the lines are standard output's, and what is said of them standard error's.
  const piped = await rollcall(['export'], env);
  expect([piped.code, piped.stderr]).toEqual([0, expect.stringMatching(/^Exported \d+ lines\. .*keep them as safe/)]);
  writeFileSync(file, piped.stdout);
  expect(await standalone.kill('SIGTERM')).toBe(0);
  const key = readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim();
  return { dataDir, file, key, csv };
}

describe('a small installation', () => {
  let small: Awaited<ReturnType<typeof smallExport>>;
  beforeAll(async () => (small = await smallExport()));

  test('has its users as a table for people, in which no cell is a formula', () => {
    const { code, stdout, stderr } = small.csv;
    expect([code, stderr]).toEqual([0, 'Exported 2 users.\n']);
    const [head, ann, ben] = stdout.split('\r\n');
    expect(head).toMatch(/^id,externalId,userName,active,email,emails,name\.given,/);
    expect(ann).toMatch(/^[0-9a-f-]{36},,'=cmd\|calc,true,ann@acme\.example,ann@acme\.example,/);
    expect(ann).toContain('"Ann ""A"", B"');
    expect(ben).toMatch(/^[0-9a-f-]{36},,ben@acme\.example,false,,,Ben,/);
  });

  test('is refused with another encryption key, and says how to come by the right one', async () => {
    const other = {
      ROLLCALL_DATA_DIR: temporaryFolder(),
      ROLLCALL_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    };
    const text =
      /sealed with the encryption key \S+, and the one here is \S+; set ROLLCALL_ENCRYPTION_KEY .*the file encryption\.key/;
    await refused(['import', '--input', small.file], other, text);
    const none = { ROLLCALL_DATA_DIR: temporaryFolder() };
    await refused(['import', '--input', small.file], none, /and there is none here; set ROLLCALL_ENCRYPTION_KEY/);
  });

  const changed = (from: string, to: string) => (lines: readonly string[]) =>
    lines.map((line) => (line.includes('"kind":"commit"') ? line : line.replace(from, to)));
  test.each([
    ['cut short', (lines: readonly string[]) => lines.slice(0, -1), /ends after line \d+ without a footer: it was cut/],
    [
      'with a line of another kind',
      changed('"kind":"tokens"', '"kind":"audit","was":"tokens"'),
      /audit: entry: Invalid input/,
    ],
    [
      'with a line less',
      (lines: readonly string[]) => lines.filter((line) => !line.startsWith('{"kind":"tok')),
      /0 lines of tokens, its footer tells of 1/,
    ],
    ['with another user', changed('Ben', 'Bob'), /has the digest \w+, and must have/],
    ['with another record', changed('"name":"Acme"', '"name":"Evil"'), /its digest differs from its footer/],
    [
      'of another format',
      changed('"format":1', '"format":99'),
      /has format 99, .* reads format 1; import it with that/,
    ],
    ['that is none', () => ['hello'], /line 1: is no JSON/],
    [
      'with what is unknown',
      changed('"kind":"progress"', '"kind":"secret"'),
      /has no kind that this version .*\(secret\)/,
    ],
    ['twice', (lines: readonly string[]) => [...lines, ...lines], /line \d+: comes after the footer/],
    ['without its beginning', (lines: readonly string[]) => lines.slice(1), /line 1: an export begins with one header/],
    [
      'with a directory within another',
      changed('"kind":"digest"', '"kind":"head","number":1,"lastSeq":1,"at":1,"deleted":false,"was":"digest"'),
      /head of \S+ stands among those of/,
    ],
  ])('is refused %s, and the folder stays empty', async (_, change, text) => {
    const dataDir = temporaryFolder();
    const lines = readFileSync(small.file, 'utf8').trimEnd().split('\n');
    const importing = imported(await openSqliteImport(dataDir), change(lines));
    await expect(importing).rejects.toThrow(text);
    await expect(importing).rejects.toThrow(TransferRefused);
    expect(readdirSync(dataDir)).toEqual(['lock.db']);
  });

  test('is not imported where there is a database, or a process', async () => {
    const env = { ROLLCALL_DATA_DIR: small.dataDir, ROLLCALL_PORT: '0' };
    await refused(
      ['import', '--input', small.file],
      env,
      /there is a database already, and an import needs an empty one/,
    );
    const standalone = startRollcall(['standalone'], env);
    await standalone.saw(/Rollcall is at/);
    await refused(['import', '--input', small.file], env, /another Rollcall process uses it; stop that process/);
    expect(await standalone.kill('SIGTERM')).toBe(0);
  });

  test('is not exported to a file that is there, nor from a folder without a database', async () => {
    const env = { ROLLCALL_DATA_DIR: small.dataDir };
    await refused(['export', '--output', small.file], env, /cannot be made .*name a file that is not there yet/);
    expect(existsSync(small.file)).toBe(true);
    await refused(['export'], { ROLLCALL_DATA_DIR: temporaryFolder() }, /there is no database; set ROLLCALL_DATA_DIR/);
    const csv = ['export', '--csv', 'users', '--directory', 'none'];
    await refused(csv, env, /there is no directory none; GET \/v1\/directories lists them/);
    expect((await rollcall(['export', '--csv', 'users'], env)).code).toBe(2);
  });
});
