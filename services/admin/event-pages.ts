import { committedAt, type StoredEvent } from '../../shared/events/envelope.js';
import { isEverything, selects, type EventSelection } from '../../shared/events/selection.js';
import type { EventReader, PositionedEvent } from '../../shared/store/port.js';
import { START, type LogPlace, type Order } from './event-cursor.js';
import { LIMIT_MAX } from './paging.js';
import { refusePurgedEvents, refusePurgedLog } from './purged.js';

/** How many events one request looks at, when few of them are wanted, and how many it reads at once. */
interface Scan {
  readonly scannedMax: number;
  readonly readMax: number;
}
/** Of all partitions: each is read so far, and most of that only to find which comes next. */
const OF_LOG: Scan = { scannedMax: 1000, readMax: LIMIT_MAX };
const OF_DIRECTORY: Scan = { scannedMax: 5000, readMax: 1000 };

export interface EventPage<Place> {
  /** Each with the place after it. */
  readonly events: readonly { readonly event: StoredEvent; readonly after: Place }[];
  /** Where the next page begins. */
  readonly end: Place;
  readonly hasMore: boolean;
}

/** Which events, and how many at most. */
export interface Reading {
  readonly selection: EventSelection;
  readonly limit: number;
  readonly order: Order;
  /** Whether neither an event of that time (ms) nor what comes after it on the page is wanted. */
  readonly isOver: ((committedAt: number) => boolean) | undefined;
}

/** The next events of one directory. `place` and `end` are a `seq`. Oldest first, throws 410 when some of them are purged. */
export async function readDirectory(
  reader: EventReader,
  directoryId: string,
  place: number,
  reading: Reading,
): Promise<EventPage<number>> {
  const read = async (seq: number, count: number) => {
    if (reading.order === 'desc') return reader.ofDirectoryBefore(directoryId, seq, count);
    const found = await reader.ofDirectory(directoryId, seq, count);
    refusePurgedEvents(found, seq);
    return found;
  };
  return fill(place, { ...reading, ...OF_DIRECTORY }, read, (_seq, event) => event.seq);
}

/**
 * The next events of all partitions, merged by the time in their ids. Each partition keeps its own order, and so each
 * directory's `seq` grows, or falls. Oldest first, throws 410 when some of them are purged.
 */
export async function readLog(
  reader: EventReader,
  partitions: number,
  start: LogPlace,
  reading: Reading,
): Promise<EventPage<LogPlace>> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const { order } = reading;
  const read = async (place: LogPlace, count: number): Promise<readonly Located[]> => {
    const queues = await Promise.all(
      all.map(async (partition) => {
        const from = place.get(partition) ?? START;
        const found = await (order === 'asc'
          ? reader.after(partition, from, count)
          : reader.before(partition, from, count));
        return found.map((event) => ({ ...event, partition }));
      }),
    );
    return merge(queues, count, order);
  };
  const page = await fill(start, { ...reading, ...OF_LOG }, read, (place, { partition, position, index }) =>
    new Map(place).set(partition, { position, index }),
  );
  if (order === 'asc') await refusePurgedLog(reader, partitions, start);
  return page;
}

interface Located extends PositionedEvent {
  readonly partition: number;
}

/** Reads on until the page is full, the end is reached or enough was looked at. */
async function fill<Place, Event extends StoredEvent>(
  start: Place,
  { selection, limit, isOver, scannedMax, readMax }: Reading & Scan,
  read: (place: Place, count: number) => Promise<readonly Event[]>,
  step: (place: Place, event: Event) => Place,
): Promise<EventPage<Place>> {
  let count = isEverything(selection) ? limit : LIMIT_MAX;
  const events: { event: Event; after: Place }[] = [];
  let end = start;
  for (let scanned = 0; scanned < scannedMax;) {
    const found = await read(end, count);
    for (const event of found) {
      if (isOver?.(committedAt(event)) === true) return { events, end, hasMore: false };
      end = step(end, event);
      if (selects(selection, event) && events.push({ event, after: end }) === limit)
        return { events, end, hasMore: true };
    }
    if (found.length < count) return { events, end, hasMore: false };
    scanned += found.length;
    count = Math.min(count * 2, readMax);
  }
  return { events, end, hasMore: true };
}

/** The first `limit` of several queues, the oldest id among their heads first, or the newest. */
function merge(queues: readonly (readonly Located[])[], limit: number, order: Order): Located[] {
  const isBefore = (a: Located, b: Located): boolean => (order === 'asc' ? a.id < b.id : a.id > b.id);
  const heads = queues.map(() => 0);
  const merged: Located[] = [];
  while (merged.length < limit) {
    let next: { queue: number; event: Located } | undefined;
    for (const [queue, events] of queues.entries()) {
      const event = events[heads[queue] ?? 0];
      if (event !== undefined && (next === undefined || isBefore(event, next.event))) next = { queue, event };
    }
    if (next === undefined) break;
    heads[next.queue] = (heads[next.queue] ?? 0) + 1;
    merged.push(next.event);
  }
  return merged;
}
