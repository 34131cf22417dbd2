import { kafkaBrokers, newTopic } from '../support/kafka-topics.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { KEPT, setStage } from '../support/provisioning.js';
import { install, portOf } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';

/** Ingest, relay, dispatcher and admin as four processes that share nothing but MongoDB and Kafka. */

if (mongoServer === undefined || kafkaBrokers === undefined) {
  skipSuite('the four roles as processes', 'MONGODB_URI and KAFKA_BROKERS are not both set');
} else {
  const database = testDatabase();
  afterAll(() => database.drop());
  const { adminKey, start } = install(database.uri, { brokers: kafkaBrokers, topic: newTopic(), partitions: 4 });

  test('200 users and 10 groups: every webhook arrives, verified, in order per resource, without a gap', async () => {
    const migrate = start('migrate');
    expect([await migrate.exited, migrate.stderr()]).toEqual([0, '']);
    const roles = ['relay', 'dispatcher'].map((role) => start(role));
    const [ingest, admin] = [start('ingest'), start('admin')];
    roles.push(ingest, admin);
    await Promise.all(roles.map(portOf));

    const stage = await setStage(`http://localhost:${await portOf(admin)}`, adminKey, 'entra');
    const run = await stage.play(
      { provider: 'entra', seed: 3, users: 200, groups: 10, concurrency: 32 },
      `http://localhost:${await portOf(ingest)}`,
    );
    expect(run.failures).toEqual([]);
    const report = await stage.report(run, 300_000);
    expect(report).toMatchObject({ ...KEPT, doubtful: 0 });
    expect(report.acknowledged).toBeGreaterThan(400);
    await stage.receiver.close();
    expect(await Promise.all(roles.map((role) => role.kill('SIGTERM')))).toEqual([0, 0, 0, 0]);
  }, 600_000);
}
