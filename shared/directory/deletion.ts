import { storeEvent } from '../events/envelope.js';
import { iso } from '../events/timestamp.js';
import { frameAfter, type Commit, type Head } from './commit.js';
import { NO_REMOVALS, type DeletionGuard } from './guard.js';
import type { MappingRules } from './mapping.js';

/** A directory as its commits need to know it. */
export interface DirectoryRef {
  readonly id: string;
  readonly organizationId: string;
  readonly partition: number;
  /** Null, or absent from a record that is older than the guard: off. */
  readonly deletionGuard?: DeletionGuard | null;
  /** Its mapping, compiled; absent: none. */
  readonly rules?: MappingRules;
}

/** The final commit of a directory: `directory.deleted` is its sole event, and every row goes. Nothing may follow it. */
export function deletionCommit(
  head: Head,
  directory: DirectoryRef,
  now: number,
  newId: () => string,
  requestId: string,
): Commit {
  const { id: directoryId, organizationId } = directory;
  const frame = frameAfter(head, { directory, now, newId });
  const seq = head.lastSeq + 1;
  const event = storeEvent(
    { type: 'directory.deleted', data: { id: directoryId, organizationId }, cause: { requestId } },
    { id: newId(), seq, timestamp: iso(frame.at), organizationId, directoryId },
  );
  const { lastOrder } = head.guard;
  return {
    ...frame,
    lastSeq: seq,
    counts: {},
    deleted: true,
    guard: { ...NO_REMOVALS, lastOrder, endedOrder: lastOrder },
    changes: [{ kind: 'sweep' }],
    events: [event],
  };
}
