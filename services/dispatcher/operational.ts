import { operationalEvent } from '../../shared/events/envelope.js';
import type { OperationalEvent } from '../../shared/events/event.js';
import { iso } from '../../shared/events/timestamp.js';
import type { Disabling, Endpoint } from '../../shared/store/registry.js';
import { eventIdOf, placeBeforeLog, type Delivery } from '../../shared/webhooks/delivery.js';
import { isFor, newDelivery } from './fan-out.js';

/**
 * Deliveries of operational events, of which no commit tells. Each carries its message, has no lanes, and stands before the log. Made
 * twice of one thing, they have the same ids.
 */

/** Of disablings, which concern no partition; there always is a first one. */
export const DISABLINGS_PARTITION = 0;

/** Those of `delivery.parked`. `last`: id of the last attempt that is on record, which tells one run of the schedule from another. */
export function tellParked(
  delivery: Delivery,
  { attempts, answer, last = '' }: { attempts: number; answer: number | null; last: string | undefined },
  endpoints: readonly Endpoint[],
  now: number,
): Delivery[] {
  const { id, endpointId, eventId, eventType, organizationId, directoryId, partition, seq } = delivery;
  // The time of the attempt as it was planned: a repeated one is told under the same id.
  const plannedAt = Math.max(delivery.createdAt, delivery.nextAttemptAt ?? 0);
  const data = { id, endpointId, eventId, eventType, seq, attempts, answer };
  const event = operationalEvent(
    { type: 'delivery.parked', data, cause: null },
    { id: eventIdOf(plannedAt, id, last), timestamp: iso(now), organizationId, directoryId },
  );
  return deliveriesOf(event, endpointId, partition, endpoints, now);
}

/** Those of `endpoint.disabled`. */
export function tellDisabled(
  { id, organizationId, directoryId }: Endpoint,
  { at, reason, requestId }: Disabling,
  endpoints: readonly Endpoint[],
  now: number,
): Delivery[] {
  const cause = requestId === null ? null : { requestId };
  const event = operationalEvent(
    { type: 'endpoint.disabled', data: { id, reason }, cause },
    { id: eventIdOf(at, id), timestamp: iso(at), organizationId, directoryId },
  );
  return deliveriesOf(event, id, DISABLINGS_PARTITION, endpoints, now);
}

/** One for each endpoint that asks for it and whose scope has all that it concerns, but for the endpoint that it is about. */
function deliveriesOf(
  event: OperationalEvent,
  about: string,
  partition: number,
  endpoints: readonly Endpoint[],
  now: number,
): Delivery[] {
  const place = { partition, ...placeBeforeLog(event.id), laneKeys: [], body: JSON.stringify(event) };
  return endpoints
    .filter((endpoint) => endpoint.id !== about && isFor(endpoint, event))
    .map((endpoint) => newDelivery(event, endpoint, place, now));
}
