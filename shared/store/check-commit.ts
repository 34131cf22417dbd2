import type { Commit, Head } from '../directory/commit.js';

/** What is wrong with a commit that no writer may make. Nothing of it was written. */
export class MalformedCommit extends Error {
  override readonly name = 'MalformedCommit';
}

/** Adapters ask this before anything else: the events' `seq` must be gapless and end at `lastSeq`. Throws `MalformedCommit`. */
export function checkNumbering({ directoryId, number, lastSeq, events }: Commit): void {
  const before = lastSeq - events.length;
  events.forEach(({ seq }, index) => {
    const expected = before + index + 1;
    if (seq !== expected) {
      throw new MalformedCommit(
        `commit ${number} of directory ${directoryId}: event ${index + 1} of ${events.length} has seq ${seq}, must have ${expected}; number the events without a gap up to lastSeq ${lastSeq}`,
      );
    }
  });
}

/**
 * Whether the commit is the one that follows this head; false when another writer was first, or the directory is deleted.
 * Throws `MalformedCommit` when its events do not go on where the head's ended.
 */
export function isNext(commit: Commit, head: Pick<Head, 'number' | 'lastSeq' | 'deleted'>): boolean {
  const { directoryId, number, lastSeq, events } = commit;
  if (head.deleted || number !== head.number + 1) return false;
  const before = lastSeq - events.length;
  if (before !== head.lastSeq) {
    throw new MalformedCommit(
      `commit ${number} of directory ${directoryId}: follows seq ${before}, must follow seq ${head.lastSeq} of the commit before; number its events from there`,
    );
  }
  return true;
}
