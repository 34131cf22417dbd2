import type { DirectoryEvent, OperationalEvent } from './event.js';

/** An event as a commit carries it: numbered, and serialized once. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  /** The event's JSON: webhook body and Kafka value, byte for byte. */
  readonly body: string;
  /** Of the request that caused it, where that had one; see trace-context. */
  readonly traceparent?: string;
}

type Distribute<Event> = Event extends unknown
  ? Omit<Event, 'id' | 'timestamp' | 'seq' | 'organizationId' | 'directoryId'>
  : never;

/** An event before it is numbered: what happened, and which request caused it. */
export type EventDraft = Distribute<DirectoryEvent>;

/** What happened outside of all directories' chains. */
export type OperationalDraft = Distribute<OperationalEvent>;

/** Which directories it concerns, and when it happened. */
export type OperationalPlace = Pick<OperationalEvent, 'id' | 'timestamp' | 'organizationId' | 'directoryId'>;

/** Where and when a draft becomes an event. */
export interface EventPlace {
  readonly id: string;
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly organizationId: string;
  readonly directoryId: string;
  readonly traceparent?: string | undefined;
}

/** Numbers a draft and serializes it, once for every receiver. Field order is the documented one. */
export function storeEvent(draft: EventDraft, place: EventPlace): StoredEvent {
  const { id, seq, timestamp, organizationId, directoryId, traceparent } = place;
  const previous = 'previous' in draft ? { previous: draft.previous } : {};
  const body = JSON.stringify({
    id,
    type: draft.type,
    timestamp,
    organizationId,
    directoryId,
    seq,
    data: draft.data,
    ...previous,
    cause: draft.cause,
  });
  const event = { id, type: draft.type, seq, body };
  return traceparent === undefined ? event : { ...event, traceparent };
}

/** An operational event, with its fields in the documented order. Its body is its JSON. */
export const operationalEvent = (
  { type, data, cause }: OperationalDraft,
  { id, timestamp, organizationId, directoryId }: OperationalPlace,
) => ({ id, type, timestamp, organizationId, directoryId, seq: null, data, cause }) as OperationalEvent;

/** When it was committed; milliseconds. */
export const committedAt = ({ body }: Pick<StoredEvent, 'body'>): number =>
  Date.parse((JSON.parse(body) as DirectoryEvent).timestamp);
