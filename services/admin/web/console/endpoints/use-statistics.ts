import { useEffect, useState } from 'react';
import { api } from '../../api.js';
import type { EndpointStatistics } from './shapes.js';

/** The API tells of so many at once. */
const AT_ONCE = 100;
const HOURS = 24;

/** Statistics of the last 24 hours by endpoint, asked for once for each that comes into sight. */
export function useStatistics(ids: readonly string[]): ReadonlyMap<string, EndpointStatistics | undefined> {
  const [known, setKnown] = useState<ReadonlyMap<string, EndpointStatistics | undefined>>(new Map());
  const asked = ids
    .filter((id) => !known.has(id))
    .slice(0, AT_ONCE)
    .join();
  useEffect(() => {
    if (asked === '') return;
    const asking = new AbortController();
    const learn = (found: readonly EndpointStatistics[]): void => {
      if (asking.signal.aborted) return;
      const byId = new Map(found.map((one) => [one.endpointId, one]));
      setKnown((old) => new Map([...old, ...asked.split(',').map((id) => [id, byId.get(id)] as const)]));
    };
    api<{ data: readonly EndpointStatistics[] }>(`/v1/endpoints/statistics?ids=${asked}&hours=${HOURS}`, {
      signal: asking.signal,
    }).then(
      ({ data }) => learn(data),
      () => learn([]),
    );
    return () => asking.abort();
  }, [asked]);
  return known;
}
