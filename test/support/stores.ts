import { createLogger } from '../../shared/runtime/logger.js';
import type { Store } from '../../shared/store/port.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { mongoServer, testDatabase } from './mongo-database.js';
import { skipSuite } from './skip-suite.js';
import { temporaryFolder } from './temporary-folder.js';

/** Opens an empty store of its own, which is gone once it is closed. */
export type OpenStore = () => Promise<Store>;

export const openSqlite: OpenStore = () => openSqliteStore({ dataDir: temporaryFolder() });

const openMongo: OpenStore = async () => {
  // Only where it is used: loading the driver takes longer than most tests.
  const [{ migrateMongo }, { openMongoStore }] = await Promise.all([
    import('../../shared/store/mongo/migrations.js'),
    import('../../shared/store/mongo/store.js'),
  ]);
  const database = testDatabase();
  await migrateMongo({ uri: database.uri });
  const store = await openMongoStore({ uri: database.uri, logger: createLogger('test', 'silent') });
  return {
    ...store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
};

/** The same suite on SQLite and, where there is a server, on MongoDB; `runs` picks how often a property runs there. */
export function onEveryStore(
  what: string,
  suite: (open: OpenStore, runs: (onSqlite: number, onMongo: number) => number) => void,
): void {
  describe(`${what}, on SQLite`, () => suite(openSqlite, (onSqlite) => onSqlite));
  if (mongoServer === undefined) skipSuite(`${what}, on MongoDB`, 'MONGODB_URI is not set');
  else describe(`${what}, on MongoDB`, () => suite(openMongo, (_onSqlite, onMongo) => onMongo));
}
