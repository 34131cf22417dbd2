import { InvalidCount, InvalidCursor, InvalidValue } from './errors.js';

/** Which part of the results to answer with; `count` is from 0 to `MAX_COUNT`. */
export type Paging =
  /** RFC 7644 section 3.4.2.4: `startIndex` is 1-based. */
  | { readonly method: 'index'; readonly startIndex: number; readonly count: number }
  /** RFC 9865: after the place that the cursor tells; from the start when it is empty. */
  | { readonly method: 'cursor'; readonly cursor: string; readonly count: number };

/** Resources of an answer whose client does not say how many. */
export const DEFAULT_COUNT = 100;
/** The most resources in one answer; published as `filter.maxResults` and `pagination.maxPageSize`. */
export const MAX_COUNT = 1000;

/**
 * Reads `startIndex`, `cursor` and `count`. Too small ones are raised to 1 and 0, too large a count is lowered. Throws
 * `InvalidValue` of what is no integer; beside a cursor, `InvalidCount` of that and of less than 1 (RFC 9865 section 2.1).
 */
export function readPaging(parameters: Readonly<Record<string, string>>): Paging {
  const { cursor } = parameters;
  const count = Math.min(
    MAX_COUNT,
    Math.max(
      0,
      readInteger('count', parameters['count'], cursor === undefined ? InvalidValue : InvalidCount) ?? DEFAULT_COUNT,
    ),
  );
  if (cursor !== undefined && count < 1) {
    throw new InvalidCount('count: a page behind a cursor has at least 1 result. Ask for 1 or more.');
  }
  if (cursor !== undefined) return { method: 'cursor', cursor, count };
  const startIndex = Math.max(1, readInteger('startIndex', parameters['startIndex'], InvalidValue) ?? 1);
  return { method: 'index', startIndex, count };
}

function readInteger(
  name: string,
  text: string | undefined,
  Refusal: typeof InvalidValue | typeof InvalidCount,
): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[+-]?\d{1,15}$/.test(text.trim())) return Number(text);
  throw new Refusal(`${name}: it is ${JSON.stringify(text)}, must be a whole number.`);
}

/** The last resource of a page, by what the results are in the order of. */
export interface Place {
  /** Name of the resource type. */
  readonly type: string;
  readonly id: string;
  /** Only where the results are sorted. */
  readonly sortKey?: string | number;
}

/** A place as a URL-safe text. `query` identifies what the cursor belongs to: with another one it is refused. */
export const writeCursor = ({ type, id, sortKey }: Place, query: string): string =>
  Buffer.from(JSON.stringify([query, type, id, ...(sortKey === undefined ? [] : [sortKey])])).toString('base64url');

/** Throws `InvalidCursor` when the text is not one that `writeCursor` gave out for the same query. */
export function readCursor(text: string, query: string): Place {
  const [ofQuery, type, id, sortKey] = parseCursor(text);
  if (ofQuery !== query || typeof type !== 'string' || typeof id !== 'string') {
    throw new InvalidCursor(
      'cursor: it is not one that was given out for this query. Start again with an empty cursor.',
    );
  }
  return { type, id, ...(typeof sortKey === 'string' || typeof sortKey === 'number' ? { sortKey } : {}) };
}

function parseCursor(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
