import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ApiProblem } from './api.js';

export interface Loaded<T> {
  /** The last answer, also while the next one is awaited. */
  readonly data: T | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** What the API answers to a GET; asked again when the path changes. Undefined asks for nothing. */
export function useApi<T>(path: string | undefined): Loaded<T> {
  const [state, setState] = useState<{ path?: string; data?: T; problem?: ApiProblem }>({});
  const [turn, setTurn] = useState(0);
  const [isLoading, setLoading] = useState(false);
  useEffect(() => {
    if (path === undefined) return;
    const asking = new AbortController();
    setLoading(true);
    api<T>(path, { signal: asking.signal })
      .then(
        (data) => setState({ path, data }),
        (error: unknown) => {
          if (!asking.signal.aborted) setState((old) => ({ ...old, path, problem: problemFrom(error) }));
        },
      )
      .finally(() => {
        if (!asking.signal.aborted) setLoading(false);
      });
    return () => asking.abort();
  }, [path, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const isOf = state.path === path;
  return { data: isOf ? state.data : undefined, problem: isOf ? state.problem : undefined, isLoading, reload };
}

/** Does something again and again while the page is looked at, such as `reload`. */
export function useEvery(ms: number, work: () => void): void {
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

export interface Paged<T> extends Omit<Loaded<readonly T[]>, 'data'> {
  readonly data: readonly T[] | undefined;
  /** Undefined when there is no more. */
  readonly more: (() => void) | undefined;
  /** Reloads, as what happens again and again does: not where very much is shown. */
  readonly refresh: () => void;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
  /** False: there is no more as yet, although a cursor is given. */
  readonly hasMore?: boolean;
}

/** Whoever has gone on to so many items reads what is there: it is not asked for anew by itself. */
const REFRESHED_MAX = 250;

/**
 * A list, page by page: `more` adds the next one. Under a filter a page may be empty although there is more behind it: then it goes on by
 * itself, until there is something to show or the end is reached. After a reload it goes on until there is as much as before.
 */
export function usePages<T>(path: string | undefined, limit = 50): Paged<T> {
  const first = useApi<Page<T>>(path === undefined ? undefined : paged(path, limit));
  const [rest, setRest] = useState<{ of: Page<T>; pages: readonly Page<T>[] }>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isLoading, setLoading] = useState(false);
  const asked = useRef<{ readonly of: Page<T>; readonly cursor: string }>(undefined);
  const shown = useRef<{ readonly of: string | undefined; readonly data: readonly T[] }>(undefined);
  const pages = first.data === undefined ? [] : [first.data, ...(rest?.of === first.data ? rest.pages : [])];
  const last = pages.at(-1);
  const cursor = last?.hasMore === false ? null : (last?.nextCursor ?? null);
  const data = pages.flatMap((page) => page.data);
  const before = shown.current?.of === path ? (shown.current?.data.length ?? 0) : 0;
  const isWhole = cursor === null || (data.length > 0 && data.length >= before);
  const goesOn = last !== undefined && !isWhole && problem === undefined;
  const more = (): void => {
    const of = first.data;
    if (path === undefined || of === undefined || cursor === null) return;
    if (asked.current?.of === of && asked.current.cursor === cursor) return;
    const asking = { of, cursor };
    asked.current = asking;
    setLoading(true);
    setProblem(undefined);
    const done = (): void => {
      if (asked.current !== asking) return;
      asked.current = undefined;
      setLoading(false);
    };
    api<Page<T>>(paged(path, limit, cursor)).then(
      (page) => {
        done();
        setRest((old) => ({ of, pages: [...(old?.of === of ? old.pages : []), page] }));
      },
      (error: unknown) => {
        done();
        setProblem(problemFrom(error));
      },
    );
  };
  useEffect(() => {
    if (goesOn) more();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `more` is another one each time, and asks for the cursor
  }, [goesOn, cursor, first.data]);
  if (first.data !== undefined && isWhole) shown.current = { of: path, data };
  return {
    data: shown.current?.of === path ? shown.current?.data : undefined,
    problem: problem ?? first.problem,
    isLoading,
    reload: first.reload,
    refresh: () => {
      if (before <= REFRESHED_MAX) first.reload();
    },
    more: cursor === null ? undefined : more,
  };
}

function paged(path: string, limit: number, after?: string): string {
  const url = new URL(path, location.origin);
  url.searchParams.set('limit', String(limit));
  if (after !== undefined) url.searchParams.set('after', after);
  return url.pathname + url.search;
}

export const problemFrom = (error: unknown): ApiProblem =>
  error instanceof ApiProblem ? error : new ApiProblem(0, `Something went wrong in this page: ${String(error)}`);
