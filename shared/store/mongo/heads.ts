import type { Head } from '../../directory/commit.js';
import { remember } from '../../runtime/remember.js';

/** The newest commit of a directory that this process knows to be applied. */
export type AppliedHead = Pick<Head, 'number' | 'lastSeq' | 'deleted'>;

/**
 * Saves reading the head before each commit, and applying again what is known to be applied. A head is forgotten long before
 * its followers can be purged: their numbers would be free, and a commit after the old head would begin a second chain.
 */
export interface AppliedHeads {
  get(directoryId: string): AppliedHead | undefined;
  isApplied(directoryId: string, number: number): boolean;
  /** Commits are never undone, so that the newest one stays when an older one comes. */
  remember(directoryId: string, head: AppliedHead): void;
  forget(directoryId: string): void;
}

/** Far below the day that a commit lives at least. */
const LIFE_MS = 60 * 60 * 1000;
/** Most directories remembered; the least recently written one is forgotten, and read again when it comes back. */
const HEADS_MAX = 10_000;

export function createAppliedHeads(lifeMs = LIFE_MS): AppliedHeads {
  const heads = new Map<string, AppliedHead & { readonly knownSince: number }>();
  const get = (directoryId: string): AppliedHead | undefined => {
    const known = heads.get(directoryId);
    return known !== undefined && performance.now() - known.knownSince < lifeMs ? known : undefined;
  };
  return {
    get,
    isApplied: (directoryId, number) => (get(directoryId)?.number ?? 0) >= number,
    remember(directoryId, { number, lastSeq, deleted }) {
      const known = get(directoryId);
      if (known !== undefined && known.number > number) return;
      remember(heads, directoryId, { number, lastSeq, deleted, knownSince: performance.now() }, HEADS_MAX);
    },
    forget: (directoryId) => heads.delete(directoryId),
  };
}
