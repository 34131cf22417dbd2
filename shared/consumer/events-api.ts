import type { DirectoryEvent } from './events.js';

export interface EventsApiOptions {
  /** Where Rollcall's management API is, such as `https://rollcall.example.com`. */
  readonly url: string;
  readonly adminKey: string;
  /** Default: the global `fetch`. */
  readonly fetch?: (url: string, init: { headers: Record<string, string> }) => Promise<EventsApiAnswer>;
}

interface EventsApiAnswer {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

/** The events of a directory after a `seq`, a hundred at most, by the Events API: for `createSyncState`. Rejects when it refuses. */
export function eventsApi({
  url,
  adminKey,
  fetch = globalThis.fetch,
}: EventsApiOptions): (directoryId: string, afterSeq: number) => Promise<readonly DirectoryEvent[]> {
  const base = url.replace(/\/+$/, '');
  return async (directoryId, afterSeq) => {
    const query = new URLSearchParams({ directoryId, afterSeq: String(afterSeq), limit: '100' });
    const answer = await fetch(`${base}/v1/events?${query.toString()}`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`The Events API answered ${answer.status}: ${body.slice(0, 500)}`);
    return (JSON.parse(body) as { data: DirectoryEvent[] }).data;
  };
}
