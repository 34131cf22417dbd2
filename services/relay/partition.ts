import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Outage } from '../../shared/event-log/outage.js';
import type { EventLog, LogRecord } from '../../shared/event-log/port.js';
import { failPoint } from '../../shared/runtime/fail-point.js';
import { pause, pauseAfter, type BackOff } from '../../shared/runtime/pause.js';
import type { Wakeup } from '../../shared/runtime/wakeup.js';
import type { Outbox, PositionedCommit } from '../../shared/store/port.js';

export interface PartitionOptions {
  readonly partition: number;
  readonly outbox: Pick<Outbox, 'next' | 'markPublished'>;
  readonly log: Pick<EventLog, 'publish'>;
  /** Woken when the partition may have commits to publish. */
  readonly committed: Wakeup;
  /** Whether it is woken whenever it has: what looks and finds nothing need not look often then. */
  readonly isAlwaysWoken?: boolean | undefined;
  /** Of the whole relay. */
  readonly outage: Outage;
  /** Aborts when the partition is no longer this relay's, and at the end. */
  readonly signal: AbortSignal;
}

/** Commits of one turn. */
const COMMITS_MAX = 100;
const IDLE: BackOff = { firstMs: 5, longestMs: 500 };
const WOKEN: BackOff = { ...IDLE, longestMs: 5_000 };
const FAILING: BackOff = { firstMs: 100, longestMs: 5000 };
/** A look that found nothing is followed by a rest of this many times its length, however often the partition is woken. */
const REST_PER_LOOK = 4;

/**
 * Moves one partition's commits to the event log, in the order of their positions: read, publish, mark, again. Where a step
 * fails, or the process dies, the same commits come again with the same event ids. Never rejects; after an abort it finishes
 * the turn under way.
 */
export async function relayPartition(options: PartitionOptions): Promise<void> {
  const { partition, committed, isAlwaysWoken = false, outage, signal } = options;
  let idle = 0;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const published = await publishNext(options);
      outage.ended(partition);
      failures = 0;
      idle = published > 0 ? 0 : idle + 1;
    } catch (error) {
      outage.failed(partition, error);
      failures += 1;
    }
    if (failures > 0) {
      await pause(pauseAfter(FAILING, failures), signal);
    } else if (idle > 0) {
      const restMs = (performance.now() - startedAt) * REST_PER_LOOK;
      if (restMs >= 1) await pause(restMs, signal);
      await committed.wait(pauseAfter(isAlwaysWoken ? WOKEN : IDLE, idle), signal);
    } else {
      // A local store answers without ever leaving the process: without this turn a backlog would keep requests waiting.
      await othersTurn();
    }
  }
  outage.ended(partition);
}

/** One turn; answers how many commits went out. */
async function publishNext({ partition, outbox, log }: PartitionOptions): Promise<number> {
  const commits = await outbox.next(partition, COMMITS_MAX);
  if (commits.length === 0) return 0;
  failPoint('relay.positioned');
  await log.publish(partition, recordsOf(commits));
  failPoint('relay.published');
  await outbox.markPublished(partition, commits);
  failPoint('relay.marked');
  return commits.length;
}

/** One after another as they are asked for: a log that is the store itself never does. */
function* recordsOf(commits: readonly PositionedCommit[]): Generator<LogRecord> {
  for (const { directoryId, events } of commits) {
    for (const { id, ...event } of events) yield { directoryId, eventId: id, ...event };
  }
}
