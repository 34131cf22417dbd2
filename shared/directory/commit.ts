import type { EventDraft, StoredEvent } from '../events/envelope.js';
import type { DirectoryRef } from './deletion.js';
import { NO_REMOVALS, type GuardState } from './guard.js';
import type { Membership, ResourceRow } from './resource.js';

/** What a directory's newest commit says of the whole directory. */
export interface Head {
  /** Gapless per directory; 0 before the first commit. */
  readonly number: number;
  /** `seq` of the newest event; 0 before the first. Gapless per directory. */
  readonly lastSeq: number;
  /** When it was committed, never before its predecessor: `max(now, predecessor's at)`. */
  readonly at: number;
  /** Live resources by resource type's name: `totalResults` of an unfiltered list in O(1). */
  readonly counts: Readonly<Record<string, number>>;
  /** True of the final commit of a deleted directory: nothing may follow it. */
  readonly deleted: boolean;
  /** What the deletion guard has counted and holds. */
  readonly guard: GuardState;
  /** When `directory.provisioning_failed` was last said; 0 before the first time. */
  readonly failureToldAt: number;
}

/** The head of a directory that has no commit yet. */
export const GENESIS: Head = {
  number: 0,
  lastSeq: 0,
  at: 0,
  counts: {},
  deleted: false,
  guard: NO_REMOVALS,
  failureToldAt: 0,
};

/** One row's new image. A commit names each row once; `unlink`, `unhold` and `sweep` reach only rows of earlier commits. */
export type Change =
  /** A created or changed resource. `isNew`: no earlier commit has this row (its version may be above 1 when one batch made and changed it). */
  | { readonly kind: 'put'; readonly resource: ResourceRow; readonly isNew: boolean }
  /** A deleted resource; its memberships go by the `unlink` beside it. */
  | { readonly kind: 'delete'; readonly type: string; readonly id: string }
  /** A new membership; an earlier one of the same pair may have ended. */
  | { readonly kind: 'join'; readonly membership: Membership }
  /** The end of a membership that was there. */
  | { readonly kind: 'leave'; readonly membership: Membership }
  /** The end of every membership in which `id` is the group or the member. */
  | { readonly kind: 'unlink'; readonly id: string }
  /** An event that waits for an operator, and has no `seq` yet. */
  | { readonly kind: 'hold'; readonly event: HeldEvent }
  /** The end of every held event up to this order. */
  | { readonly kind: 'unhold'; readonly upTo: number }
  /** The end of every row of the directory. */
  | { readonly kind: 'sweep' };

/** An event that the deletion guard holds back: its change is made, the event is not in the log. */
export interface HeldEvent {
  /** Gapless per directory, from 1, and never given again. */
  readonly order: number;
  /** The event's id, before and after its release. */
  readonly id: string;
  readonly heldAt: number;
  /** What it is about, see `laneKeys`: later events that share a key are held behind it. */
  readonly keys: readonly string[];
  readonly draft: EventDraft;
  /** See `StoredEvent`. */
  readonly traceparent?: string;
}

/** The only thing that a store writes resources with: their changes and the events that tell of them. */
export interface Commit extends Head {
  readonly directoryId: string;
  /** Log partition of the directory, from its creation. */
  readonly partition: number;
  /** Tells this commit from another writer's under the same number. */
  readonly nonce: string;
  /** When tombstones that this commit leaves may be purged, where a store keeps tombstones. */
  readonly purgeAt: number;
  readonly changes: readonly Change[];
  readonly events: readonly StoredEvent[];
}

/** How long a tombstone outlives its commit: far longer than a paused writer can hold on to an old one. */
export const TOMBSTONE_LIFE_MS = 24 * 60 * 60 * 1000;

/** Most bytes of events in one commit, held or not, and so of one command: a commit stays well under a document store's 16 MB. */
export const EVENT_BYTES_MAX = 4_000_000;

/** Who writes to a directory, and when. */
export interface Decider {
  readonly directory: DirectoryRef;
  readonly now: number;
  readonly newId: () => string;
}

/** A commit without what it is all about. */
type Frame = Omit<Commit, 'lastSeq' | 'changes' | 'events'>;

/** What follows from the commit's place in the chain; the state that `head` has stays as it is. */
export function frameAfter(head: Head, { directory, now, newId }: Decider): Frame {
  const at = Math.max(now, head.at);
  const { counts, guard, failureToldAt } = head;
  return {
    directoryId: directory.id,
    partition: directory.partition,
    number: head.number + 1,
    nonce: newId(),
    at,
    purgeAt: at + TOMBSTONE_LIFE_MS,
    counts,
    deleted: false,
    guard,
    failureToldAt,
  };
}

/** What a commit leaves, without the rest of it, which is large. */
export const headOf = ({ number, lastSeq, at, counts, deleted, guard, failureToldAt }: Head): Head => ({
  number,
  lastSeq,
  at,
  counts,
  deleted,
  guard,
  failureToldAt,
});
