import { z } from 'zod';
import type { EventSelection } from '../../shared/events/selection.js';
import { DIRECTORY_PATTERNS } from '../../shared/events/selection.js';
import type { AdminDeps } from './deps.js';
import { knownDirectory } from './directory.js';
import { directoryCursor, directoryCursorAt, logCursor, logCursorAt } from './event-cursor.js';
import { readDirectory, readLog, type EventPage } from './event-pages.js';
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

export async function eventSource(query: EventQuery, deps: Deps): Promise<EventSource> {
  const { type: types, directoryId, after, afterSeq, ...asked } = query;
  const selection = { ...asked, organizationId: asked.organizationId ?? deps.organizationId };
  if (afterSeq !== undefined && directoryId === undefined) {
    throw invalid({ field: 'afterSeq', message: 'counts the events of one directory; name it in directoryId' });
  }
  if (afterSeq !== undefined && after !== undefined) {
    throw invalid({ field: 'afterSeq', message: 'and after both say where to begin; send one of them' });
  }
  if (selection.since !== undefined && selection.until !== undefined && selection.until <= selection.since) {
    throw invalid({ field: 'until', message: 'must be later than since' });
  }
  return directoryId === undefined
    ? logSource({ ...selection, types }, after, deps)
    : directorySource({ ...selection, types }, directoryId, { after, afterSeq }, deps);
}

async function directorySource(
  selection: EventSelection,
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
  const { since, until } = selection;
  const first = async (): Promise<number> =>
    (since === undefined ? undefined : await events.seqAt(directoryId, since - 1)) ??
    (await oldestSeq(events, directoryId));
  const start = after === undefined ? (afterSeq ?? (await first())) : directoryCursor(after, directoryId);
  const render = (seq: number): string => directoryCursorAt(directoryId, seq);
  return {
    start: render(start),
    async read(cursor, limit) {
      const place = directoryCursor(cursor, directoryId);
      return rendered(await readDirectory(events, directoryId, place, { limit, selection, endsAt: until }), render);
    },
  };
}

async function logSource(
  selection: EventSelection,
  after: string | undefined,
  { events, partitions }: Deps,
): Promise<EventSource> {
  const { since, until } = selection;
  const start =
    after === undefined
      ? await oldestPlace(events, partitions, since === undefined ? undefined : since - CLOCKS_APART_MS)
      : logCursor(after);
  const endsAt = until === undefined ? undefined : until + CLOCKS_APART_MS;
  return {
    start: logCursorAt(start),
    async read(cursor, limit) {
      return rendered(await readLog(events, partitions, logCursor(cursor), { limit, selection, endsAt }), logCursorAt);
    },
  };
}

const rendered = <Place>(page: EventPage<Place>, cursorAt: (place: Place) => string): SourcePage => ({
  events: page.events.map(({ event: { type, body }, after }) => ({ type, body, cursor: cursorAt(after) })),
  cursor: cursorAt(page.end),
  hasMore: page.hasMore,
});
