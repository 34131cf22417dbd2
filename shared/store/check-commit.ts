import type { Commit } from '../directory/commit.js';

/** What is wrong with a commit that no writer may make. Nothing of it was written. */
export class MalformedCommit extends Error {
  override readonly name = 'MalformedCommit';
}

/**
 * Both adapters ask this before they write: the events' `seq` must be gapless and end at `lastSeq`. Answers the `lastSeq` that
 * the commit before must have had.
 */
export function lastSeqBefore({ directoryId, number, lastSeq, events }: Commit): number {
  const before = lastSeq - events.length;
  events.forEach(({ seq }, index) => {
    const expected = before + index + 1;
    if (seq !== expected) {
      throw new MalformedCommit(
        `commit ${number} of directory ${directoryId}: event ${index + 1} of ${events.length} has seq ${seq}, must have ${expected}; number the events without a gap up to lastSeq ${lastSeq}`,
      );
    }
  });
  return before;
}
