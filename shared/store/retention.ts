import { UNFINISHED_STATUSES, type Delivery } from '../webhooks/delivery.js';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** How long what is over is kept, in milliseconds. */
export interface Retention {
  readonly eventMs: number;
  readonly attemptMs: number;
  readonly auditMs: number;
  readonly requestMs: number;
}

/** What is older than these times may go. */
export interface Cutoffs {
  readonly now: number;
  readonly events: number;
  readonly attempts: number;
}

/** Commits live a day at least, whatever is configured: far longer than a paused writer can hold on to an old head. */
export const cutoffsAt = (now: number, { eventMs, attemptMs }: Pick<Retention, 'eventMs' | 'attemptMs'>): Cutoffs => ({
  now,
  events: now - Math.max(eventMs, DAY_MS),
  attempts: now - attemptMs,
});

/** What a step over the deliveries did. */
interface DeliverySweep {
  readonly deliveries: number;
  readonly attempts: number;
  /** Where the next step begins; undefined at the end. */
  readonly lastId: string | undefined;
}

/**
 * Removes what is past its retention, a bounded step at a time; each answers how much it did, and 0 when nothing is left to do. A
 * step that is cut short, or made twice, does no harm. What is still to be delivered is never touched.
 */
export interface RetentionStore {
  /** Lets a partition's log begin later, past old commits that everybody has read. Looks at up to `limit` positions. */
  shortenLog(partition: number, cutoffs: Cutoffs, limit: number): Promise<number>;
  /** Removes a directory's oldest commits with their events and what a deletion that they tell of has ended, once the log has begun after them. Up to `limit` commits and events. */
  purgeEvents(directoryId: string, cutoffs: Cutoffs, limit: number): Promise<number>;
  /** Looks at up to `limit` deliveries after `afterId`, in the order of ids, which is that of time. */
  purgeDeliveries(cutoffs: Cutoffs, afterId: string, limit: number): Promise<DeliverySweep>;
  /**
   * Removes up to `limit` tombstones that have outlived every paused writer; those of resources and memberships, which tell what a
   * deletion has ended, live as long as events.
   */
  purgeTombstones(cutoffs: Cutoffs, limit: number): Promise<number>;
}

/** A position of the log, as a decision about it needs to know it. */
export interface LogEntry {
  readonly position: number;
  /** When the position was given; the commit may be much older. */
  readonly givenAt: number;
  readonly at: number;
  readonly published: boolean;
  readonly lastSeq: number;
  /** `seq` up to which the dispatcher has made deliveries of the directory. */
  readonly progress: number;
}

/**
 * The last position that the log can do without, given those after `start` in order; `start` when it needs them all. A log's
 * newest position always stays: it is what the next one is counted from. `cursors`: where the log's own consumers stand.
 */
export function logStartAfter(
  start: number,
  entries: readonly LogEntry[],
  { now, events }: Cutoffs,
  bounds: { readonly newest: number; readonly cursors: readonly number[] },
): number {
  const end = Math.min(bounds.newest, ...bounds.cursors);
  let last = start;
  for (const { position, givenAt, at, published, lastSeq, progress } of entries) {
    const isOver = published && at < events && givenAt < now - DAY_MS && progress >= lastSeq;
    if (position !== last + 1 || position >= end || !isOver) break;
    last = position;
  }
  return last;
}

/** One of a directory's commits, as a decision about it needs to know it. */
export interface PastCommit {
  readonly number: number;
  readonly lastSeq: number;
  readonly at: number;
  readonly published: boolean;
  readonly eventCount: number;
  /** Whether a reader of the log can still come upon it. */
  readonly inLog: boolean;
}

/**
 * Which of a directory's oldest commits, given in order, are over: always a beginning of the chain, so that the events that are
 * left are those from some `seq` on without a gap. The newest commit and the newest event stay for ever. No more than `limit`
 * commits and events together, but one commit at least.
 */
export function beginningThatIsOver<Past extends PastCommit>(
  commits: readonly Past[],
  cutoffs: Cutoffs,
  directory: { readonly lastSeq: number; readonly progress: number },
  limit: number,
): Past[] {
  let weight = 0;
  const isOver = ({ lastSeq, at, published, inLog }: Past): boolean =>
    published && !inLog && at < cutoffs.events && lastSeq < directory.lastSeq && lastSeq <= directory.progress;
  return beginning(commits, (commit, index) => {
    weight += 1 + commit.eventCount;
    return isOver(commit) && (index === 0 || weight <= limit);
  });
}

/** Up to the first item for which the condition does not hold. */
export function beginning<T>(items: readonly T[], holds: (item: T, index: number) => boolean): T[] {
  const end = items.findIndex((item, index) => !holds(item, index));
  return items.slice(0, end < 0 ? items.length : end);
}

/**
 * What becomes of a delivery: an unfinished one is kept with all its attempts, a finished one loses its old attempts (`trim`),
 * and goes once it is as old as an event may become and was over for as long as an attempt is kept.
 */
export function fateOf(
  { status, createdAt, updatedAt }: Pick<Delivery, 'status' | 'createdAt' | 'updatedAt'>,
  { events, attempts }: Cutoffs,
): 'keep' | 'trim' | 'remove' {
  if (UNFINISHED_STATUSES.includes(status) || createdAt >= attempts) return 'keep';
  return createdAt < events && updatedAt < attempts ? 'remove' : 'trim';
}
