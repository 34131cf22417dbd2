import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';

/** What is counted of a subject in an hour. */
export interface Tally {
  /** Id of a directory or an endpoint, or `INSTALLATION`. */
  readonly subject: string;
  /** When the hour begins; milliseconds. */
  readonly hour: number;
  /** By name: how many, or of a name that begins with `last`, the newest time (ms). */
  readonly counts: Readonly<Record<string, number>>;
}

/** The subject of what is counted of everything. */
export const INSTALLATION = 'installation';

/** Statistics by the hour. Nothing depends on them: what is lost with a process, or counted twice, stays so. */
export interface TallyStore {
  /** Adds to what there is. Subjects and hours are named once. */
  add(tallies: readonly Tally[]): Promise<void>;
  /** Hours from `since` on that have something, in no order. */
  read(subjects: readonly string[], since: number): Promise<Tally[]>;
  /** Removes up to `limit` counts of hours before `before`; answers how many. */
  purge(before: number, limit: number): Promise<number>;
}

export const HOUR_MS = 60 * 60 * 1000;
export const hourOf = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS;

export const isLatest = (name: string): boolean => name.startsWith('last');

/** Up to how many milliseconds an attempt took, and the name by which those are counted. */
export const LATENCIES: readonly (readonly [upToMs: number, name: string])[] = [
  10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 15_000,
].map((upToMs) => [upToMs, `upTo${upToMs}`]);

/** Counts in memory, and writes what it has every few seconds as one. */
export interface TallyCounter {
  count(subject: string, counts: Tally['counts']): void;
  /** Never rejects: what cannot be written is lost. */
  flush(): Promise<void>;
}

const WAIT_MS = 5000;
/** Of more subjects than these, the counts of the newest are lost until the next write. */
const SUBJECTS_MAX = 20_000;

export function createTallyCounter(store: Pick<TallyStore, 'add'>, clock: Clock, logger: Logger): TallyCounter {
  let waiting = new Map<string, { subject: string; hour: number; counts: Record<string, number> }>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const tallies = [...waiting.values()];
    waiting = new Map();
    try {
      if (tallies.length > 0) await store.add(tallies);
    } catch (error) {
      logger.warn({ err: error, tallies: tallies.length }, 'Statistics could not be written.');
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };
  return {
    count(subject, counts) {
      const hour = hourOf(clock());
      const key = `${subject} ${hour}`;
      const known = waiting.get(key);
      if (known === undefined && waiting.size >= SUBJECTS_MAX) return;
      if (known === undefined) waiting.set(key, { subject, hour, counts: { ...counts } });
      else addTo(known.counts, counts);
      timer ??= setTimeout(() => void flush(), WAIT_MS).unref();
    },
    flush,
  };
}

function addTo(sums: Record<string, number>, counts: Tally['counts']): void {
  for (const [name, value] of Object.entries(counts)) {
    const before = sums[name] ?? 0;
    sums[name] = isLatest(name) ? Math.max(before, value) : before + value;
  }
}
