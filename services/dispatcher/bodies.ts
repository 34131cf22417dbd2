import type { Clock } from '../../shared/runtime/clock.js';
import type { EventReader } from '../../shared/store/port.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { readEvents } from './stored-events.js';

/** What is kept in memory of events that were just read from the log, for all endpoints that get them. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** And for how long: later on, an event is sent as it is in the store, where its personal data may have been erased. */
const KEPT_MS = 60_000;

/** What is sent of an event. */
export interface Content {
  readonly body: Buffer;
  /** See `StoredEvent`. */
  readonly traceparent: string | undefined;
}

/** The bytes of events on their way: of the delivery itself, from memory when they have just come from the log, or from the store. */
export interface Bodies {
  keep(eventId: string, body: string, traceparent?: string): void;
  /** By event id. An event that is not in the store is left out. */
  of(deliveries: readonly Delivery[]): Promise<Map<string, Content>>;
}

export function createBodies(events: Pick<EventReader, 'ofDirectory'>, clock: Clock, keptBytes = KEPT_BYTES): Bodies {
  const kept = new Map<string, Content & { readonly since: number }>();
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
  const keep = (eventId: string, text: string, traceparent?: string): Content => {
    const known = kept.get(eventId);
    if (known !== undefined) return known;
    const content = { body: Buffer.from(text), traceparent, since: clock() };
    kept.set(eventId, content);
    size += content.body.length;
    tidy();
    return content;
  };
  return {
    keep,
    async of(deliveries) {
      tidy();
      const found = new Map<string, Content>();
      const missing = new Map<string, Delivery[]>();
      for (const delivery of deliveries) {
        const { eventId, directoryId } = delivery;
        const own = delivery.body === null ? undefined : { body: Buffer.from(delivery.body), traceparent: undefined };
        const content = own ?? kept.get(eventId);
        if (content !== undefined) found.set(eventId, content);
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
          if (event?.id === eventId) found.set(eventId, keep(eventId, event.body, event.traceparent));
        }
      }
      return found;
    },
  };
}
