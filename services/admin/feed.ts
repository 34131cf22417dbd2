import type { EventReader } from '../../shared/store/port.js';

/** Wakes whoever waits for events. Waking is only a hint, and so is `news`: whoever waits looks again. */
export interface Feed {
  /** One more each time that there may be new events. Look at it before looking for events, so that none slips through. */
  readonly news: number;
  /** There may be new events: called after commits of this process. */
  wake(): void;
  /** Resolves when `news` is not `seen` any more, after `ms`, or when `signal` aborts. Never rejects. */
  wait(seen: number, ms: number, signal: AbortSignal): Promise<void>;
}

/** Commits of other processes are seen by looking at the ends of the log, while somebody waits. */
const POLL_MS = 500;
/** However many commits come, those who wait look again this often at most. */
const SPACING_MS = 100;

export function createFeed(events: Pick<EventReader, 'tail'>, partitions: number): Feed {
  const waiting = new Set<() => void>();
  let news = 0;
  let tails = '';
  let toldAt = -Infinity;
  let telling: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;

  const tell = (): void => {
    clearTimeout(telling);
    telling = undefined;
    toldAt = performance.now();
    for (const resume of waiting) resume();
  };
  const wake = (): void => {
    news += 1;
    if (waiting.size === 0 || telling !== undefined) return;
    const restMs = toldAt + SPACING_MS - performance.now();
    if (restMs <= 0) tell();
    else telling = setTimeout(tell, restMs);
  };
  const poll = async (): Promise<void> => {
    const found = await Promise.all(Array.from({ length: partitions }, (_, partition) => events.tail(partition)));
    const before = tails;
    tails = found.join();
    if (tails !== before) wake();
  };
  const keepPolling = (): void => {
    polling = undefined;
    if (waiting.size === 0) return;
    // A store that does not answer is for those who read from it to tell.
    void poll()
      .catch(() => undefined)
      .finally(() => {
        polling ??= setTimeout(keepPolling, POLL_MS);
      });
  };
  return {
    get news() {
      return news;
    },
    wake,
    async wait(seen, ms, signal) {
      if (news !== seen || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const resume = (): void => {
          clearTimeout(timer);
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        const timer = setTimeout(resume, ms);
        signal.addEventListener('abort', resume);
        waiting.add(resume);
        polling ??= setTimeout(keepPolling, POLL_MS);
      });
    },
  };
}
