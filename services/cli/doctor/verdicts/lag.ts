import { counted, fail, findingsOr, ok, span, warn, type Finding } from '../finding.js';

/** What waits in a partition of the log. */
export interface Waiting {
  readonly partition: number;
  readonly count: number;
  /** When the oldest of it was committed. */
  readonly oldestAt: number;
}

/** Above the first, somebody should look; above the second, events do not get on. */
export const LATE_MS = 30_000;
export const STUCK_MS = 5 * 60_000;

/** Nothing is counted any further. */
export const COUNT_MAX = 10_000;

const commits = (count: number): string =>
  count >= COUNT_MAX ? `${COUNT_MAX} commits or more` : counted(count, 'commit');

/** A lag by partition: how long the oldest commit has been waiting, and how many wait. */
export function judgeLag(what: string, waiting: readonly Waiting[], now: number, action: string): readonly Finding[] {
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  const oldest = Math.min(...waiting.map(({ oldestAt }) => oldestAt));
  const well = total === 0 ? 'nothing waits' : `${commits(total)} on the way, the oldest for ${span(now - oldest)}`;
  return findingsOr(
    ok(what, well),
    waiting.flatMap(({ partition, count, oldestAt }) => {
      const age = now - oldestAt;
      if (age < LATE_MS) return [];
      const wait = count === 1 ? 'waits' : 'wait';
      const finding = `partition ${partition}: ${commits(count)} ${wait}, the oldest for ${span(age)}`;
      return [(age < STUCK_MS ? warn : fail)(what, finding, action)];
    }),
  );
}
