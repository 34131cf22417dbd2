import { useCallback, useEffect, useRef, useState } from 'react';
import type { SetupView } from '../../setup/directory.js';
import type { ApiProblem } from '../api.js';
import { useLive, type Liveness } from '../live.js';
import { useApi } from '../use-api.js';
import type { LoggedRequest } from './deed.js';

export type Token = SetupView['tokens'][number];

export interface Live {
  readonly data: SetupView | undefined;
  readonly problem: ApiProblem | undefined;
  /** Newest first. */
  readonly requests: readonly LoggedRequest[];
  readonly liveness: Liveness;
  readonly reload: () => void;
}

const REQUESTS_SHOWN = 30;
/** Many requests may come at a time: what they have changed is asked for once. */
const RELOAD_AFTER_MS = 400;

/** The directory that is set up, kept as it is by the stream of what happens. */
export function useDirectory(): Live {
  const { data, problem, reload } = useApi<SetupView>('/setup/directory');
  const earlier = useApi<{ data: readonly LoggedRequest[] }>(`/setup/requests?limit=${REQUESTS_SHOWN}`);
  const [since, setSince] = useState<readonly LoggedRequest[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const reloadSoon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      reload();
    }, RELOAD_AFTER_MS);
  }, [reload]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const liveness = useLive('/setup/stream', {
    progress: reloadSoon,
    request: (request) => {
      setSince((all) => [request as LoggedRequest, ...all].slice(0, REQUESTS_SHOWN));
      reloadSoon();
    },
  });
  const requests = newestFirst([...since, ...(earlier.data?.data ?? [])]).slice(0, REQUESTS_SHOWN);
  return { data, problem: problem ?? earlier.problem, requests, liveness, reload };
}

/** Each once; ids are in the order of time. */
function newestFirst(requests: readonly LoggedRequest[]): LoggedRequest[] {
  const byId = new Map(requests.map((request) => [request.id, request]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
