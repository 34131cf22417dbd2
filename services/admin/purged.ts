import { iso } from '../../shared/events/timestamp.js';
import type { StoredEvent } from '../../shared/events/envelope.js';
import type { EventReader, LogCursor } from '../../shared/store/port.js';
import { afterPosition } from '../../shared/store/seek.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { START, type LogPlace } from './event-cursor.js';
import { Problem } from './problem.js';

const FIX =
  'read the present users and groups (GET /v1/directories/:id/users and …/groups), then go on without a cursor from the oldest event that is left';

/** Where a reader without a cursor begins: with the oldest events that are left, or those of `since` (ms) where they are younger. */
export async function oldestPlace(
  reader: Pick<EventReader, 'logStart' | 'placeAt'>,
  partitions: number,
  since: number | undefined,
): Promise<LogPlace> {
  const starts = await allStarts(reader, partitions);
  const places = starts.map(async (start, partition): Promise<[number, LogCursor]> => {
    const oldest = start === 0 ? START : afterPosition(start);
    const asked = since === undefined ? oldest : await reader.placeAt(partition, since);
    return [partition, asked.position > oldest.position ? asked : oldest];
  });
  return new Map((await Promise.all(places)).filter(([, { position }]) => position > 0));
}

/** To be asked after the events were read: what is purged in between was missed. Throws 410. */
export async function refusePurgedLog(reader: EventReader, partitions: number, after: LogPlace): Promise<void> {
  const starts = await allStarts(reader, partitions);
  for (const [partition, start] of starts.entries()) {
    if (start === 0 || (after.get(partition) ?? START).position > start) continue;
    const [oldest] = await reader.after(partition, START, 1);
    throw purged(
      oldest === undefined ? 'none of its partition is left' : `the oldest of its partition is ${told(oldest)}`,
    );
  }
}

/** Where a reader without a cursor begins: the `seq` before the oldest event that is left. */
export async function oldestSeq(reader: Pick<EventReader, 'ofDirectory'>, directoryId: string): Promise<number> {
  const [oldest] = await reader.ofDirectory(directoryId, 0, 1);
  return (oldest?.seq ?? 1) - 1;
}

/** Events of a directory are numbered without a gap: where one is missing, retention has removed it. */
export const afterGap = <Event extends Pick<StoredEvent, 'seq'>>(
  events: readonly Event[],
  afterSeq: number,
): Event | undefined => events.find(({ seq }, index) => seq !== afterSeq + 1 + index);

/** Throws 410. */
export function refusePurgedEvents(events: readonly StoredEvent[], afterSeq: number): void {
  const next = afterGap(events, afterSeq);
  if (next !== undefined) throw purged(`the oldest of the directory is ${told(next)}`);
}

/** A delivery is sent from its event, unless it has a body of its own. Throws 410. */
export async function refusePurgedEvent(
  reader: Pick<EventReader, 'ofDirectory'>,
  { directoryId, seq, eventId, body }: Pick<Delivery, 'directoryId' | 'seq' | 'eventId' | 'body'>,
): Promise<void> {
  if (body !== null || directoryId === null) return;
  const [event] = await reader.ofDirectory(directoryId, seq - 1, 1);
  if (event?.id === eventId) return;
  throw new Problem(
    'purged',
    'The event of the delivery is not kept any more, so that it cannot be sent again; read the present users and groups instead.',
  );
}

/** `what` says what is left. */
const purged = (what: string): Problem =>
  new Problem('purged', `Events after this cursor are not kept any more; ${what}. To go on, ${FIX}.`);

/** An event's seq and time, as the reader will find them. */
function told({ body, seq }: StoredEvent): string {
  const { timestamp } = JSON.parse(body) as { timestamp?: unknown };
  return `seq ${seq}${typeof timestamp === 'string' ? ` of ${iso(Date.parse(timestamp))}` : ''}`;
}

const allStarts = (reader: Pick<EventReader, 'logStart'>, partitions: number): Promise<number[]> =>
  Promise.all(Array.from({ length: partitions }, (_, partition) => reader.logStart(partition)));
