import type { mongo } from 'mongoose';
import { systemClock } from '../../runtime/clock.js';
import type { Logger } from '../../runtime/logger.js';
import { TransferRefused, type ExportSource, type ImportTarget } from '../transfer.js';
import { shownUri } from './client.js';
import { anyOf, type Collections } from './collections.js';
import { connectMongo, type MongoConnection } from './connection.js';
import { isDuplicateKey } from './failures.js';
import { migrateMongo, schemaOf, requireImported, requireMigrated } from './migrations.js';
import { createStore, type MongoOptions } from './store.js';
import { createTransferReader } from './transfer-reader.js';
import { createTransferWriter } from './transfer-writer.js';

/** Not what is in it: these are there before, and stay. */
const KEPT = ['migrations', 'leases', 'imports'] as const satisfies readonly (keyof Collections)[];
const REMOVED_PER_CALL = 2000;

/** A database that has to be at rest meanwhile. Throws as `openMongoStore` does. */
export async function openMongoExport({ uri, logger }: MongoOptions): Promise<ExportSource> {
  const connection = connectMongo(uri, logger);
  try {
    requireMigrated(uri, await connection.once(schemaOf));
    await connection.once((collections) => requireImported(uri, collections));
    return sourceOn(connection, logger);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function sourceOn(connection: MongoConnection, logger: Logger): ExportSource {
  const store = createStore(connection, logger);
  return {
    kind: 'mongodb',
    store,
    reader: createTransferReader(connection),
    isSnapshot: false,
    liveLeases: (now) => readLiveLeases(connection, now),
    close: () => store.close(),
  };
}

/**
 * A database that has nothing in it, but for what an import that was cut short has left, which is removed. It is marked until it is
 * accepted. `beAlone` comes before anything is written. Throws `TransferRefused` when something else is in it.
 */
export async function openMongoImport<Sole extends { release(): Promise<void> }>(
  { uri, logger }: MongoOptions,
  beAlone: (source: ExportSource) => Promise<Sole>,
): Promise<{ readonly target: ImportTarget; readonly sole: Sole }> {
  await migrateMongo({ uri });
  const connection = connectMongo(uri, logger);
  const source = sourceOn(connection, logger);
  let sole: Sole | undefined;
  try {
    sole = await beAlone(source);
    await markOrRefuse(connection, uri);
    await removeAll(connection);
    return { target: targetOn(connection, source), sole };
  } catch (error) {
    await sole?.release();
    await source.close();
    throw error;
  }
}

const targetOn = (connection: MongoConnection, { store, reader, close }: ExportSource): ImportTarget => ({
  store,
  reader,
  writer: createTransferWriter(connection),
  async accept() {
    await connection.call(({ imports }, session) => imports.deleteOne({ _id: 'import' }, { session }));
  },
  close,
});

/** The mark is there before anything is removed or written. */
async function markOrRefuse(connection: MongoConnection, uri: string): Promise<void> {
  const mark = await connection.call(({ imports }, session) => imports.findOne({ _id: 'import' }, { session }));
  if (mark !== null) return;
  for (const name of await contentsOf(connection)) {
    const found = await connection.call((all, session) => documentsOf(all, name).findOne({}, { session }));
    if (found === null) continue;
    throw new TransferRefused(
      `MONGODB_URI ${shownUri(uri)}: the database has something in it already (${name}), and an import needs an empty one; name another database`,
    );
  }
  try {
    await connection.call(({ imports }, session) =>
      imports.insertOne({ _id: 'import', startedAt: systemClock() }, { session }),
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // an earlier try, whose answer was lost
  }
}

type Content = Exclude<keyof Collections, (typeof KEPT)[number]>;

const contentsOf = (connection: MongoConnection): Promise<Content[]> =>
  connection.once(async (collections) =>
    (Object.keys(collections) as (keyof Collections)[]).filter(
      (name): name is Content => !(KEPT as readonly string[]).includes(name),
    ),
  );

const documentsOf = (collections: Collections, name: Content) =>
  collections[name] as unknown as mongo.Collection<{ _id: string }>;

async function removeAll(connection: MongoConnection): Promise<void> {
  for (const name of await contentsOf(connection)) {
    for (let isMore = true; isMore;) {
      isMore = await connection.call(async (all, session) => {
        const rows = documentsOf(all, name);
        const found = await rows
          .find({}, { session, projection: { _id: 1 } })
          .limit(REMOVED_PER_CALL)
          .toArray();
        if (found.length > 0) await rows.deleteMany({ _id: anyOf(found.map(({ _id }) => _id)) }, { session });
        return found.length === REMOVED_PER_CALL;
      });
    }
  }
}

async function readLiveLeases(connection: MongoConnection, now: number): Promise<string[]> {
  const found = await connection.call(({ leases }, session) =>
    leases.find({ expiresAt: { $gt: now } }, { session, sort: { _id: 1 } }).toArray(),
  );
  return found.map(({ _id }) => _id);
}
