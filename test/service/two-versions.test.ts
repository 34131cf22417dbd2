import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../build.cjs';
import { openManagement } from '../../services/cli/demo/management.js';
import { startBalancer } from '../support/balancer.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import type { TestProcess } from '../support/process.js';
import { KEPT, play, report, subscribe, type Provisioned } from '../support/provisioning.js';
import { BUILD, install, portOf } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** This version and the next one, told apart by the migrations that they know, on one database. */

const ROOT = join(__dirname, '../..');

/** The test server of MongoDB takes no more than a few deliveries a second. */
const PACE_MS = 300;

/** The build with one migration more, which adds an index; `contracts`: and takes something away that this version needs. */
async function nextVersion({ contracts }: { readonly contracts: boolean }): Promise<string> {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const file = 'shared/store/mongo/migrations.ts';
  const source = readFileSync(join(ROOT, file), 'utf8');
  const further = "{ endpoints: [{ key: { url: 1 }, name: 'next_version' }] }";
  const changed = source.replace(/(const MIGRATIONS\b.*? = \[)(.*?)\];/s, `$1$2 ${further}];`);
  expect(changed).not.toBe(source);
  const later = contracts ? changed.replace('const OLDEST = 1;', 'const OLDEST = MIGRATIONS.length;') : changed;
  await bundle(folder, { sources: { [file]: later } });
  return folder;
}

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('two versions on one database', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const brokers = kafkaBrokers;
  const databases = [testDatabase(), testDatabase()];
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  test('an upgrade under load: the old roles go on through the migration and can start again after it, and nothing is lost', async () => {
    const log = { brokers, topic: newTopic(), partitions: 2 };
    const { adminKey, start } = install(databases[0]?.uri ?? '', log);
    const next = await nextVersion({ contracts: false });
    const started = async (role: string, build = BUILD): Promise<TestProcess> => {
      const running = start(role, build);
      await portOf(running);
      return running;
    };
    expect(await start('migrate').exited).toBe(0);
    const old = [await started('ingest'), await started('relay'), await started('dispatcher'), await started('admin')];
    const [ingest, relay, dispatcher, admin] = old;
    if (!ingest || !relay || !dispatcher || !admin) throw new Error('four roles');
    const scim = await startBalancer([await portOf(ingest)]);
    const api = await startBalancer([await portOf(admin)]);
    const management = openManagement(api.url, adminKey);
    const subscriber = await subscribe(management);
    const organization = await management.createOrganization('Acme');

    let isOver = false;
    const provision = async (): Promise<Provisioned[]> => {
      const played: Provisioned[] = [];
      while (!isOver) {
        const directory = await management.createDirectory(organization, `Directory ${played.length}`, 'okta');
        const options = { provider: 'okta', seed: played.length, users: 8, groups: 2, paceMs: PACE_MS } as const;
        played.push({ directory, run: await play(directory, options, scim.url) });
      }
      return played;
    };
    const provisioning = provision();

    const migrate = start('migrate', next);
    expect([await migrate.exited, migrate.stderr()]).toEqual([0, '']);
    // Both versions run together.
    const fresh = [await started('ingest', next), await started('relay', next), await started('dispatcher', next)];
    const [freshIngest] = fresh;
    if (freshIngest === undefined) throw new Error('three roles');
    scim.targets.add(await portOf(freshIngest));
    // One of the old ones crashes and starts again, on what the new version has migrated.
    await relay.kill('SIGKILL');
    old.push(await started('relay'));
    expect(await start('migrate').exited).toBe(0);
    scim.targets.delete(await portOf(ingest));
    for (const one of [ingest, dispatcher]) expect(await one.kill('SIGTERM')).toBe(0);
    fresh.push(await started('admin', next));
    isOver = true;

    for (const provisioned of await provisioning) {
      expect(provisioned.run.failures).toEqual([]);
      expect(await report(management, provisioned, subscriber, 120_000)).toMatchObject({ ...KEPT, doubtful: 0 });
    }
    await Promise.all([...old, ...fresh].map((one) => one.kill('SIGTERM')));
    await Promise.all([scim.close(), api.close(), subscriber.receiver.close()]);
  }, 600_000);

  test('a version that lacks what a later one has taken for granted does not start, and says what to do', async () => {
    const { start } = install(databases[1]?.uri ?? '', { brokers, topic: newTopic(), partitions: 2 });
    expect(await start('migrate', await nextVersion({ contracts: true })).exited).toBe(0);
    for (const command of ['ingest', 'migrate']) {
      const refused = start(command);
      expect(await refused.exited).not.toBe(0);
      expect(refused.stderr() + refused.stdout()).toMatch(
        /written by a newer version of Rollcall .*run that version or a newer one/,
      );
    }
  }, 120_000);
}
