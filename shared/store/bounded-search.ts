/** Looking for what no index finds, and no further than one request may look: a page may be short, or empty, before the end. */

export interface SearchPage {
  /** Excludes itself. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
  /** How many are looked at, when few of them are wanted. */
  readonly scan: number;
}

export interface SearchResult<T> {
  /** Newest first. */
  readonly found: readonly T[];
  /** The `beforeId` to go on with; undefined at the end. */
  readonly nextId: string | undefined;
}

interface Identified {
  readonly id: string;
}

/** Several searches of different things as one: no further than the first of them that left off. */
export function mergeResults<T extends Identified>(
  results: readonly SearchResult<T>[],
  limit: number,
): SearchResult<T> {
  const stops = results.flatMap(({ nextId }) => (nextId === undefined ? [] : [nextId]));
  const stop = stops.length === 0 ? undefined : stops.reduce((newest, id) => (id > newest ? id : newest));
  const all = results.flatMap(({ found }) => found).filter(({ id }) => stop === undefined || id >= stop);
  return resultOf(all.sort(newestFirst), limit, stop);
}

/** `stop`: nothing below it was looked at. */
export function resultOf<T extends Identified>(
  all: readonly T[],
  limit: number,
  stop: string | undefined,
): SearchResult<T> {
  const found = all.slice(0, limit);
  return { found, nextId: all.length > limit ? found.at(-1)?.id : stop };
}

/** Ids are in the order of time. */
export const oldestFirst = (a: Identified, b: Identified): number => (a.id < b.id ? -1 : 1);
export const newestFirst = (a: Identified, b: Identified): number => -oldestFirst(a, b);
