import { randomBytes } from 'node:crypto';
import { createConnection } from 'mongoose';
import { createLogger } from '../../../shared/runtime/logger.js';
import { applyChanges } from '../../../shared/store/mongo/apply.js';
import { toDocument } from '../../../shared/store/mongo/chain.js';
import { connectMongo, type MongoConnection } from '../../../shared/store/mongo/connection.js';
import { migrateMongo } from '../../../shared/store/mongo/migrations.js';
import { createPositions } from '../../../shared/store/mongo/positions.js';
import { openMongoStore } from '../../../shared/store/mongo/store.js';
import type { Store } from '../../../shared/store/port.js';
import { isInsertInto, startCuttingProxy, type CuttingProxy } from '../../support/cutting-proxy.js';
import type { StoreHarness } from './suite/harness.js';
import { describeStore } from './suite/store.js';

const server = process.env['MONGODB_URI'];
const logger = createLogger('test', 'silent');

/** The URI with another database, and perhaps another address; the rest of it stays. */
function withDatabase(uri: string, database: string, address?: string): string {
  const parts = /^(mongodb:\/\/(?:[^@/]*@)?)([^,/?]+)[^/?]*(?:\/[^?]*)?(?:\?(.*))?$/.exec(uri);
  if (parts === null) throw new Error('MONGODB_URI: the tests need the form mongodb://host:port');
  const [, credentials = '', host = '', options] = parts;
  const direct = address === undefined ? [] : ['directConnection=true'];
  return `${credentials}${address ?? host}/${database}?${[...(options === undefined ? [] : [options]), ...direct].join('&')}`;
}

const randomDatabase = (): string => `rollcall-test-${randomBytes(6).toString('hex')}`;

async function dropDatabase(uri: string): Promise<void> {
  const connection = await createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

/** The first handle talks through a proxy that can lose a command; the others talk to the server. */
function mongoHarness(serverUri: string): StoreHarness {
  const uri = withDatabase(serverUri, randomDatabase());
  const opened: Store[] = [];
  let proxy: CuttingProxy | undefined;
  let raw: MongoConnection | undefined;
  const open = async (openUri: string): Promise<Store> => {
    const store = await openMongoStore({ uri: openUri, logger });
    opened.push(store);
    return store;
  };
  const connection = (): MongoConnection => (raw ??= connectMongo(uri, logger));
  return {
    name: 'MongoDB',
    async start() {
      await migrateMongo({ uri });
      const { hostname, port } = new URL(uri);
      proxy = await startCuttingProxy(hostname, Number(port === '' ? '27017' : port));
      return open(withDatabase(uri, new URL(uri).pathname.slice(1), `127.0.0.1:${proxy.port}`));
    },
    openAnother: () => open(uri),
    faults: {
      async insertWithoutApplying(commit) {
        await connection().once(({ commits }, session) => commits.insertOne(toDocument(commit), { session }));
      },
      applyLate: (commit) => applyChanges(connection(), commit),
      async cutNextCommit(lost) {
        proxy?.cutNext(lost, isInsertInto('commits'));
      },
      async placeBeyondGap(commit) {
        const positions = createPositions(connection());
        const tail = await positions.tail(commit.partition);
        const document = { ...toDocument(commit), eventCount: commit.events.length };
        expect(await positions.take(commit.partition, tail + 1, [document])).toBe(true);
      },
    },
    async stop() {
      await Promise.all(opened.map((store) => store.close()));
      await raw?.close();
      await proxy?.close();
      await dropDatabase(uri);
    },
  };
}

if (server === undefined) {
  test.skip('MongoDB store: skipped, because MONGODB_URI is not set', () => undefined);
} else {
  describeStore(() => mongoHarness(server), 6);
}
