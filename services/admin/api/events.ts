import { setImmediate as othersTurn } from 'node:timers/promises';
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { AdminDeps } from '../deps.js';
import { eventParameters, eventSource, type EventSource, type SourcePage } from '../event-source.js';
import type { Feed } from '../feed.js';
import { pageParameters } from '../paging.js';
import { queryOf, wholeNumber } from '../request.js';
import { createSlots, untilOver, write } from '../streaming.js';

/** Most requests that wait for events at one time, and most streams. */
const WAITERS_MAX = 100;
const STREAMS_MAX = 100;
const WAIT_MAX_S = 30;
/** Proxies cut connections on which nothing comes for a minute or so. */
const HEARTBEAT_MS = 15_000;
const STREAM_PAGE = 100;

const listing = z.strictObject({
  ...eventParameters,
  limit: pageParameters.limit,
  wait: wholeNumber(0, WAIT_MAX_S).default(0),
});
const streaming = z.strictObject(eventParameters);

export function events(deps: AdminDeps) {
  const waiters = createSlots(WAITERS_MAX, `${WAITERS_MAX} requests wait already: ask again without wait, or later.`);
  const streams = createSlots(STREAMS_MAX, `${STREAMS_MAX} streams are open already: close some, or try again later.`);

  /**
   * Events as the webhooks carry them, from the oldest that is kept on. `nextCursor` is never null: asking with it again later goes on where this page ended.
   * `hasMore` says that it is worth asking at once; under a filter a page can be empty and yet have more.
   */
  const list: RequestHandler = async (req, res) => {
    const { limit, wait, ...query } = queryOf(req, listing);
    const source = await eventSource(query, deps);
    const isOver = query.until !== undefined && query.until <= deps.clock();
    const page =
      wait === 0 || isOver
        ? await source.read(source.start, limit)
        : await waiters.run(() => waitForEvents(source, limit, wait * 1000, deps.feed, untilOver(res, deps.stopping)));
    if (!res.destroyed) res.type('json').send(render(page));
  };

  /** The same as Server-Sent Events, for as long as the client stays. */
  const stream: RequestHandler = async (req, res) => {
    const query = queryOf(req, streaming);
    // A browser that connects again keeps the address, and with it where it began at first.
    const lastEventId = req.get('last-event-id');
    const resumed = lastEventId === undefined ? query : { ...query, after: lastEventId, afterSeq: undefined };
    const source = await eventSource(resumed, deps);
    await streams.run(() => streamEvents(source, res, deps));
  };

  return { list, stream };
}

/** The first page that is not empty, or the last one that is when the time is up. */
async function waitForEvents(
  source: EventSource,
  limit: number,
  waitMs: number,
  feed: Feed,
  over: AbortSignal,
): Promise<SourcePage> {
  const until = performance.now() + waitMs;
  for (let cursor = source.start; ;) {
    const { news } = feed;
    const page = await source.read(cursor, limit);
    const restMs = until - performance.now();
    if (page.events.length > 0 || restMs <= 0 || over.aborted) return page;
    cursor = page.cursor;
    if (page.hasMore) await othersTurn();
    else await feed.wait(news, restMs, over);
  }
}

async function streamEvents(source: EventSource, res: Response, { feed, stopping }: AdminDeps): Promise<void> {
  const over = untilOver(res, stopping);
  res.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  res.flushHeaders();
  for (let cursor = source.start; !over.aborted;) {
    const { news } = feed;
    const page = await source.read(cursor, STREAM_PAGE);
    for (const event of page.events) {
      await write(res, `id: ${event.cursor}\nevent: ${event.type}\ndata: ${event.body}\n\n`, over);
    }
    cursor = page.cursor;
    if (page.hasMore) {
      await othersTurn();
      continue;
    }
    await feed.wait(news, HEARTBEAT_MS, over);
    // With the cursor, so that a client that reconnects need not pass over again what its filter left out.
    if (feed.news === news) await write(res, `: heartbeat\nid: ${cursor}\n\n`, over);
  }
  res.end();
}

/** The events' stored JSON as it is: what is pulled is byte for byte what is pushed. */
const render = ({ events, cursor, hasMore }: SourcePage): string =>
  `{"data":[${events.map(({ body }) => body).join(',')}],"nextCursor":${JSON.stringify(cursor)},"hasMore":${hasMore}}`;
