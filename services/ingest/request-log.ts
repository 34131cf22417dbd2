import type { SeqRange } from '../../shared/directory/command.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { remember } from '../../shared/runtime/remember.js';
import type { Journals } from '../../shared/store/journals.js';
import type { RequestEntry } from '../../shared/store/request-log.js';
import type { IngestMetrics } from './metrics.js';

/** Entries of one write. */
const BATCH_MAX = 500;
/** How long an entry waits for others. */
const WAIT_MS = 1000;
/** Most entries that wait while the store is slow; then the oldest go. */
const WAITING_MAX = 5000;
/** Most requests under way of which it is remembered what they have caused, and most ranges of each. */
const CAUSES_MAX = 10_000;
const RANGES_MAX = 100;

/**
 * Writes down what was asked and answered, behind the answers: nobody waits for it. Entries wait in memory for a second at most; those are
 * lost when the process is killed, and the oldest of them when the store is too slow.
 */
export interface RequestLog {
  /** The events that a request under way has caused. */
  readonly caused: (requestId: string, events: SeqRange) => void;
  note(entry: Omit<RequestEntry, 'events'>): void;
  /** Writes what waits. Never rejects. */
  flush(): Promise<void>;
}

export function createRequestLog(
  journal: Pick<Journals['requests'], 'append'>,
  logger: Logger,
  metrics: Pick<IngestMetrics, 'dropped'>,
): RequestLog {
  const causes = new Map<string, readonly SeqRange[]>();
  const waiting: RequestEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  /** What comes meanwhile waits for others again: many small writes take longer than a few. */
  const write = async (): Promise<void> => {
    for (let left = waiting.length; left > 0; left -= BATCH_MAX) {
      const batch = waiting.splice(0, Math.min(left, BATCH_MAX));
      try {
        await journal.append(batch);
      } catch (error) {
        metrics.dropped(batch.length);
        logger.warn({ err: error, entries: batch.length }, 'Entries of the request log could not be written.');
      }
    }
  };
  const begin = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= write().finally(() => {
      writing = undefined;
      if (waiting.length > 0) beginSoon();
    });
    return writing;
  };
  const beginSoon = (): void => {
    if (waiting.length >= BATCH_MAX) void begin();
    else timer ??= setTimeout(() => void begin(), WAIT_MS).unref();
  };
  return {
    caused(requestId, events) {
      const before = causes.get(requestId) ?? [];
      if (before.length < RANGES_MAX) remember(causes, requestId, withRange(before, events), CAUSES_MAX);
    },
    note(entry) {
      const events = causes.get(entry.id) ?? [];
      causes.delete(entry.id);
      waiting.push({ ...entry, events });
      if (waiting.length > WAITING_MAX) {
        waiting.shift();
        metrics.dropped(1);
      }
      beginSoon();
    },
    async flush() {
      while (waiting.length > 0 || writing !== undefined) await begin();
    },
  };
}

/** Events that follow on the last ones are told with them. */
function withRange(before: readonly SeqRange[], next: SeqRange): readonly SeqRange[] {
  const last = before.at(-1);
  if (last === undefined || last.last + 1 !== next.first) return [...before, next];
  return [...before.slice(0, -1), { first: last.first, last: next.last }];
}
