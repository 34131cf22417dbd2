/** What a step of a user's erasure did. */
interface ErasureStep {
  /** Events that it rewrote. */
  readonly events: number;
  /** Where the next step begins; undefined at the end. */
  readonly next: number | undefined;
}

/** Removes personal data, a bounded step at a time. A step that is cut short, or made twice, does no harm. */
export interface ErasureStore {
  /**
   * Rewrites the stored events that name a deleted user, what a store keeps beside them, and what receivers answered to them; see
   * `eraseUser` in shared/events. Looks at up to `limit` events after `after`: 0, or the step before's `next`.
   */
  eraseUser(directoryId: string, userId: string, after: number, limit: number): Promise<ErasureStep>;
  /**
   * Removes up to `limit` of what there is of a deleted directory; answers how much, 0 at the end. What is left is its final commit
   * with the event `directory.deleted`, and deliveries that are unfinished, unless `unfinished` says to remove those too.
   */
  eraseDirectory(directoryId: string, unfinished: 'keep' | 'remove', limit: number): Promise<number>;
  /** Removes copies of what was erased from the store's own files, as far as the store can. */
  scrub(): Promise<void>;
}
