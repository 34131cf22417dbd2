import { setImmediate as othersTurn } from 'node:timers/promises';
import * as z from 'zod';
import type { AdminDeps } from '../deps.js';
import { eventParameters, eventSource, type EventSource, type SourcePage } from '../event-source.js';
import type { Feed } from '../feed.js';
import { idOf, timeOf, wholeNumber } from '../fields.js';
import { operation, serverSentEvents, written } from '../operation.js';
import { pageParameters } from '../paging.js';
import { invalid } from '../problem.js';

const WAIT_MAX_S = 30;
/** Proxies cut connections on which nothing comes for a minute or so. */
const HEARTBEAT_MS = 15_000;
const STREAM_PAGE = 100;

export const eventView = z
  .object({
    id: idOf('Of the event; deliveries of one event share it'),
    type: z.string().meta({ description: 'What has happened', examples: ['user.created'] }),
    timestamp: timeOf('When it was committed'),
    organizationId: idOf('Organization that the directory belongs to'),
    directoryId: idOf('Directory that the event is of'),
    seq: z.int().min(1).meta({ description: 'Gapless per directory, from 1' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'By `type`: see `/schemas/events/<type>.json`' }),
    previous: z.record(z.string(), z.unknown()).optional().meta({ description: 'What has changed, as it was' }),
    cause: z.object({ requestId: z.string().meta({ description: 'The request that caused it' }) }),
  })
  .meta({ id: 'Event', description: 'An event of a directory, the same bytes as a webhook’s body' });

const eventPage = z
  .object({
    data: z.array(eventView),
    nextCursor: z.string().meta({ description: 'Never null: asked again with it, what comes later is answered' }),
    hasMore: z
      .boolean()
      .meta({ description: 'Whether it is worth asking at once; a filtered page may be empty and have more' }),
  })
  .meta({ id: 'EventPage' });

export const list = operation({
  id: 'listEvents',
  summary: 'List events as the webhooks carry them, oldest first unless asked otherwise',
  query: {
    ...eventParameters,
    order: z.enum(['asc', 'desc']).default('asc').meta({ description: 'Oldest first, or newest first' }),
    limit: pageParameters.limit,
    wait: wholeNumber(0, WAIT_MAX_S)
      .default(0)
      .meta({ description: 'Seconds to wait for events where there are none' }),
  },
  answers: { 200: written({ 'application/json': eventPage }) },
  refusals: ['not-found', 'purged', 'busy'],
}).by(async ({ deps, query: { limit, wait, order, ...query }, over }) => {
  if (wait > 0 && order === 'desc') {
    throw invalid({ field: 'wait', message: 'is for what comes next; leave it out, or order' });
  }
  const source = await eventSource(query, order, deps);
  const isOver = query.until !== undefined && query.until <= deps.clock();
  const page =
    wait === 0 || isOver
      ? await source.read(source.start, limit)
      : await deps.slots.waits.run(() => waitForEvents(source, limit, wait * 1000, deps.feed, over));
  return { status: 200, type: 'application/json', text: render(page) };
});

export const stream = operation({
  id: 'streamEvents',
  summary: 'Receive events as Server-Sent Events, for as long as the connection lasts',
  description: 'A heartbeat with the cursor comes every 15 s.',
  query: eventParameters,
  headers: {
    'last-event-id': z.string().optional().meta({
      description: 'The `id` of the last event that came: goes on after it. Sent by browsers that connect again.',
    }),
  },
  answers: {
    200: serverSentEvents('id: d~01970c5e…~1\nevent: user.created\ndata: {…}\n\n'),
  },
  refusals: ['not-found', 'purged', 'busy'],
}).by(async ({ deps, query, headers: { 'last-event-id': lastEventId }, over }) => {
  // A browser that connects again keeps the address, and with it where it began at first.
  const resumed = lastEventId === undefined ? query : { ...query, after: lastEventId, afterSeq: undefined };
  const source = await eventSource(resumed, 'asc', deps);
  const text = deps.slots.streams.during(eventStream(source, deps, over));
  return { status: 200, type: 'text/event-stream', text, buffering: 'no' };
});

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

async function* eventStream(
  source: EventSource,
  { feed }: Pick<AdminDeps, 'feed'>,
  over: AbortSignal,
): AsyncGenerator<string, void> {
  let heartbeat = '';
  for (let cursor = source.start; !over.aborted;) {
    // Empty at first: the answer begins at once, before there is an event.
    yield heartbeat;
    const { news } = feed;
    const page = await source.read(cursor, STREAM_PAGE);
    yield page.events.map((event) => `id: ${event.cursor}\nevent: ${event.type}\ndata: ${event.body}\n\n`).join('');
    cursor = page.cursor;
    heartbeat = '';
    if (page.hasMore) {
      await othersTurn();
      continue;
    }
    await feed.wait(news, HEARTBEAT_MS, over);
    // With the cursor, so that a client that reconnects need not pass over again what its filter left out.
    if (feed.news === news) heartbeat = `: heartbeat\nid: ${cursor}\n\n`;
  }
}

/** The events' stored JSON as it is: what is pulled is byte for byte what is pushed. */
const render = ({ events, cursor, hasMore }: SourcePage): string =>
  `{"data":[${events.map(({ body }) => body).join(',')}],"nextCursor":${JSON.stringify(cursor)},"hasMore":${hasMore}}`;
