import { hash } from 'node:crypto';

/**
 * The life of a delivery (one event × one endpoint).
 *
 *   pending ──▶ sending ──▶ delivered
 *                  │  ▲
 *                  ▼  │
 *               retrying ──▶ parked      its retries are spent; later deliveries that share a lane key wait
 *   pending ◀──▶ blocked                 waits for an earlier delivery that shares a lane key and is retrying or parked, or is
 *                                        itself one of very many that wait
 *   pending ◀──▶ held                    its endpoint is disabled; resumes where it stopped
 *   any open ──▶ canceled                its endpoint is gone, or an operator skipped it
 *   delivered, parked, canceled ──▶ pending   replayed by hand, under the same webhook-id
 */
export const DELIVERY_STATUSES = [
  'pending',
  'sending',
  'delivered',
  'retrying',
  'blocked',
  'parked',
  'held',
  'canceled',
] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What the dispatcher still has to work on; `held` and `parked` wait for a person. */
export const OPEN_STATUSES: readonly DeliveryStatus[] = ['pending', 'sending', 'retrying', 'blocked'];

/** What a replay sends again; the others are on their way, or will be. */
export const REPLAYABLE_STATUSES: readonly DeliveryStatus[] = ['delivered', 'canceled', 'parked'];

/** What can still be delivered: the open ones, and those that wait for a person. */
export const UNFINISHED_STATUSES: readonly DeliveryStatus[] = [...OPEN_STATUSES, 'parked', 'held'];

export interface Delivery {
  /** See `deliveryId`. */
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly endpointId: string;
  /** Null where an operational event concerns more than one. */
  readonly organizationId: string | null;
  readonly directoryId: string | null;
  readonly partition: number;
  /**
   * Place of the event's record in its log partition; with `seq` the order in which an endpoint's deliveries are worked through. An
   * operational event has a place before the log, see `placeBeforeLog`.
   */
  readonly offset: number;
  readonly seq: number;
  /** See `laneKeys` in shared/events. */
  readonly laneKeys: readonly string[];
  /** Of an operational event, which is in no commit: the message. Null: the event of that directory and `seq` is the message. */
  readonly body: string | null;
  readonly status: DeliveryStatus;
  /** Attempts so far in the present run of the retry schedule. */
  readonly attempts: number;
  /** When the next attempt is due; null when none is planned. */
  readonly nextAttemptAt: number | null;
  /** While `sending`: who sends, and until when nobody else may. */
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  /** Why the last attempt failed, in words; null before and after success. */
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One HTTP request of a delivery. */
export interface Attempt {
  readonly id: string;
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  /** Why it failed, in words; null for a success. */
  readonly error: string | null;
  /** The first 4 KiB of the answer, as text. */
  readonly response: string;
}

/** When the event of a UUID of version 7 was made, in milliseconds: its first 48 bits. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/**
 * The one id that a delivery of this event to this endpoint can have, so that inserting it twice is inserting it once.
 * UUID version 8: the first 48 bits are the event id's time, so that listing by id lists by time.
 */
export const deliveryId = (eventId: string, endpointId: string): string =>
  derivedId(eventId.slice(0, 13), eventId, endpointId);

/** The one id that an event which is told of these, at that time (ms), can have; likewise a UUID of version 8. */
export const eventIdOf = (time: number, ...about: readonly string[]): string => derivedId(idAt(time), ...about);

/** What ids of that time (ms) begin with (RFC 9562 section 5.7): those of earlier times are below it. */
export function idAt(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function derivedId(prefix: string, ...parts: readonly string[]): string {
  const digest = hash('sha256', parts.join(''), 'hex');
  return `${prefix}-8${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/**
 * The place of an operational event's delivery among those of its endpoint and partition. The log has no record of it, and it must
 * not be taken for having been read up to some record; so it stands before all records, found by looking at everything anew, as a
 * replayed delivery is. Each has a `seq` of its own there, 52 bits of its id, since whoever reads in pages goes on after a place.
 */
export const placeBeforeLog = (eventId: string): Pick<Delivery, 'offset' | 'seq'> => ({
  offset: -1,
  seq: Number.parseInt(hash('sha256', eventId, 'hex').slice(0, 13), 16),
});

/** The `seq` of its event in the directory; null of an operational event. */
export const seqOf = ({ body, seq }: Pick<Delivery, 'body' | 'seq'>): number | null => (body === null ? seq : null);
