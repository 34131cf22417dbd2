import type { Logger } from '../../runtime/logger.js';
import { slot } from './collections.js';
import type { MongoConnection } from './connection.js';

/** Records that heads are applied, so that a relay need not wait to see whether their writer is still at it. */
export interface AppliedMarks {
  /** Marks the commit soon, unless a next one of its directory comes first and proves the same. */
  schedule(directoryId: string, number: number): void;
  /** A next commit is on its way: what is scheduled of the directory waits for it. */
  hold(directoryId: string): void;
  /** It did not come after all. */
  release(directoryId: string): void;
  /** Marks at once what is scheduled, as far as the server answers. */
  flush(): Promise<void>;
}

/** As long as a busy directory needs for its next commit, and short beside the way of a webhook. */
const DELAY_MS = 20;

export function createAppliedMarks(connection: MongoConnection, logger: Logger): AppliedMarks {
  const scheduled = new Map<string, number>();
  const held = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const mark = async (): Promise<void> => {
    const writes = [...scheduled].map(([directoryId, number]) => ({
      updateOne: {
        filter: slot(directoryId, number),
        update: { $set: { applied: true } },
      },
    }));
    scheduled.clear();
    if (writes.length === 0) return;
    try {
      await connection.once(({ commits }, session) => commits.bulkWrite(writes, { session, ordered: false }));
    } catch (error) {
      // A mark that is missing costs a relay two seconds and nothing else.
      logger.debug({ err: error, commits: writes.length }, 'Applied commits could not be marked.');
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running = running.then(mark);
    return running;
  };
  return {
    flush,
    schedule(directoryId, number) {
      held.delete(directoryId);
      scheduled.set(directoryId, Math.max(number, scheduled.get(directoryId) ?? 0));
      timer ??= setTimeout(() => void flush(), DELAY_MS);
    },
    hold(directoryId) {
      const number = scheduled.get(directoryId);
      if (number === undefined) return;
      scheduled.delete(directoryId);
      held.set(directoryId, number);
    },
    release(directoryId) {
      const number = held.get(directoryId);
      if (number !== undefined) this.schedule(directoryId, number);
    },
  };
}
