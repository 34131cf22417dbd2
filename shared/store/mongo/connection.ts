import type { mongo } from 'mongoose';
import type { Logger } from '../../runtime/logger.js';
import { pause, pauseAfter, type BackOff } from '../../runtime/pause.js';
import { watchStandstill } from '../../runtime/standstill.js';
import { createCausalClock } from './causal-clock.js';
import { openClient, type OpenClient } from './client.js';
import type { Collections } from './collections.js';
import { isFinal, isRefusal, StoreClosed, Unanswered } from './failures.js';

/** Milliseconds. */
interface Limits {
  /** How long one call may take. What expires has an unknown outcome; the driver's own timeouts miss some sockets. */
  readonly callMs: number;
  /** How long the client may get no answer at all before another one takes its place. */
  readonly unusableMs: number;
  /** How long calls that may be made twice are repeated: longer than an election, shorter than an HTTP request waits. */
  readonly patienceMs: number;
  /** Far below the day that tombstones live: whoever comes back after they are gone could bring back what was deleted. */
  readonly standstillMs: number;
}

const LIMITS: Limits = { callMs: 10_000, unusableMs: 10_000, patienceMs: 20_000, standstillMs: 60_000 };

const PAUSES: BackOff = { firstMs: 25, longestMs: 1000 };

/** One or more operations, each of which takes the session. */
type Work<T> = (collections: Collections, session: mongo.ClientSession, db: mongo.Db) => Promise<T>;

/** A connection on which every read is of majority-committed data as of all that this process has seen or written. */
export interface MongoConnection {
  /** One try. Rejects with `Unanswered` after its deadline. */
  once<T>(work: Work<T>): Promise<T>;
  /** For work that may be done twice: repeats it for some seconds, unless an error is final. */
  call<T>(work: Work<T>, isOver?: (error: unknown) => boolean): Promise<T>;
  /** Repeats until the server has answered, however long that takes. Rejects with `StoreClosed` only. */
  untilAnswered<T>(work: Work<T>): Promise<T>;
  /** Waits before another try, longer after more failures in a row. Rejects with `StoreClosed`. */
  pause(failures: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects on the first call, and again whenever the client has been of no use for a while. Ends the process, at once, when it
 * has stood still for a minute: another one begins with what is true by now.
 */
export function connectMongo(uri: string, logger: Logger, limits = LIMITS): MongoConnection {
  const causal = createCausalClock();
  const clients = createClients(uri, logger, limits);
  const closing = new AbortController();
  const standstill = watchStandstill(limits.standstillMs, (stillMs) => exitAfter(stillMs, logger));

  const run = async <T>(work: Work<T>): Promise<T> => {
    const { client, collections, db } = await clients.current();
    const session = causal.startSession(client);
    try {
      return await work(collections, session, db);
    } finally {
      causal.observe(session);
      await session.endSession();
    }
  };
  const once = async <T>(work: Work<T>): Promise<T> => {
    if (closing.signal.aborted) throw closed();
    standstill.look();
    try {
      const result = await beforeDeadline(run(work), limits.callMs);
      clients.noteAnswer();
      return result;
    } catch (error) {
      clients.noteFailure(error);
      throw error;
    }
  };
  const pauseOpen = async (failures: number): Promise<void> => {
    await pause(pauseAfter(PAUSES, failures), closing.signal);
    if (closing.signal.aborted) throw closed();
  };
  const repeat = async <T>(work: Work<T>, isOver: (error: unknown) => boolean): Promise<T> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await once(work);
      } catch (error) {
        if (error instanceof StoreClosed || isOver(error)) throw error;
        logger.warn({ err: error, failures }, 'MongoDB did not answer; trying again.');
        await pauseOpen(failures);
      }
    }
  };
  return {
    once,
    pause: pauseOpen,
    call(work, isOver = isFinal) {
      const until = performance.now() + limits.patienceMs;
      return repeat(work, (error) => isOver(error) || performance.now() > until);
    },
    untilAnswered: (work) => repeat(work, () => false),
    async close() {
      closing.abort();
      standstill.stop();
      await clients.close();
    },
  };
}

/** The client in use, and when to replace it. */
function createClients(uri: string, logger: Logger, { callMs, unusableMs }: Limits) {
  let current: Promise<OpenClient> | undefined;
  let failingSince: number | undefined;
  const discard = async (client: Promise<OpenClient> | undefined): Promise<void> => {
    // A client that is of no use may never finish closing.
    await client?.then((opened) => beforeDeadline(opened.close(), callMs)).catch(() => undefined);
  };
  return {
    current(): Promise<OpenClient> {
      if (current !== undefined) return current;
      // What nobody waits for any more must not keep its socket, of which there are so many, nor the server at work.
      const opening = openClient(uri, callMs);
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
      if (performance.now() - failingSince < unusableMs) return;
      logger.warn({ err: error }, `No answer from MongoDB for ${unusableMs / 1000} s; connecting anew.`);
      failingSince = undefined;
      void discard(current);
      current = undefined;
    },
    close: () => discard(current),
  };
}

function exitAfter(stillMs: number, logger: Logger): void {
  logger.error(
    { stillMs },
    `The process stood still for ${Math.round(stillMs / 1000)} s and ends: what it knows may be out of date.`,
  );
  process.exit(1);
}

const closed = (): StoreClosed => new StoreClosed('The store is closed.');

async function beforeDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unanswered(`MongoDB did not answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
