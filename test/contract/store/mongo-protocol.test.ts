import { mongo } from 'mongoose';
import { GENESIS, type Commit } from '../../../shared/directory/commit.js';
import { createLogger } from '../../../shared/runtime/logger.js';
import { createCausalClock } from '../../../shared/store/mongo/causal-clock.js';
import { openClient, type OpenClient } from '../../../shared/store/mongo/client.js';
import { connectMongo } from '../../../shared/store/mongo/connection.js';
import { DatabaseTooNew } from '../../../shared/store/check-version.js';
import { DatabaseNotMigrated, migrateMongo } from '../../../shared/store/mongo/migrations.js';
import { openMongoStore } from '../../../shared/store/mongo/store.js';
import type { Store } from '../../../shared/store/port.js';
import { isCommand, type CuttingProxy } from '../../support/cutting-proxy.js';
import { eventually } from '../../support/eventually.js';
import { mongoServer, testDatabase, type TestDatabase } from '../../support/mongo-database.js';
import { skipSuite } from '../../support/skip-suite.js';
import { commitAfter, create, createChain, headOf, join, membership, newDirectory, user } from './suite/fixtures.js';

const logger = createLogger('test', 'silent');

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function database(): TestDatabase {
  const made = testDatabase();
  closers.push(() => made.drop());
  return made;
}

async function open(uri: string): Promise<Store> {
  const store = await openMongoStore({ uri, logger });
  closers.push(() => store.close());
  return store;
}

async function raw(uri: string): Promise<OpenClient> {
  const client = await openClient(uri);
  closers.push(() => client.close());
  return client;
}

