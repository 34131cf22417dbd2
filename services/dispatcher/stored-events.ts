import type { StoredEvent } from '../../shared/events/envelope.js';
import type { EventReader } from '../../shared/store/port.js';

const PAGE = 100;

/** Events of a directory from the store, by `seq`; those that are not there (any more) are left out. */
export async function readEvents(
  events: Pick<EventReader, 'ofDirectory'>,
  directoryId: string,
  seqs: readonly number[],
): Promise<Map<number, StoredEvent>> {
  const wanted = new Set(seqs);
  const ordered = [...wanted].sort((a, b) => a - b);
  const found = new Map<number, StoredEvent>();
  const last = ordered.at(-1) ?? 0;
  for (let index = 0; index < ordered.length;) {
    const first = ordered[index] ?? last;
    const page = await events.ofDirectory(directoryId, first - 1, Math.min(last - first + 1, PAGE));
    for (const event of page) if (wanted.has(event.seq)) found.set(event.seq, event);
    const reached = page.at(-1)?.seq ?? last;
    while (index < ordered.length && (ordered[index] ?? last) <= reached) index += 1;
  }
  return found;
}
