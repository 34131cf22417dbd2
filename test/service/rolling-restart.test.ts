import { openManagement } from '../../services/cli/demo/management.js';
import { startBalancer } from '../support/balancer.js';
import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import type { TestProcess } from '../support/process.js';
import { KEPT, play, report, subscribe, type Provisioned } from '../support/provisioning.js';
import { install, portOf } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';

/** Two of each role on MongoDB and Kafka, restarted one after another while an identity provider goes on. */

/** The test server of MongoDB takes no more than a few deliveries a second. */
const PACE_MS = 300;

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('a rolling restart', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const database = testDatabase();
  afterAll(() => database.drop());
  const { adminKey, start } = install(database.uri, { brokers: kafkaBrokers, topic: newTopic(), partitions: 2 });
  const started = async (role: string): Promise<TestProcess> => {
    const running = start(role);
    await portOf(running);
    return running;
  };
  const two = (role: string): Promise<TestProcess[]> => Promise.all([started(role), started(role)]);

  test('no SCIM request fails, nothing is lost, and the order is kept', async () => {
    expect(await start('migrate').exited).toBe(0);
    const [ingests, relays] = [await two('ingest'), await two('relay')] as const;
    const [dispatchers, admins] = [await two('dispatcher'), await two('admin')] as const;
    const scim = await startBalancer(await Promise.all(ingests.map(portOf)));
    const api = await startBalancer(await Promise.all(admins.map(portOf)));
    const management = openManagement(api.url, adminKey);
    const subscriber = await subscribe(management);
    const organization = await management.createOrganization('Acme');

    let isOver = false;
    const provision = async (): Promise<Provisioned[]> => {
      const played: Provisioned[] = [];
      while (!isOver) {
        const provider = played.length % 2 === 0 ? 'okta' : 'entra';
        const directory = await management.createDirectory(organization, `Directory ${played.length}`, provider);
        const options = {
          provider,
          seed: played.length,
          users: 8,
          groups: 2,
          concurrency: 4,
          paceMs: PACE_MS,
        } as const;
        played.push({ directory, run: await play(directory, options, scim.url) });
      }
      return played;
    };
    const provisioning = provision();

    /** As Kubernetes does: no new request to it, then SIGTERM while others are under way, then the next one. */
    const restart = async (role: string, all: TestProcess[], targets?: Set<number>): Promise<void> => {
      for (const old of [...all]) {
        targets?.delete(await portOf(old));
        expect([role, await old.kill('SIGTERM')]).toEqual([role, 0]);
        const fresh = await started(role);
        all.splice(all.indexOf(old), 1, fresh);
        targets?.add(await portOf(fresh));
      }
    };
    await restart('ingest', ingests, scim.targets);
    await restart('relay', relays);
    await restart('dispatcher', dispatchers);
    await restart('admin', admins, api.targets);
    await restart('ingest', ingests, scim.targets);
    isOver = true;

    const played = await provisioning;
    for (const provisioned of played) {
      expect(provisioned.run.failures).toEqual([]);
      expect(provisioned.run.exchanges.filter(({ status }) => status === null || status >= 500)).toEqual([]);
      expect(await report(management, provisioned, subscriber, 120_000)).toMatchObject({ ...KEPT, doubtful: 0 });
    }
    const all = [...ingests, ...relays, ...dispatchers, ...admins];
    expect(await Promise.all(all.map((one) => one.kill('SIGTERM')))).toEqual(all.map(() => 0));
    await Promise.all([scim.close(), api.close(), subscriber.receiver.close()]);
  }, 600_000);
}
