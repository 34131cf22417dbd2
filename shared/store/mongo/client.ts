import { createConnection, mongo, type Connection, type ConnectOptions } from 'mongoose';
import { collectionsOf, type Collections } from './collections.js';
import { Unreachable } from './failures.js';

/** A connected client and the collections of its database. */
export interface OpenClient {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
  readonly collections: Collections;
  close(): Promise<void>;
}

/** How long to look for a primary. */
const SELECTION_MS = 5_000;

const OPTIONS: ConnectOptions = {
  appName: 'rollcall',
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  serverSelectionTimeoutMS: SELECTION_MS,
  connectTimeoutMS: SELECTION_MS,
  // Repeating is ours: a retry inside the driver could hide that a first try may have reached the server.
  retryWrites: false,
};

/** What the protocol rests on. Given to the database and not to the client, whose options the connection string can change. */
const GUARANTEES: mongo.DbOptions = {
  readPreference: 'primary',
  readConcern: new mongo.ReadConcern('majority'),
  writeConcern: { w: 'majority', journal: true },
};

/**
 * Connects to the database that the URI names. Rejects with an error that names MONGODB_URI and shows no secret. `answerMs`: a
 * socket on which an answer takes longer is closed. Undefined: none is, however long an index takes.
 */
export async function openClient(uri: string, answerMs?: number): Promise<OpenClient> {
  const name = databaseName(uri);
  if (name === undefined) {
    throw new Error(
      `MONGODB_URI ${shownUri(uri)}: names no database; put its name after the host, as in mongodb://mongo.internal:27017/rollcall`,
    );
  }
  let connection: Connection | undefined;
  try {
    const limit = answerMs === undefined ? {} : { socketTimeoutMS: answerMs };
    connection = createConnection(uri, { ...OPTIONS, ...limit });
    await connection.asPromise();
    const client = connection.getClient();
    const opened = connection;
    const db = client.db(opened.name, GUARANTEES);
    return {
      client,
      db,
      collections: collectionsOf(db),
      close: () => opened.close(true),
    };
  } catch (error) {
    void connection?.close(true).catch(() => undefined);
    throw unreachable(uri, error);
  }
}

/** A connection string without user, password and options: what may stand in an error or a log line. */
export const shownUri = (uri: string): string => uri.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '');

/** The database that a connection string names; undefined when it names none. */
const databaseName = (uri: string): string | undefined => /^[^/]*\/\/[^/]*\/([^/?]+)/.exec(uri)?.[1];

/** The driver's parse errors repeat the connection string, so that only what a server or the network said is passed on. */
function unreachable(uri: string, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const where = `MONGODB_URI ${shownUri(uri)}`;
  if (/Parse|Argument|API|URI/.test(name)) {
    return new Error(
      `${where}: is not a connection string that the driver understands (${name}); see docs/configuration.md`,
    );
  }
  return new Unreachable(
    `${where}: cannot connect (${name}: ${message}); start the server, or correct the address, user and password`,
  );
}
