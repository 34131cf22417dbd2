import { storeEvent, type StoredEvent } from '../events/envelope.js';
import { iso } from '../events/timestamp.js';
import { EVENT_BYTES_MAX, frameAfter, type Commit, type Decider, type Head, type HeldEvent } from './commit.js';
import { countHeld, endHeld, type Hold } from './guard.js';

/** Most held events that one commit releases. */
export const RELEASED_PER_COMMIT = 500;

/**
 * Brings held events through, oldest first, with the next `seq` each: as many of `oldest` as fit into a commit. The one that
 * brings the last of all ends the hold with `directory.released`; until then, later events about the same users and groups stay
 * behind. Undefined when `oldest` is not what `head` holds.
 */
export function releaseCommit(
  head: Head,
  oldest: readonly HeldEvent[],
  decider: Decider,
  requestId: string,
): Commit | undefined {
  const { hold, endedOrder, lastOrder } = head.guard;
  if (hold === null || oldest.length === 0) return undefined;
  if (oldest.some(({ order }, index) => order !== endedOrder + index + 1)) return undefined;
  const released = upToLimit(oldest);
  const upTo = endedOrder + released.length;
  const all = lastOrder - hold.firstOrder + 1;
  const last = upTo === lastOrder ? [ended('directory.released', all, hold, decider, requestId)] : [];
  return endingCommit(head, upTo, [...released, ...last], decider);
}

/** Drops every held event for good, and ends the hold with `directory.discarded`. Undefined when none is held. */
export function discardCommit(head: Head, decider: Decider, requestId: string): Commit | undefined {
  const { hold, lastOrder } = head.guard;
  if (hold === null) return undefined;
  const event = ended('directory.discarded', countHeld(head.guard), hold, decider, requestId);
  return endingCommit(head, lastOrder, [event], decider);
}

type Unnumbered = Pick<HeldEvent, 'id' | 'draft' | 'traceparent'>;

/** One at least: an event that fitted into a commit when it was held fits into one now. */
function upToLimit(oldest: readonly HeldEvent[]): readonly HeldEvent[] {
  let bytes = 0;
  const over = oldest.findIndex((event) => (bytes += Buffer.byteLength(JSON.stringify(event))) > EVENT_BYTES_MAX);
  return over < 0 ? oldest : oldest.slice(0, Math.max(over, 1));
}

function ended(
  type: 'directory.released' | 'directory.discarded',
  events: number,
  { since }: Hold,
  { directory, newId }: Decider,
  requestId: string,
): Unnumbered {
  const data = { id: directory.id, organizationId: directory.organizationId, events, since: iso(since) };
  return { id: newId(), draft: { type, data, cause: { requestId } } };
}

function endingCommit(head: Head, upTo: number, unnumbered: readonly Unnumbered[], decider: Decider): Commit {
  const frame = frameAfter(head, decider);
  const { id: directoryId, organizationId } = decider.directory;
  const events = unnumbered.map(({ id, draft, traceparent }, index): StoredEvent => {
    const seq = head.lastSeq + index + 1;
    return storeEvent(draft, { id, seq, timestamp: iso(frame.at), organizationId, directoryId, traceparent });
  });
  const lastSeq = head.lastSeq + events.length;
  return { ...frame, lastSeq, guard: endHeld(head.guard, upTo), changes: [{ kind: 'unhold', upTo }], events };
}
