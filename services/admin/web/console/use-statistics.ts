import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { useEvery } from '../use-api.js';

/** The API tells of so many at once. */
const AT_ONCE = 100;
const REFRESH_MS = 30_000;

/** Statistics of the last 24 hours of directories or endpoints, by id; asked for again every so often. */
export function useStatistics<Of>(
  kind: 'directories' | 'endpoints',
  ids: readonly string[],
  idOf: (one: Of) => string,
): ReadonlyMap<string, Of> {
  const [known, setKnown] = useState<ReadonlyMap<string, Of>>(new Map());
  const [turn, setTurn] = useState(0);
  useEvery(REFRESH_MS, () => setTurn((n) => n + 1));
  const all = ids.join();
  useEffect(() => {
    const asking = new AbortController();
    const wanted = all.split(',').filter((id) => id !== '');
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const some = wanted.slice(from, from + AT_ONCE).join();
      api<{ data: readonly Of[] }>(`/v1/${kind}/statistics?ids=${some}&hours=24`, { signal: asking.signal }).then(
        ({ data }) => setKnown((old) => new Map([...old, ...data.map((one) => [idOf(one), one] as const)])),
        // A list says more without them than a refusal would.
        () => undefined,
      );
    }
    return () => asking.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- how an id is read does not change
  }, [kind, all, turn]);
  return known;
}
