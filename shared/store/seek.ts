import { timeOfId } from '../webhooks/delivery.js';
import type { LogCursor } from './port.js';

/**
 * The last of the numbers `first` to `last` whose time is at or before `time`; `first - 1` when none is. `timeOf` must not fall
 * as numbers grow. Looks at as many numbers as the range has binary digits.
 */
export async function lastNotAfter(
  first: number,
  last: number,
  time: number,
  timeOf: (number: number) => number | Promise<number>,
): Promise<number> {
  let [low, high] = [first - 1, last];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await timeOf(middle)) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The time of a commit that is no longer kept: before any other. */
export const PURGED = -Infinity;

/** `seq` before the oldest commit that is kept: 0 before the first of all, else unknown. */
export const nothingBefore = (oldest: number): number | undefined => (oldest === 1 ? 0 : undefined);

/** Where to go on after everything at a position. */
export const afterPosition = (position: number): LogCursor => ({ position: position + 1, index: 0 });

/** An event is looked for among the commits of the time that its id has, give or take this. */
const APART_MS = 1000;

/** From when until when the commit of an event can have been made that is not `astray`. */
export const commitTimes = (id: string): readonly [from: number, to: number] => [
  timeOfId(id) - APART_MS,
  timeOfId(id) + APART_MS,
];

/** Whether an event is of another time than its commit: it was held back in between, or clocks were set. */
export const isAstray = (id: string, committedAt: number): boolean => Math.abs(timeOfId(id) - committedAt) > APART_MS;
