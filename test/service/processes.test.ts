import { randomBytes } from 'node:crypto';
import { KEPT, setStage } from '../support/provisioning.js';
import { portOf, startRollcall } from '../support/rollcall.js';

/** Ingest, relay, dispatcher and admin as four processes that share nothing but MongoDB and Kafka. */

const { MONGODB_URI: mongo, KAFKA_BROKERS: brokers } = process.env;

if (mongo === undefined || brokers === undefined) {
  test.skip('four processes on MongoDB and Kafka: skipped, because MONGODB_URI and KAFKA_BROKERS are not both set', () =>
    undefined);
} else {
  test('200 users and 10 groups: every webhook arrives, verified, in order per resource, without a gap', async () => {
    const run = randomBytes(4).toString('hex');
    const uri = new URL(mongo);
    uri.pathname = `/rollcall_processes_${run}`;
    const env = {
      MONGODB_URI: uri.href,
      KAFKA_BROKERS: brokers,
      ROLLCALL_KAFKA_TOPIC: `rollcall.processes.${run}`,
      ROLLCALL_LOG_PARTITIONS: '4',
      ROLLCALL_ADMIN_KEY: `key-${run}`,
      ROLLCALL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ROLLCALL_WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
      ROLLCALL_PORT: '0',
    };
    const migrate = startRollcall(['migrate'], env);
    expect([await migrate.exited, migrate.stderr()]).toEqual([0, '']);
    const [ingest, relay, dispatcher, admin] = ['ingest', 'relay', 'dispatcher', 'admin'].map((role) =>
      startRollcall([role], env),
    );
    if (!ingest || !relay || !dispatcher || !admin) throw new Error('four roles');
    const [scim, management] = [
      await portOf(ingest),
      await portOf(admin),
      await portOf(relay),
      await portOf(dispatcher),
    ];

    const stage = await setStage(`http://localhost:${management}`, env.ROLLCALL_ADMIN_KEY, 'entra');
    const played = await stage.play(
      { provider: 'entra', seed: 3, users: 200, groups: 10, concurrency: 32 },
      `http://localhost:${scim}`,
    );
    expect(played.failures).toEqual([]);
    const report = await stage.report(played, 120_000);
    expect(report).toMatchObject({ ...KEPT, doubtful: 0 });
    expect(report.acknowledged).toBeGreaterThan(400);
    await stage.receiver.close();
    for (const role of [ingest, relay, dispatcher, admin]) expect(await role.kill('SIGTERM')).toBe(0);
  }, 400_000);
}
