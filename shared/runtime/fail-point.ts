import { writeSync } from 'node:fs';

/**
 * Steps at which a process may be told to end or to stand still, so that what is promised of every step can be tried at every step
 * (docs/reliability.md). Each stands between two things that must not depend on each other's happening.
 *
 *   commit.decided        ingest: the commit is decided on, and nothing of it is written
 *   commit.written        ingest: SQLite: the transaction is complete, but for its end. MongoDB: the commit is there, no row has its changes
 *   commit.half-applied   MongoDB: some of the rows have the changes
 *   commit.done           ingest: the commit is made, and nobody knows
 *   relay.positioned      the commits have their positions and are not published
 *   relay.published       they are in the log and not marked as published
 *   relay.marked          they are marked
 *   fan-out.received      dispatcher: the records are here, and nothing is written
 *   fan-out.written       the delivery rows are there, and the offset is not
 *   fan-out.done          the offset is there too, and nothing is sent
 *   attempt.claimed       the deliveries are `sending`, and nothing is sent
 *   attempt.answered      the receiver has answered, and nothing is written
 *   settlement.written    attempt and status are written, and the next of the lane has not begun
 */
export const FAIL_POINTS = [
  'commit.decided',
  'commit.written',
  'commit.half-applied',
  'commit.done',
  'relay.positioned',
  'relay.published',
  'relay.marked',
  'fan-out.received',
  'fan-out.written',
  'fan-out.done',
  'attempt.claimed',
  'attempt.answered',
  'settlement.written',
] as const;

export type FailPoint = (typeof FAIL_POINTS)[number];

/** Where a process ends (SIGKILL) or stands still (SIGSTOP) by itself. */
export interface ArmedFailPoint {
  readonly point: FailPoint;
  /** 1: the first time that it passes there. */
  readonly passage: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

let armed: ArmedFailPoint | undefined;
let passages = 0;

/** At most one of a process. Nobody does who does not try to break it: see `chosenFailPoint` in shared/config. */
export function armFailPoint(one: ArmedFailPoint | undefined): void {
  armed = one;
}

export function failPoint(point: FailPoint): void {
  if (armed?.point === point) pass(armed);
}

function pass({ point, passage, signal }: ArmedFailPoint): void {
  passages += 1;
  if (passages !== passage) return;
  writeSync(process.stderr.fd, `rollcall: fail point ${point}, passage ${passage}: ${signal}\n`);
  process.kill(process.pid, signal);
}
