import { createLogger } from '../../shared/runtime/logger.js';
import { beSoleProcess, DatabaseInUse } from '../../shared/store/sole-process.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { mongoServer, testDatabase } from '../support/mongo-database.js';
import { startRollcall } from '../support/rollcall.js';
import { skipSuite } from '../support/skip-suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const logger = createLogger('test', 'silent');

test('one process has the database; the next one waits for a lease that nobody renews, and no longer', async () => {
  const store = await openSqliteStore({ dataDir: temporaryFolder() });
  // Longer than a busy machine keeps the renewals waiting, which would lose the lease.
  const leaseMs = 1_500;
  const be = (owner: string) => beSoleProcess(store.leases, { owner, clock: Date.now, logger, leaseMs });
  await store.leases.acquire('standalone', 'killed', leaseMs, Date.now());
  const first = await be('first');
  await expect(be('second')).rejects.toThrow(DatabaseInUse);
  await first.release();
  const third = await be('third');
  // As if the third had stood still, and another had taken over.
  await store.leases.release('standalone', 'third');
  await store.leases.acquire('standalone', 'fourth', 60_000, Date.now());
  await expect(third.lost).rejects.toThrow(/another standalone Rollcall process uses it/);
  await third.release();
  await store.close();
});

if (mongoServer === undefined) {
  skipSuite('two standalone processes on one database', 'MONGODB_URI is not set');
} else {
  const database = testDatabase();
  afterAll(() => database.drop());

  test('of two standalone processes on one database without Kafka, the second ends and says why', async () => {
    const env = {
      MONGODB_URI: database.uri,
      ROLLCALL_PORT: '0',
      ROLLCALL_DATA_DIR: temporaryFolder(),
      ROLLCALL_LOG_PARTITIONS: '2',
    };
    const first = startRollcall(['standalone'], env);
    await first.saw(/Rollcall is at/);
    const second = startRollcall(['standalone'], env);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toMatch(
      /^rollcall: database: another standalone Rollcall process uses it.*set KAFKA_BROKERS/,
    );
    expect(await first.kill('SIGTERM')).toBe(0);
  }, 200_000);
}
