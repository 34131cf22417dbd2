import type { SeqRange } from '../directory/command.js';
import type { ScimType } from '../scim/errors.js';

/** A SCIM request that was answered, without what it says of people; see shared/scim/outline.ts. */
export interface RequestEntry {
  /** The request's id, as its events name it in `cause`. */
  readonly id: string;
  readonly directoryId: string;
  readonly method: string;
  /** Behind the SCIM base URL, with the query. */
  readonly path: string;
  /** Of the answer; 499 where the client did not wait for it. */
  readonly status: number;
  readonly durationMs: number;
  readonly scimType: ScimType | null;
  /** Why it was refused; null for a success. */
  readonly detail: string | null;
  readonly userAgent: string | null;
  /** Names of the attributes that the body has, or paths that it changes. */
  readonly attributes: readonly string[];
  /** The events that it caused, but for those that are held back. */
  readonly events: readonly SeqRange[];
}
