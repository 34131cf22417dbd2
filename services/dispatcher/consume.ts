import type { ConsumedRecord } from '../../shared/event-log/port.js';
import type { StoredEvent } from '../../shared/events/envelope.js';
import type { DirectoryEvent } from '../../shared/events/event.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { failPoint } from '../../shared/runtime/fail-point.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { EventReader } from '../../shared/store/port.js';
import type { Endpoint } from '../../shared/store/registry.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import type { Bodies } from './bodies.js';
import type { Endpoints } from './endpoints.js';
import type { DispatcherMetrics } from './metrics.js';
import { fanOut, mayBeFor, type PlacedEvent } from './fan-out.js';
import { readEvents } from './stored-events.js';

export interface ConsumeDeps {
  readonly deliveries: Pick<DeliveryStore, 'insert' | 'progress'>;
  readonly events: Pick<EventReader, 'ofDirectory'>;
  readonly endpoints: Pick<Endpoints, 'read'>;
  readonly bodies: Bodies;
  readonly metrics: Pick<DispatcherMetrics, 'consumed'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of the rows once they are in the store. */
  readonly onInserted: (partition: number, deliveries: readonly Delivery[]) => void;
  /** Told that the store may have rows that `onInserted` was never told of. */
  readonly onUnsure: (partition: number) => void;
}

/** More than a batch of the log has, so that only a long gap takes several writes. */
const EVENTS_PER_WRITE = 1000;

type Known = Pick<ConsumedRecord, 'directoryId' | 'eventId' | 'type' | 'seq' | 'body' | 'traceparent'>;

/** Events up to which each directory has been consumed, `seq` by directory. */
type Progress = Map<string, number>;

/**
 * Turns records into delivery rows, in one write with each directory's progress. What was consumed before is dropped; what the
 * log has lost is taken from the store. Throws when the store fails: the records come again.
 */
export function createConsumption(deps: ConsumeDeps) {
  const { deliveries, endpoints, clock } = deps;

  const write = async (
    partition: number,
    events: readonly PlacedEvent[],
    subscribers: readonly Endpoint[],
    progress: Progress,
  ): Promise<void> => {
    const rows = fanOut(events, subscribers, clock());
    failPoint('fan-out.received');
    try {
      await deliveries.insert(
        rows,
        [...progress].map(([directoryId, seq]) => ({ directoryId, seq })),
      );
    } catch (error) {
      deps.onUnsure(partition); // they may be written all the same
      throw error;
    }
    failPoint('fan-out.written');
    for (const { event } of events.slice(0, 1)) deps.metrics.consumed(clock() - Date.parse(event.timestamp));
    deps.onInserted(partition, rows);
  };

  return async (partition: number, records: readonly ConsumedRecord[]): Promise<void> => {
    const reached: Progress = await deliveries.progress([...new Set(records.map(({ directoryId }) => directoryId))]);
    // Written by a former owner whose handler ended late, or by a call whose answer was lost.
    if (records.some(({ directoryId, seq }) => seq <= (reached.get(directoryId) ?? 0))) deps.onUnsure(partition);
    const subscribers = await endpoints.read();
    let moved: Progress = new Map();
    let fresh: PlacedEvent[] = [];
    const repeated: ConsumedRecord[] = [];
    for (const record of records) {
      const { directoryId, seq, offset } = record;
      const before = reached.get(directoryId) ?? 0;
      if (seq <= before) {
        repeated.push(record);
        continue;
      }
      for await (const known of complete(record, before, deps)) {
        // What nobody subscribes to need not be read.
        const isWanted = subscribers.some((endpoint) => mayBeFor(endpoint, known));
        const event = isWanted ? await eventOf(known, deps) : undefined;
        if (event !== undefined) fresh.push({ event, partition, offset });
        moved.set(directoryId, known.seq);
        if (fresh.length < EVENTS_PER_WRITE) continue;
        await write(partition, fresh, subscribers, moved);
        fresh = [];
        moved = new Map();
      }
      reached.set(directoryId, seq);
      moved.set(directoryId, seq);
    }
    if (moved.size > 0) await write(partition, fresh, subscribers, moved);
    await checkRepeated(repeated, deps);
  };
}

/** The record, and before it the events between the last one consumed and this one, which the log has lost. */
async function* complete(record: ConsumedRecord, before: number, deps: ConsumeDeps): AsyncGenerator<Known> {
  const { directoryId, seq } = record;
  if (seq > before + 1) {
    deps.logger.error(
      { directoryId, afterSeq: before, seq },
      'The event log has lost events; they are taken from the store.',
    );
  }
  let reached = before;
  while (reached < seq - 1) {
    const page = await deps.events.ofDirectory(directoryId, reached, Math.min(seq - 1 - reached, EVENTS_PER_WRITE));
    const lost = page.find((event, index) => event.seq !== reached + 1 + index)?.seq;
    if (page.length === 0 || lost !== undefined) {
      const upTo = (lost ?? seq) - 1;
      deps.logger.error(
        { directoryId, upTo },
        'Events are neither in the event log nor in the store; they are not delivered.',
      );
    }
    for (const event of page) yield knownOf(directoryId, event);
    reached = page.at(-1)?.seq ?? seq;
  }
  yield record;
}

const knownOf = (directoryId: string, { id, ...event }: StoredEvent): Known => ({ directoryId, eventId: id, ...event });

/** The event of a record; the store's, when the log has something else under its name. */
async function eventOf(known: Known, { events, bodies, logger }: ConsumeDeps): Promise<DirectoryEvent | undefined> {
  const { directoryId, seq } = known;
  const event = parse(known);
  if (event !== undefined) {
    bodies.keep(event.id, known.body, known.traceparent);
    return event;
  }
  const stored = (await readEvents(events, directoryId, [seq])).get(seq);
  const fromStore = stored === undefined ? undefined : parse(knownOf(directoryId, stored));
  const remedy = fromStore === undefined ? 'and the store has none: nothing is delivered' : 'the store has it';
  logger.error({ directoryId, seq }, `A record of the event log is not the event that it names; ${remedy}.`);
  return fromStore;
}

function parse({ directoryId, eventId, type, seq, body }: Known): DirectoryEvent | undefined {
  try {
    const event = JSON.parse(body) as DirectoryEvent;
    const isNamed = event.id === eventId && event.type === type && event.seq === seq;
    return isNamed && event.directoryId === directoryId ? event : undefined;
  } catch {
    return undefined;
  }
}

/** A record may come twice; two events under one `seq` must never be. */
async function checkRepeated(repeated: readonly ConsumedRecord[], { events, logger }: ConsumeDeps): Promise<void> {
  for (const directoryId of new Set(repeated.map((record) => record.directoryId))) {
    const own = repeated.filter((record) => record.directoryId === directoryId);
    const stored = await readEvents(
      events,
      directoryId,
      own.map(({ seq }) => seq),
    );
    for (const { seq, eventId } of own) {
      const event = stored.get(seq);
      if (event === undefined || event.id === eventId) continue;
      logger.error(
        { directoryId, seq, eventId, storedEventId: event.id },
        'Two events have the same seq; the second is dropped.',
      );
    }
  }
}
