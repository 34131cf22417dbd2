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
}

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
  /** False: there is no more as yet, although a cursor is given. */
  readonly hasMore?: boolean;
}

/** A list, page by page: `more` adds the next one. */
export function usePages<T>(path: string | undefined, limit = 50): Paged<T> {
  const first = useApi<Page<T>>(path === undefined ? undefined : paged(path, limit));
  const [rest, setRest] = useState<{ of: Page<T>; pages: readonly Page<T>[] }>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isLoading, setLoading] = useState(false);
  const asked = useRef<string>(undefined);
  const pages = first.data === undefined ? [] : [first.data, ...(rest?.of === first.data ? rest.pages : [])];
  const last = pages.at(-1);
  const cursor = last?.hasMore === false ? null : (last?.nextCursor ?? null);
  const more = (): void => {
    const of = first.data;
    if (path === undefined || of === undefined || cursor === null || asked.current === cursor) return;
    asked.current = cursor;
    setLoading(true);
    setProblem(undefined);
    api<Page<T>>(paged(path, limit, cursor))
      .then(
        (page) => setRest((old) => ({ of, pages: [...(old?.of === of ? old.pages : []), page] })),
        (error: unknown) => setProblem(problemFrom(error)),
      )
      .finally(() => {
        asked.current = undefined;
        setLoading(false);
      });
  };
  return {
    data: first.data === undefined ? undefined : pages.flatMap(({ data }) => data),
    problem: problem ?? first.problem,
    isLoading: isLoading || first.isLoading,
    reload: first.reload,
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
