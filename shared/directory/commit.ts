import type { StoredEvent } from '../events/envelope.js';
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
}

/** The head of a directory that has no commit yet. */
export const GENESIS: Head = { number: 0, lastSeq: 0, at: 0, counts: {}, deleted: false };

/** One row's new image. A commit names each row once; `unlink` and `sweep` reach only rows of earlier commits. */
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
  /** The end of every row of the directory. */
  | { readonly kind: 'sweep' };

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
