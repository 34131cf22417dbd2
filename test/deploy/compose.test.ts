import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import type { TestProcess } from '../support/process.js';
import { KEPT, setStage } from '../support/provisioning.js';
import { portOf, startRollcall } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The compose file, and its roles with the same arguments and environment, without Docker. */

const root = join(__dirname, '../..');
const file = join(root, 'docker-compose.yml');

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly build?: object;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}

const services: Readonly<Record<string, Service>> = parse(readFileSync(file, 'utf8'), { merge: true }).services;
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

/** Throws where it is none by its schema; warnings are of style. */
const lint = (compose: string): void =>
  void execFileSync(join(root, 'node_modules/.bin/dclint'), ['--quiet', compose], { stdio: 'pipe' });

test('is a compose file by its schema, and one that is none would be found', () => {
  expect(() => lint(file)).not.toThrow();
  const wrong = join(temporaryFolder(), 'docker-compose.yml');
  writeFileSync(wrong, readFileSync(file, 'utf8').replace('cap_drop:', 'cap_drops:'));
  expect(() => lint(wrong)).toThrow();
});

test('has every role, with a read-only root and no capabilities, and images of fixed versions', () => {
  expect(ours.flatMap(([, { command }]) => command ?? []).sort()).toEqual([
    ...['admin', 'dispatcher', 'ingest', 'migrate', 'relay', 'standalone'],
  ]);
  for (const [, { read_only, cap_drop }] of ours) expect([read_only, cap_drop]).toEqual([true, ['ALL']]);
  for (const { image } of Object.values(services)) expect(image).toMatch(/:(?!latest$)[\w.-]+$/);
});

test('listens on loopback only', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(3);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

/** Starts a service's command; `names` are what its servers are called outside of Docker. */
function run(name: string, names: Readonly<Record<string, string>>): TestProcess {
  const { command = [], environment: given = {} } = services[name] ?? {};
  // What is left to the environment of Compose is unset.
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => !/^\$\{\w+:-\}$/.test(value)));
  return startRollcall(command, { ...environment, ...names, ROLLCALL_PORT: '0' });
}

test('one process on SQLite is what `docker compose up` starts', async () => {
  const byDefault = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
  expect(byDefault.map(([name]) => name)).toEqual(['rollcall']);
  const standalone = run('rollcall', { ROLLCALL_DATA_DIR: temporaryFolder(), ROLLCALL_LOG_LEVEL: 'error' });
  const [, url = ''] = await standalone.saw(/Rollcall is at (\S+)/);
  const key = services['rollcall']?.environment?.['ROLLCALL_ADMIN_KEY'] ?? '';
  const stage = await setStage(url, key, 'okta');
  const played = await stage.play({ provider: 'okta', seed: 1, users: 5, groups: 1 }, url);
  expect(await stage.report(played, 60_000)).toMatchObject(KEPT);
  await stage.receiver.close();
  expect(await standalone.kill('SIGTERM')).toBe(0);
});

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('the profile full', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const brokers = kafkaBrokers;
  const database = testDatabase();
  afterAll(() => database.drop());

  test('the profile full: migrate, then the four roles, from SCIM to a verified webhook', async () => {
    const names = {
      ...{ MONGODB_URI: database.uri, KAFKA_BROKERS: brokers.join(), ROLLCALL_KAFKA_TOPIC: newTopic() },
      ROLLCALL_LOG_PARTITIONS: '2',
    };
    const migrate = run('migrate', names);
    expect([await migrate.exited, migrate.stderr()]).toEqual([0, '']);
    const [ingest, relay, dispatcher, admin] = ['ingest', 'relay', 'dispatcher', 'admin'].map((name) =>
      run(name, names),
    );
    if (!ingest || !relay || !dispatcher || !admin) throw new Error('four roles');
    const roles = [ingest, relay, dispatcher, admin];
    await Promise.all(roles.map(portOf));
    const key = services['admin']?.environment?.['ROLLCALL_ADMIN_KEY'] ?? '';
    const stage = await setStage(`http://localhost:${await portOf(admin)}`, key, 'okta');
    const played = await stage.play(
      { provider: 'okta', seed: 2, users: 5, groups: 1 },
      `http://localhost:${await portOf(ingest)}`,
    );
    expect(played.failures).toEqual([]);
    expect(await stage.report(played, 120_000)).toMatchObject(KEPT);
    await stage.receiver.close();
    expect(await Promise.all(roles.map((role) => role.kill('SIGTERM')))).toEqual([0, 0, 0, 0]);
  });
}
