import type { AuditEntry } from './audit.js';
import type { SearchPage, SearchResult } from './bounded-search.js';
import type { RequestEntry } from './request-log.js';

/** Something that happened. The `id` is a UUID of version 7, so that the order of ids is that of time. */
export interface JournalEntry {
  readonly id: string;
}

export interface JournalPage {
  /** Excludes itself. */
  readonly beforeId?: string | undefined;
  /** By the times in ids, in milliseconds: from `since` on, before `until`. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/** Entries that are written once and looked up by equality on the fields named in `Lookup`. */
export interface Journal<T extends JournalEntry, Lookup extends keyof T> {
  /** An entry whose id is there already stays as it is, so that a call may be repeated. */
  append(entries: readonly T[]): Promise<void>;
  /** The entry of that id, if it has those fields. */
  get(where: Partial<Pick<T, Lookup>>, id: string): Promise<T | undefined>;
  /** Newest first. */
  list(where: Partial<Pick<T, Lookup>>, page: JournalPage): Promise<T[]>;
  /** The same, of what no index finds: a page may be short, or empty, before the end. */
  search(where: Partial<Pick<T, Lookup>>, page: JournalPage & SearchPage): Promise<SearchResult<T>>;
  /** Removes up to `limit` entries of the time before `before` (ms); answers how many. */
  purge(where: Partial<Pick<T, Lookup>>, before: number, limit: number): Promise<number>;
}

export interface Journals {
  /** Every change through the management API. */
  readonly audit: Journal<AuditEntry, 'organizationId' | 'directoryId' | 'action' | 'actor'> & {
    /** Writes an entry anew, for what is not known when it is written first, or is to be forgotten. Nothing where it is gone. */
    amend(entry: AuditEntry): Promise<void>;
  };
  /** SCIM requests, of which the newest may be lost with their process or its machine. */
  readonly requests: Journal<RequestEntry, 'directoryId' | 'status' | 'method'>;
}

/** Which fields each journal is looked up by, for the adapters. */
export const JOURNAL_LOOKUPS = {
  audit: ['organizationId', 'directoryId', 'action', 'actor'],
  requests: ['directoryId', 'status', 'method'],
} as const satisfies { readonly [Name in keyof Journals]: readonly string[] };

/** Those of them that have an index of their own, the one that finds the fewest first. */
const INDEXED = {
  audit: ['directoryId', 'organizationId', 'action', 'actor'],
  requests: ['directoryId'],
} as const satisfies { readonly [Name in keyof Journals]: readonly (typeof JOURNAL_LOOKUPS)[Name][number][] };

/** By which of the lookups that are given a search passes through the entries, and whether that is all that is asked of them. */
export function searchPath(
  name: keyof Journals,
  given: readonly string[],
): { readonly indexed: string | undefined; readonly isExact: boolean } {
  const indexed = INDEXED[name].find((lookup) => given.includes(lookup));
  return { indexed, isExact: given.length === (indexed === undefined ? 0 : 1) };
}
