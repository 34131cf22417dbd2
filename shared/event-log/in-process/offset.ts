import type { LogCursor } from '../../store/port.js';

/** Above the number of events that a commit can carry. */
const EVENTS_PER_POSITION = 65_536;

/** A place in the partition as one number, in the same order. */
export function offsetOf({ position, index }: LogCursor): number {
  if (index >= EVENTS_PER_POSITION) {
    throw new RangeError(
      `event ${index} of the commit at position ${position}: an offset has room for ${EVENTS_PER_POSITION - 1} events of a commit; split the commit`,
    );
  }
  return position * EVENTS_PER_POSITION + index;
}
