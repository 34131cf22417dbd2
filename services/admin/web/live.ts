import { useEffect, useRef, useState } from 'react';

export type Liveness = 'connecting' | 'live' | 'lost';

/** Listens to a stream of the API (Server-Sent Events) while `path` is given; the browser reconnects by itself. */
export function useLive(
  path: string | undefined,
  listeners: Readonly<Record<string, (data: unknown) => void>>,
): Liveness {
  const [state, setState] = useState<Liveness>('connecting');
  const latest = useRef(listeners);
  const names = Object.keys(listeners).join();
  useEffect(() => {
    latest.current = listeners;
  });
  useEffect(() => {
    if (path === undefined) return;
    const source = new EventSource(path);
    source.onopen = () => setState('live');
    source.onerror = () => setState('lost');
    for (const name of names.split(',')) {
      source.addEventListener(name, (event: MessageEvent<string>) => latest.current[name]?.(JSON.parse(event.data)));
    }
    return () => source.close();
  }, [path, names]);
  return state;
}