if (mongoServer === undefined) {
  skipSuite("the store's commit protocol on MongoDB", 'MONGODB_URI is not set');
} else {
  describe('the database', () => {
    test('is refused until it is migrated, which can be done twice', async () => {
      const { uri } = database();
      await expect(openMongoStore({ uri, logger })).rejects.toThrow(DatabaseNotMigrated);
      await expect(openMongoStore({ uri, logger })).rejects.toThrow(/MONGODB_URI .* run `rollcall migrate`/);
      await migrateMongo({ uri });
      await migrateMongo({ uri });
      await (await open(uri)).check();
    });

    test('is refused when a newer version has migrated it', async () => {
      const { uri } = database();
      await migrateMongo({ uri });
      const { collections } = await raw(uri);
      await collections.migrations.insertOne({ _id: 1000, appliedAt: 0 });
      await expect(openMongoStore({ uri, logger })).rejects.toThrow(DatabaseTooNew);
      await expect(migrateMongo({ uri })).rejects.toThrow(/newer version of Rollcall \(migration 1000/);
    });

    test('an address without a database is refused before anything is written', async () => {
      await expect(openMongoStore({ uri: 'mongodb://u:secret@127.0.0.1:1', logger })).rejects.toThrow(
        'MONGODB_URI mongodb://127.0.0.1:1: names no database',
      );
    });

    test.each([
      ['a server that is not there', 'mongodb://user:secret@127.0.0.1:1/rollcall', /cannot connect .*ECONNREFUSED/],
      ['a password that is not encoded', 'mongodb://user:se/c@secret@127.0.0.1:1/rollcall', /connection string/],
      ['an unknown option', 'mongodb://user:secret@127.0.0.1:1/rollcall?secret=secret', /connection string/],
    ])('%s is told by MONGODB_URI, without the password', async (_what, uri, message) => {
      const error: unknown = await openMongoStore({ uri, logger }).catch((refused: unknown) => refused);
      if (!(error instanceof Error)) throw new Error('opened');
      expect(error.message).toMatch(/^MONGODB_URI mongodb:\/\//);
      expect(error.message).toMatch(message);
      expect([error.message, error.stack, JSON.stringify(error), String(error.cause)].join()).not.toContain('secret');
    });

    test('options of the connection string cannot weaken what the protocol rests on', async () => {
      const { uri } = database();
      const weak = 'w=0&journal=false&readConcernLevel=local&readPreference=nearest&retryWrites=true';
      const { collections } = await raw(`${uri}${uri.includes('?') ? '&' : '?'}${weak}`);
      for (const collection of Object.values(collections) as mongo.Collection[]) {
        expect(collection.writeConcern).toMatchObject({ w: 'majority', j: true });
        expect(collection.readConcern).toMatchObject({ level: 'majority' });
        expect(collection.readPreference).toMatchObject({ mode: 'primary' });
      }
    });
  });

  describe('writers', () => {
    /** What a proxy loses of a writer in a round. */
    const CUTS = [
      { writer: 0, round: 1, lost: 'request', command: ['insert', 'commits'] },
      { writer: 0, round: 3, lost: 'answer', command: ['update', 'resources'] },
      { writer: 1, round: 2, lost: 'answer', command: ['insert', 'commits'] },
      { writer: 1, round: 4, lost: 'request', command: ['update', 'memberships'] },
    ] as const;

    test('that race on one directory over connections that are cut leave a gapless chain and every row', async () => {
      const target = database();
      await migrateMongo({ uri: target.uri });
      const directory = newDirectory();
      const rounds = 5;
      const write = async (store: Store, writer: number, proxy: CuttingProxy): Promise<Commit[]> => {
        const won: Commit[] = [];
        while (won.length < rounds) {
          for (const { lost, command } of CUTS.filter((cut) => cut.writer === writer && cut.round === won.length)) {
            proxy.cutNext(lost, isCommand(command[0], command[1]));
          }
          const head = await store.commits.head(directory.id);
          const id = `w${writer}-${won.length}`;
          const changes = [create(user(id)), join(membership('g', id))];
          const commit = commitAfter(head, directory, changes, { events: 2 });
          if ((await store.commits.commit(commit)) === 'committed') won.push(commit);
        }
        return won;
      };
      const stores = await Promise.all(
        [0, 1].map(async () => {
          const cuttable = await target.throughProxy();
          return { store: await open(cuttable.uri), proxy: cuttable.proxy };
        }),
      );
      const won = await Promise.all(stores.map(({ store, proxy }, writer) => write(store, writer, proxy)));
      const chain = won.flat().sort((a, b) => a.number - b.number);

      const { collections } = await raw(target.uri);
      const stored = await collections.commits.find({ directoryId: directory.id }).sort({ number: 1 }).toArray();
      expect(stored.map(({ number, nonce }) => ({ number, nonce }))).toEqual(
        chain.map(({ nonce }, index) => ({ number: index + 1, nonce })),
      );
      const reader = await open(target.uri);
      expect(await reader.commits.head(directory.id)).toEqual(headOf(chain.at(-1) ?? GENESIS));
      expect(await reader.events.ofDirectory(directory.id, 0, 100)).toEqual(chain.flatMap(({ events }) => events));
      const page = { limit: 100 };
      expect(await reader.resources.list(directory.id, 'User', undefined, page)).toHaveLength(2 * rounds);
      expect(await reader.resources.membersOf(directory.id, 'g', page)).toHaveLength(2 * rounds);
    });

    test('a head falls idle, and that it is applied goes on record, so that relays need not wait', async () => {
      const { uri } = database();
      await migrateMongo({ uri });
      const store = await open(uri);
      const chain = createChain(store.commits);
      await chain.write([create(user('u1'))]);
      const { collections } = await raw(uri);
      await eventually('the mark', async () => (await collections.commits.findOne({ applied: true }))?.number === 1);
    });

    test('a commit that is too large for a document is refused, and the next one takes its number', async () => {
      const { uri } = database();
      await migrateMongo({ uri });
      const { commits } = await open(uri);
      const chain = createChain(commits);
      const large = chain.next([create(user('u1', { attributes: { text: 'x'.repeat(16_000_000) } }))]);
      await expect(commits.commit(large)).rejects.toThrow(/commit 1 of directory .* at most 16000000/);
      await chain.write([create(user('u1'))]);
    });

    test('closing ends the waiting for a server that does not answer', async () => {
      const target = database();
      await migrateMongo({ uri: target.uri });
      const { uri: cuttable, proxy } = await target.throughProxy();
      const store = await open(cuttable);
      const chain = createChain(store.commits);
      await chain.write([create(user('u1'))]);
      await proxy.close();
      const lost = store.commits.commit(chain.next([create(user('u2'))]));
      const outcome = expect(lost).rejects.toThrow('The store is closed.');
      await store.close();
      await outcome;
    });
  });

  describe('a connection that does not answer', () => {
    const limits = { callMs: 150, unusableMs: 300, patienceMs: 10_000, standstillMs: 60_000 };

    test('ends a call at its deadline, is replaced after a while, and calls go on', async () => {
      const target = database();
      await migrateMongo({ uri: target.uri });
      const { uri: stallable, proxy } = await target.throughProxy();
      const warnings: string[] = [];
      const noted = { ...logger, warn: (_fields: object, message: string) => void warnings.push(message) };
      const connection = connectMongo(stallable, noted, limits);
      closers.push(() => connection.close());
      const read = () =>
        connection.call(({ migrations }, session) =>
          migrations.findOne({ _id: 1 }, { session, projection: { _id: 1 } }),
        );
      expect(await read()).toEqual({ _id: 1 });
      proxy.setStalled(true);
      const slow = read();
      await eventually('a new client', () => warnings.some((message) => message.includes('connecting anew')));
      proxy.setStalled(false);
      expect(await slow).toEqual({ _id: 1 });
    });

    test('gives its socket back, although nobody waits for the answer any more', async () => {
      const target = database();
      await migrateMongo({ uri: target.uri });
      const { uri: stallable, proxy } = await target.throughProxy();
      const patient = { callMs: 1_000, unusableMs: 600_000, patienceMs: 10_000, standstillMs: 60_000 };
      const connection = connectMongo(`${stallable}&maxPoolSize=1`, logger, patient);
      closers.push(() => connection.close());
      const read: Parameters<typeof connection.call>[0] = ({ migrations }, session) =>
        migrations.findOne({ _id: 1 }, { session, projection: { _id: 1 } });
      expect(await connection.call(read)).toEqual({ _id: 1 });
      proxy.setStalled(true);
      await expect(connection.once(read)).rejects.toThrow();
      proxy.setStalled(false);
      expect(await connection.call(read)).toEqual({ _id: 1 });
    });
  });

  test('a process that has stood still ends before it writes anything more', async () => {
    const { uri } = database();
    await migrateMongo({ uri });
    const limits = { callMs: 10_000, unusableMs: 10_000, patienceMs: 10_000, standstillMs: 300 };
    const connection = connectMongo(uri, logger, limits);
    const client = await raw(uri);
    const write = (_id: number) =>
      connection.once(({ migrations }, session) => migrations.insertOne({ _id, appliedAt: 0 }, { session }));
    await write(100);
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('the process has ended');
    });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, limits.standstillMs);
    await expect(write(101)).rejects.toThrow('the process has ended');
    expect(exit).toHaveBeenCalledWith(1);
    exit.mockRestore();
    await connection.close();
    expect(await client.collections.migrations.findOne({ _id: 101 })).toBeNull();
    expect(await client.collections.migrations.findOne({ _id: 100 })).not.toBeNull();
  });
}

describe('what one session has seen, the next one waits for', () => {
  const session = (time?: mongo.Timestamp) => ({ operationTime: time }) as unknown as mongo.ClientSession;
  const timestamp = (seconds: number) => new mongo.Timestamp({ t: seconds, i: 1 });

  test('the latest time is carried on, whatever the order in which calls end', () => {
    const advanced: unknown[] = [];
    const client = {
      startSession: () => ({ advanceOperationTime: (time: unknown) => advanced.push(time) }),
    } as unknown as mongo.MongoClient;
    const clock = createCausalClock();
    clock.observe(session());
    clock.startSession(client);
    clock.observe(session(timestamp(2)));
    clock.observe(session(timestamp(1)));
    clock.startSession(client);
    expect(advanced).toEqual([timestamp(2)]);
  });
});
