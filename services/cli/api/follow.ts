import type { Readable } from 'node:stream';
import { pause, pauseAfter, type BackOff } from '../../../shared/runtime/pause.js';
import type { Api, Query } from './api.js';
import { readMessages } from './event-stream.js';
import { Refused, ApiUnreachable } from './failures.js';

/** What happens to the connection: it is lost, or there again after so long. */
export type Interruption = { readonly kind: 'lost' } | { readonly kind: 'back'; readonly afterMs: number };

export interface Following {
  readonly api: Api;
  /** Filters of `GET /v1/events`. */
  readonly query: Query;
  /** The cursor after which to begin; undefined: where the query says. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  readonly onInterruption: (what: Interruption) => void;
}

const PAUSES: BackOff = { firstMs: 250, longestMs: 5_000 };
/** A connection that lasted so long was a good one. */
const GOOD_MS = 5_000;

/**
 * The bodies of events as they are committed, for as long as the signal lets them come: each once and in order, whatever happens to
 * the connection or to Rollcall meanwhile. An event counts as taken when the next one is asked for; after an interruption it goes on
 * behind the last one that was taken. Throws when the first connection fails, and `Refused` when there is no going on: the key is
 * not accepted any more, or events that would be next are purged (410).
 */
export async function* follow(following: Following): AsyncGenerator<string> {
  const { signal, onInterruption } = following;
  let cursor = following.after;
  let stream = await open(following, cursor);
  if (stream === undefined) return;
  for (let failures = 0; ;) {
    const startedAt = Date.now();
    try {
      for await (const { id, data } of readMessages(stream)) {
        failures = 0;
        if (data !== undefined) yield data;
        cursor = id;
      }
    } catch {
      // Cut off: by a proxy, by a crash, or because what came was not taken for a minute.
    }
    if (signal.aborted) return;
    onInterruption({ kind: 'lost' });
    const lostAt = Date.now();
    failures = lostAt - startedAt > GOOD_MS ? 0 : failures + 1;
    const again = await reopen(following, cursor, failures);
    if (again === undefined) return;
    stream = again;
    onInterruption({ kind: 'back', afterMs: Date.now() - lostAt });
  }
}

/** Undefined when the signal aborts before there is an answer. */
async function open({ api, query, signal }: Following, cursor: string | undefined): Promise<Readable | undefined> {
  try {
    return await api.stream('/events/stream', query, cursor, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Tries until it succeeds; undefined when the signal aborts before. */
async function reopen(following: Following, cursor: string | undefined, failed: number): Promise<Readable | undefined> {
  const { api, query, signal } = following;
  for (let failures = failed + 1; ; failures += 1) {
    await pause(pauseAfter(PAUSES, failures), signal);
    if (signal.aborted) return undefined;
    try {
      // A stream begins before it is known whether its events are still kept: that is asked for first.
      await api.send('GET', '/events', { query: { ...query, after: cursor, limit: 1 } });
      return await open(following, cursor);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}

/** Rollcall restarts, or a proxy before it has nobody to ask. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ApiUnreachable || (error instanceof Refused && (error.status >= 500 || error.status === 429));

/** A time that does not come: what was committed since then begins where everything ends. */
const NEVER = '9999-12-31T23:59:59Z';

/** The cursor behind all that is committed. */
export async function endOf(api: Api, directoryId: string | undefined): Promise<string> {
  const { nextCursor } = await api.send('GET', '/events', { query: { directoryId, since: NEVER, limit: 1 } });
  return String(nextCursor);
}
