import type { Clock } from '../../shared/runtime/clock.js';
import type { EventReader } from '../../shared/store/port.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { readEvents } from './stored-events.js';

/** What is kept in memory of events that were just read from the log, for all endpoints that get them. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** And for how long: later on, an event is sent as it is in the store, where its personal data may have been erased. */
const KEPT_MS = 60_000;

/** The bytes of events on their way: of the delivery itself, from memory when they have just come from the log, or from the store. */
export interface Bodies {
  keep(eventId: string, body: string): void;
  /** By event id. An event that is not in the store is left out. */
  of(deliveries: readonly Delivery[]): Promise<Map<string, Buffer>>;
}

export function createBodies(events: Pick<EventReader, 'ofDirectory'>, clock: Clock, keptBytes = KEPT_BYTES): Bodies {
  const kept = new Map<string, { readonly body: Buffer; readonly since: number }>();
  let size = 0;
  /** The oldest go first: they have been sent, or wait for a retry and can be read again. */
  const tidy = (): void => {
    const before = clock() - KEPT_MS;
    for (const [oldest, { body, since }] of kept) {
      if (size <= keptBytes && since > before) break;
      kept.delete(oldest);
      size -= body.length;
    }
  };
  const keep = (eventId: string, text: string): Buffer => {
    const known = kept.get(eventId);
    if (known !== undefined) return known.body;
    const body = Buffer.from(text);
    kept.set(eventId, { body, since: clock() });
    size += body.length;
    tidy();
    return body;
  };
  return {
    keep,
    async of(deliveries) {
      tidy();
      const found = new Map<string, Buffer>();
      const missing = new Map<string, Delivery[]>();
      for (const delivery of deliveries) {
        const { eventId, directoryId } = delivery;
        const body = delivery.body === null ? kept.get(eventId)?.body : Buffer.from(delivery.body);
        if (body !== undefined) found.set(eventId, body);
        else if (directoryId !== null) missing.set(directoryId, [...(missing.get(directoryId) ?? []), delivery]);
      }
      for (const [directoryId, wanted] of missing) {
        const stored = await readEvents(
          events,
          directoryId,
          wanted.map(({ seq }) => seq),
        );
        for (const { eventId, seq } of wanted) {
          const event = stored.get(seq);
          if (event?.id === eventId) found.set(eventId, keep(eventId, event.body));
        }
      }
      return found;
    },
  };
}
