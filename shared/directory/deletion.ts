import { storeEvent } from '../events/envelope.js';
import { iso } from '../events/timestamp.js';
import { TOMBSTONE_LIFE_MS, type Commit, type Head } from './commit.js';

/** A directory as its commits need to know it. */
export interface DirectoryRef {
  readonly id: string;
  readonly organizationId: string;
  readonly partition: number;
}

/** The final commit of a directory: `directory.deleted` is its sole event, and every row goes. Nothing may follow it. */
export function deletionCommit(
  head: Head,
  directory: DirectoryRef,
  now: number,
  newId: () => string,
  requestId: string,
): Commit {
  const at = Math.max(now, head.at);
  const seq = head.lastSeq + 1;
  const { id: directoryId, organizationId, partition } = directory;
  const data = { id: directoryId, organizationId };
  const event = storeEvent(
    { type: 'directory.deleted', data, cause: { requestId } },
    { id: newId(), seq, timestamp: iso(at), organizationId, directoryId },
  );
  return {
    directoryId,
    partition,
    number: head.number + 1,
    nonce: newId(),
    at,
    purgeAt: at + TOMBSTONE_LIFE_MS,
    lastSeq: seq,
    counts: {},
    deleted: true,
    changes: [{ kind: 'sweep' }],
    events: [event],
  };
}
