import { createLogger } from '../../../shared/runtime/logger.js';
import { applyChanges } from '../../../shared/store/mongo/apply.js';
import { toDocument } from '../../../shared/store/mongo/chain.js';
import { connectMongo, type MongoConnection } from '../../../shared/store/mongo/connection.js';
import { migrateMongo } from '../../../shared/store/mongo/migrations.js';
import { createPositions } from '../../../shared/store/mongo/positions.js';
import { openMongoStore } from '../../../shared/store/mongo/store.js';
import type { Store } from '../../../shared/store/port.js';
import { isCommand, type CuttingProxy } from '../../support/cutting-proxy.js';
import { mongoServer, testDatabase } from '../../support/mongo-database.js';
import { skipSuite } from '../../support/skip-suite.js';
import type { StoreHarness } from './suite/harness.js';
import { describeStore } from './suite/store.js';

const logger = createLogger('test', 'silent');

/** The first handle talks through a proxy that can lose a command; the others talk to the server. */
function mongoHarness(): StoreHarness {
  const database = testDatabase();
  const opened: Store[] = [];
  let proxy: CuttingProxy | undefined;
  let raw: MongoConnection | undefined;
  const open = async (uri: string): Promise<Store> => {
    const store = await openMongoStore({ uri, logger });
    opened.push(store);
    return store;
  };
  const connection = (): MongoConnection => (raw ??= connectMongo(database.uri, logger));
  return {
    name: 'MongoDB',
    async start() {
      await migrateMongo({ uri: database.uri });
      const cuttable = await database.throughProxy();
      proxy = cuttable.proxy;
      return open(cuttable.uri);
    },
    openAnother: () => open(database.uri),
    faults: {
      async insertWithoutApplying(commit) {
        await connection().once(({ commits }, session) => commits.insertOne(toDocument(commit), { session }));
      },
      applyLate: (commit) => applyChanges(connection(), commit),
      async cutNextCommit(lost) {
        proxy?.cutNext(lost, isCommand('insert', 'commits'));
      },
      async placeBeyondGap(commit) {
        const positions = createPositions(connection());
        const tail = await positions.tail(commit.partition);
        expect(await positions.take(commit.partition, tail + 1, [toDocument(commit)])).toBe(true);
      },
    },
    async stop() {
      await Promise.all(opened.map((store) => store.close()));
      await raw?.close();
      await database.drop();
    },
  };
}

if (mongoServer === undefined) {
  skipSuite('the store on MongoDB', 'MONGODB_URI is not set');
} else {
  describeStore(mongoHarness, { modelRuns: 6, raceRuns: 4, purgeRuns: 4 });
}
