import { validate as isUuid } from 'uuid';
import type { SearchPage, SearchResult } from '../../shared/store/bounded-search.js';
import { cursor, wholeNumber } from './fields.js';
import { invalid } from './problem.js';

export const LIMIT_MAX = 100;
const DEFAULT_LIMIT = 50;

/** Every list takes these: `after` is the `nextCursor` of the page before. */
export const pageParameters = {
  after: cursor.optional().meta({ description: 'The `nextCursor` of the page before' }),
  limit: wholeNumber(1, LIMIT_MAX).default(DEFAULT_LIMIT).meta({ description: 'Items on the page at most' }),
};

export interface PageRequest {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** As the stores take it: what comes after an id, in the order of ids (or before it, newest first). */
export interface Slice {
  readonly afterId?: string;
  readonly limit: number;
}

export interface Page<T> {
  readonly data: readonly T[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

/** A page of what is read in the order of ids. One more than the page is read, to know whether there is a next one. */
export async function pageOf<T extends { readonly id: string }>(
  request: PageRequest,
  read: (slice: Slice) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const found = await read({ ...placeBehind(request), limit: request.limit + 1 });
  const data = found.slice(0, request.limit);
  const last = data.at(-1);
  return { data, nextCursor: found.length > data.length && last !== undefined ? cursorAt(last.id) : null };
}

/** How many one request looks at, when few of them are wanted. */
const SCANNED_MAX = 20_000;
export const WHAT_IS_SCANNED = `A request looks at ${SCANNED_MAX / 1000},000 of them at most: under a filter a page may be short, or empty, and have a next one.`;

/** A page of what no index finds, newest first. */
export async function scannedPageOf<T>(
  { after, limit }: PageRequest,
  search: (page: SearchPage) => Promise<SearchResult<T>>,
): Promise<Page<T>> {
  const { found, nextId } = await search({ beforeId: placeBehind({ after }).afterId, limit, scan: SCANNED_MAX });
  return { data: found, nextCursor: cursorOrNull(nextId) };
}

/** The id that a page begins behind. */
export const placeBehind = ({ after }: Pick<PageRequest, 'after'>): { readonly afterId?: string } =>
  after === undefined ? {} : { afterId: idOf(after) };

/** For what tells by itself where it left off. */
export const cursorOrNull = (id: string | undefined): string | null => (id === undefined ? null : cursorAt(id));

export const mapPage = <T, U>(page: Page<T>, show: (item: T) => U): Page<U> => ({ ...page, data: page.data.map(show) });

export const unknownCursor = (why = 'is no cursor of this list'): Error =>
  invalid({ field: 'after', message: `${why}; use the nextCursor of the page before, or leave it out to begin` });

const cursorAt = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

function idOf(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isUuid(id) || cursorAt(id) !== cursor) throw unknownCursor();
  return id;
}
