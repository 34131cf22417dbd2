import { compileDataFilter, type DataFilter } from '../../shared/events/data-filter.js';
import type { DirectoryEvent, WebhookEvent } from '../../shared/events/event.js';
import { matchesType } from '../../shared/events/selection.js';
import { remember } from '../../shared/runtime/remember.js';
import type { Endpoint } from '../../shared/store/registry.js';
import { deliveryId, type Delivery } from '../../shared/webhooks/delivery.js';
import { orderingKeys, type Ordering } from '../../shared/webhooks/ordering.js';

/** An event with the place of its record in the log. */
export interface PlacedEvent {
  readonly event: DirectoryEvent;
  readonly partition: number;
  readonly offset: number;
}

/**
 * The deliveries that events call for: one for each endpoint whose scope has the event's directory and which subscribes to its
 * type and whose filter it passes, in the order of the events. An endpoint that is disabled gets its deliveries all the same, `held` until it is enabled.
 */
export const fanOut = (events: readonly PlacedEvent[], endpoints: readonly Endpoint[], now: number): Delivery[] =>
  events.flatMap(({ event, partition, offset }) => {
    const interested = endpoints.filter((endpoint) => isFor(endpoint, event));
    // Once per event and ordering: a membership event has up to a hundred members.
    const keys = new Map<Ordering, readonly string[]>();
    for (const { ordering } of interested) {
      if (!keys.has(ordering)) keys.set(ordering, orderingKeys(event, ordering));
    }
    return interested.map((endpoint) => {
      const place = { partition, offset, seq: event.seq, laneKeys: keys.get(endpoint.ordering) ?? [], body: null };
      return newDelivery(event, endpoint, place, now);
    });
  });

/** Whether an endpoint subscribes to an event. */
export const isFor = (endpoint: Endpoint, event: WebhookEvent): boolean =>
  (endpoint.organizationId === null || endpoint.organizationId === event.organizationId) &&
  mayBeFor(endpoint, event) &&
  (endpoint.filter === null || filterOf(endpoint.filter)(event));

/** By their texts, so that each is parsed once and not for every event. */
const filters = new Map<string, DataFilter>();
const FILTERS_KEPT = 10_000;

function filterOf(text: string): DataFilter {
  const filter = filters.get(text) ?? compileDataFilter(text);
  if (!filters.has(text)) remember(filters, text, filter, FILTERS_KEPT);
  return filter;
}

/** Whether an event can be for an endpoint, as far as its record tells without its body. */
export const mayBeFor = (
  { directoryId, eventTypes }: Endpoint,
  event: { readonly directoryId: string | null; readonly type: string },
): boolean => (directoryId === null || directoryId === event.directoryId) && matchesType(eventTypes, event.type);

/** A delivery that has not been tried yet. */
export const newDelivery = (
  event: WebhookEvent,
  endpoint: Endpoint,
  place: Pick<Delivery, 'partition' | 'offset' | 'seq' | 'laneKeys' | 'body'>,
  now: number,
): Delivery => ({
  id: deliveryId(event.id, endpoint.id),
  eventId: event.id,
  eventType: event.type,
  endpointId: endpoint.id,
  organizationId: event.organizationId,
  directoryId: event.directoryId,
  ...place,
  status: endpoint.enabled ? 'pending' : 'held',
  attempts: 0,
  nextAttemptAt: null,
  leaseOwner: null,
  leaseUntil: null,
  lastError: null,
  createdAt: now,
  updatedAt: now,
});
