import * as z from 'zod';
import type { EventSelection } from '../../shared/events/selection.js';
import { DIRECTORY_PATTERNS } from '../../shared/events/selection.js';
import { afterPosition } from '../../shared/store/seek.js';
import type { AdminDeps } from './deps.js';
import { knownDirectory } from './directory.js';
import {
  directoryCursor,
  directoryCursorAt,
  logCursor,
  logCursorAt,
  type LogPlace,
  type Order,
} from './event-cursor.js';
import { readDirectory, readLog, type EventPage, type Reading } from './event-pages.js';
import { cursor, id, oneOrMore, time, wholeNumber } from './fields.js';
import { invalid } from './problem.js';
import { oldestPlace, oldestSeq } from './purged.js';

/** Which events a request asks for, and after which one it begins. */
export const eventParameters = {
  after: cursor.optional().meta({ description: 'The `nextCursor` of an earlier answer: only what comes after it' }),
  afterSeq: wholeNumber(0, 999_999_999)
    .optional()
    .meta({ description: 'With `directoryId`: only what comes after the event with that `seq`' }),
  directoryId: id.optional().meta({ description: 'Only events of this directory' }),
  organizationId: id.optional().meta({ description: "Only events of this organization's directories" }),
  resourceId: id.optional().meta({ description: 'Only events about this user, group or directory' }),
  type: oneOrMore(z.enum(DIRECTORY_PATTERNS), DIRECTORY_PATTERNS.length).meta({
    description: 'Only these types: `user.created`, `user.*`; may be repeated',
  }),
  since: time.optional().meta({ description: 'Only what was committed at that time or later' }),
  until: time.optional().meta({ description: 'Only what was committed before that time' }),
};

export interface EventQuery extends Omit<EventSelection, 'types'> {
  readonly after?: string | undefined;
  /** Of the directory's events: a place that any receiver knows. */
  readonly afterSeq?: number | undefined;
  readonly directoryId?: string | undefined;
  readonly type: readonly string[];
}

export interface SourcePage {
  /** Each with the cursor after it. */
  readonly events: readonly { readonly type: string; readonly body: string; readonly cursor: string }[];
  /** Where the next page begins. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** The events that a request asks for, page by page. */
export interface EventSource {
  /** Where the first page begins. */
  readonly start: string;
  read(cursor: string, limit: number): Promise<SourcePage>;
}

type Deps = Pick<AdminDeps, 'events' | 'registry' | 'partitions' | 'organizationId'>;

/** How far the clocks of processes that write may be apart, for filters by time over all directories. */
const CLOCKS_APART_MS = 600_000;

export async function eventSource(query: EventQuery, order: Order, deps: Deps): Promise<EventSource> {
  const { type: types, directoryId, after, afterSeq, ...asked } = query;
  const selection = { ...asked, organizationId: asked.organizationId ?? deps.organizationId };
  if (afterSeq !== undefined && directoryId === undefined) {
    throw invalid({ field: 'afterSeq', message: 'counts the events of one directory; name it in directoryId' });
  }
  if (afterSeq !== undefined && order === 'desc') {
    throw invalid({
      field: 'afterSeq',
      message: 'says where to begin with the oldest first; leave order out, or use after',
    });
  }
  if (afterSeq !== undefined && after !== undefined) {
    throw invalid({ field: 'afterSeq', message: 'and after both say where to begin; send one of them' });
  }
  if (selection.since !== undefined && selection.until !== undefined && selection.until <= selection.since) {
    throw invalid({ field: 'until', message: 'must be later than since' });
  }
  const ordered = { ...selection, types };
  return directoryId === undefined
    ? logSource(ordered, order, after, deps)
    : directorySource(ordered, order, directoryId, { after, afterSeq }, deps);
}

async function directorySource(
  selection: EventSelection,
  order: Order,
  directoryId: string,
  { after, afterSeq }: Pick<EventQuery, 'after' | 'afterSeq'>,
  deps: Deps,
): Promise<EventSource> {
  const { events } = deps;
  const { organizationId: owner } = await knownDirectory(directoryId, deps);
  if (selection.organizationId !== undefined && selection.organizationId !== owner) {
    throw invalid({
      field: 'directoryId',
      message: `names a directory of another organization, ${owner}; leave organizationId out`,
    });
  }
  const first = order === 'asc' ? oldestOf : newestOf;
  const start =
    after === undefined
      ? (afterSeq ?? (await first(events, directoryId, selection)))
      : directoryCursor(after, directoryId, order);
  const render = (seq: number): string => directoryCursorAt(directoryId, seq, order);
  const isOver = endOf(selection, order, 0);
  return {
    start: render(start),
    async read(cursor, limit) {
      const place = directoryCursor(cursor, directoryId, order);
      return rendered(await readDirectory(events, directoryId, place, { limit, selection, order, isOver }), render);
    },
  };
}

/** The `seq` before the first event of the selection's times. */
const oldestOf = async (events: Deps['events'], directoryId: string, { since }: EventSelection): Promise<number> =>
  (since === undefined ? undefined : await events.seqAt(directoryId, since - 1)) ?? oldestSeq(events, directoryId);

/** The `seq` after the last one of them. */
async function newestOf(events: Deps['events'], directoryId: string, { until }: EventSelection): Promise<number> {
  if (until !== undefined) return ((await events.seqAt(directoryId, until - 1)) ?? 0) + 1;
  const [newest] = await events.ofDirectoryBefore(directoryId, Number.MAX_SAFE_INTEGER, 1);
  return (newest?.seq ?? 0) + 1;
}

async function logSource(
  selection: EventSelection,
  order: Order,
  after: string | undefined,
  { events, partitions }: Deps,
): Promise<EventSource> {
  const { since, until } = selection;
  const first = (): Promise<LogPlace> =>
    order === 'asc'
      ? oldestPlace(events, partitions, since === undefined ? undefined : since - CLOCKS_APART_MS)
      : newestPlace(events, partitions, until === undefined ? undefined : until + CLOCKS_APART_MS);
  const start = after === undefined ? await first() : logCursor(after, order);
  const render = (place: LogPlace): string => logCursorAt(place, order);
  const isOver = endOf(selection, order, CLOCKS_APART_MS);
  return {
    start: render(start),
    async read(cursor, limit) {
      const reading = { limit, selection, order, isOver };
      return rendered(await readLog(events, partitions, logCursor(cursor, order), reading), render);
    },
  };
}

/** After every event that there is by now, or was at that time (ms). */
async function newestPlace(events: Deps['events'], partitions: number, until: number | undefined): Promise<LogPlace> {
  const places = Array.from({ length: partitions }, async (_, partition) => {
    const place =
      until === undefined ? afterPosition(await events.tail(partition)) : await events.placeAt(partition, until);
    return [partition, place] as const;
  });
  return new Map(await Promise.all(places));
}

/** From where on nothing more of the selection's times comes. */
function endOf({ since, until }: EventSelection, order: Order, apartMs: number): Reading['isOver'] {
  if (order === 'asc') return until === undefined ? undefined : (at) => at >= until + apartMs;
  return since === undefined ? undefined : (at) => at < since - apartMs;
}

const rendered = <Place>(page: EventPage<Place>, cursorAt: (place: Place) => string): SourcePage => ({
  events: page.events.map(({ event: { type, body }, after }) => ({ type, body, cursor: cursorAt(after) })),
  cursor: cursorAt(page.end),
  hasMore: page.hasMore,
});
