import type { Head } from '../../directory/commit.js';
import { remember } from '../../runtime/remember.js';

/** The newest commit of a directory that this process knows to be applied. */
export type AppliedHead = Pick<Head, 'number' | 'lastSeq' | 'deleted'>;

/** Saves reading the head before each commit, and applying again what is known to be applied. */
export interface AppliedHeads {
  get(directoryId: string): AppliedHead | undefined;
  isApplied(directoryId: string, number: number): boolean;
  /** Commits are never undone, so that the newest one stays when an older one comes. */
  remember(directoryId: string, head: AppliedHead): void;
  forget(directoryId: string): void;
}

/** Most directories remembered; the least recently written one is forgotten, and read again when it comes back. */
const HEADS_MAX = 10_000;

export function createAppliedHeads(): AppliedHeads {
  const heads = new Map<string, AppliedHead>();
  return {
    get: (directoryId) => heads.get(directoryId),
    isApplied: (directoryId, number) => (heads.get(directoryId)?.number ?? 0) >= number,
    remember(directoryId, { number, lastSeq, deleted }) {
      const known = heads.get(directoryId);
      if (known !== undefined && known.number > number) return;
      remember(heads, directoryId, { number, lastSeq, deleted }, HEADS_MAX);
    },
    forget: (directoryId) => heads.delete(directoryId),
  };
}
