import { createConnection, mongo, type Connection, type ConnectOptions } from 'mongoose';
import type { Logger } from '../../runtime/logger.js';
import { databaseName, shownUri } from './address.js';
import { createCausalClock } from './causal-clock.js';
import { collectionsOf, type Collections } from './collections.js';
import { isFinal, isRefusal, StoreClosed, Unanswered, Unreachable } from './failures.js';

/** How long one call may take. What expires has an unknown outcome; the driver's own timeouts miss some sockets. */
const CALL_DEADLINE_MS = 10_000;
/** How long to look for a primary. */
const SELECTION_MS = 5_000;
/** How long the client may get no answer at all before another one takes its place. */
const UNUSABLE_MS = 10_000;
/** How long calls that may be made twice are repeated: longer than an election, shorter than an HTTP request waits. */
const PATIENCE_MS = 20_000;
const PAUSE_MIN_MS = 25;
const PAUSE_MAX_MS = 1000;

/** One or more operations, each of which takes the session. */
export type Work<T> = (collections: Collections, session: mongo.ClientSession) => Promise<T>;

/** A connection on which every read is of majority-committed data as of all that this process has seen or written. */
export interface MongoConnection {
  /** One try. Rejects with `Unanswered` after its deadline. */
  once<T>(work: Work<T>): Promise<T>;
  /** For work that may be done twice: repeats it for some seconds, unless an error is final. */
  call<T>(work: Work<T>, isOver?: (error: unknown) => boolean): Promise<T>;
  /** Repeats until the server has answered, however long that takes. Rejects with `StoreClosed` only. */
  untilAnswered<T>(work: Work<T>): Promise<T>;
  /** Waits before another try. Rejects with `StoreClosed`. */
  pause(attempt: number): Promise<void>;
  close(): Promise<void>;
}

/** What a client of one process needs to know of the server. */
export interface OpenClient {
  readonly client: mongo.MongoClient;
  readonly collections: Collections;
  close(): Promise<void>;
}

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

/** Connects to the database that the URI names. Rejects with an error that names MONGODB_URI and shows no secret. */
export async function openClient(uri: string): Promise<OpenClient> {
  const name = databaseName(uri);
  if (name === undefined) {
    throw new Error(
      `MONGODB_URI ${shownUri(uri)}: names no database; put its name after the host, as in mongodb://mongo.internal:27017/rollcall`,
    );
  }
  let connection: Connection | undefined;
  try {
    connection = createConnection(uri, OPTIONS);
    await connection.asPromise();
    const client = connection.getClient();
    const opened = connection;
    return {
      client,
      collections: collectionsOf(client.db(opened.name, GUARANTEES)),
      close: () => opened.close(true),
    };
  } catch (error) {
    void connection?.close(true).catch(() => undefined);
    throw unreachable(uri, error);
  }
}

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

/** Connects on the first call, and again whenever the client has been of no use for a while. */
export function connectMongo(uri: string, logger: Logger): MongoConnection {
  const causal = createCausalClock();
  const clients = createClients(uri, logger);
  const closing = new AbortController();

  const run = async <T>(work: Work<T>): Promise<T> => {
    const { client, collections } = await clients.current();
    const session = causal.startSession(client);
    try {
      return await work(collections, session);
    } finally {
      causal.observe(session);
      await session.endSession();
    }
  };
  const once = async <T>(work: Work<T>): Promise<T> => {
    if (closing.signal.aborted) throw closed();
    try {
      const result = await beforeDeadline(run(work));
      clients.noteAnswer();
      return result;
    } catch (error) {
      clients.noteFailure(error);
      throw error;
    }
  };
  const pause = (attempt: number): Promise<void> =>
    pauseFor(Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** attempt), closing.signal);
  const repeat = async <T>(work: Work<T>, isOver: (error: unknown) => boolean): Promise<T> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once(work);
      } catch (error) {
        if (error instanceof StoreClosed || isOver(error)) throw error;
        logger.warn({ err: error, attempt }, 'MongoDB did not answer; trying again.');
        await pause(attempt);
      }
    }
  };
  return {
    once,
    pause,
    call(work, isOver = isFinal) {
      const until = performance.now() + PATIENCE_MS;
      return repeat(work, (error) => isOver(error) || performance.now() > until);
    },
    untilAnswered: (work) => repeat(work, () => false),
    async close() {
      closing.abort();
      await clients.close();
    },
  };
}

/** The client in use, and when to replace it. */
function createClients(uri: string, logger: Logger) {
  let current: Promise<OpenClient> | undefined;
  let failingSince: number | undefined;
  const discard = async (client: Promise<OpenClient> | undefined): Promise<void> => {
    // A client that is of no use may never finish closing.
    await client?.then((opened) => beforeDeadline(opened.close())).catch(() => undefined);
  };
  return {
    current(): Promise<OpenClient> {
      if (current !== undefined) return current;
      const opening = openClient(uri);
      current = opening;
      opening.catch(() => {
        if (current === opening) current = undefined;
      });
      return opening;
    },
    noteAnswer(): void {
      failingSince = undefined;
    },
    noteFailure(error: unknown): void {
      if (isRefusal(error)) {
        failingSince = undefined;
        return;
      }
      failingSince ??= performance.now();
      if (performance.now() - failingSince < UNUSABLE_MS) return;
      logger.warn({ err: error }, `No answer from MongoDB for ${UNUSABLE_MS / 1000} s; connecting anew.`);
      failingSince = undefined;
      void discard(current);
      current = undefined;
    },
    close: () => discard(current),
  };
}

const closed = (): StoreClosed => new StoreClosed('The store is closed.');

async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Unanswered(`MongoDB did not answer within ${CALL_DEADLINE_MS / 1000} s`)),
      CALL_DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function pauseFor(ms: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      closing.removeEventListener('abort', end);
      if (closing.aborted) reject(closed());
      else resolve();
    };
    const timer = setTimeout(end, ms);
    closing.addEventListener('abort', end);
  });
}
