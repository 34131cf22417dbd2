import type { Database } from './database.js';

/** What is to be committed in one turn of the event loop, of whichever directories, is one transaction: one flush to the disk for all. */
export interface GroupCommit {
  /**
   * Resolves once `work` is made, and durable; rejects when it is not, and then nothing of it is. Where work of others throws, or the
   * transaction fails, each is tried again alone.
   */
  join<T>(work: () => T): Promise<T>;
}

interface Member {
  /** Does the work, and answers how to tell of it. */
  readonly attempt: () => () => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit(database: Database): GroupCommit {
  let waiting: Member[] = [];
  const commit = (group: readonly Member[]): void => {
    const done = database.durably(() => group.map(({ attempt }) => attempt()));
    for (const tell of done) tell();
  };
  const alone = (member: Member): void => {
    try {
      commit([member]);
    } catch (error) {
      member.reject(error);
    }
  };
  const flush = (): void => {
    const group = waiting;
    waiting = [];
    try {
      commit(group);
    } catch {
      group.forEach(alone);
    }
  };
  return {
    join: (work) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        const attempt = () => {
          const value = work();
          return () => resolve(value);
        };
        waiting.push({ attempt, reject });
      }),
  };
}
