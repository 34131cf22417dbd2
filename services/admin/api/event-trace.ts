import * as z from 'zod';
import type { DirectoryEvent, WebhookEvent } from '../../../shared/events/event.js';
import type { Delivery } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { idOf, pathId } from '../fields.js';
import { json, operation, written, type View } from '../operation.js';
import { notFound } from '../problem.js';
import { attemptView, deliveryView, showAttempt, showDelivery } from './deliveries.js';
import { eventView } from './events.js';
import { scimRequest, showRequest } from './requests.js';

/** An event has a delivery for each endpoint that wants it, and a delivery an attempt for each try: of these, so many are told. */
const DELIVERIES_MAX = 100;
const ATTEMPTS_MAX = 20;

/** An operational event is in no directory's chain, and may concern several. */
const anyEvent = eventView
  .extend({
    organizationId: idOf('Organization that it concerns; null: not one alone').nullable(),
    directoryId: idOf('Directory that it concerns; null: not one alone').nullable(),
    seq: z.int().min(1).nullable().meta({ description: 'Gapless per directory, from 1; null of an operational event' }),
    cause: eventView.shape.cause.nullable(),
  })
  .meta({
    id: 'AnyEvent',
    description: 'An event of a directory, or an operational one: the same bytes as a webhook’s body',
  });

const tracedDelivery = deliveryView
  .extend({
    endpoint: z
      .object({ id: idOf('Of the endpoint'), url: z.string(), description: z.string() })
      .nullable()
      .meta({ description: 'Null: it is deleted' }),
    attempts: z.array(attemptView).meta({ description: `The last ${ATTEMPTS_MAX} requests, oldest first` }),
  })
  .meta({ id: 'TracedDelivery', description: 'A delivery with its endpoint and its attempts' });

export const traceView = z
  .object({
    event: anyEvent,
    request: scimRequest
      .nullable()
      .meta({ description: 'Null: it is not kept any more, or another request than one of SCIM caused the event' }),
    deliveries: z.array(tracedDelivery).meta({ description: `The first ${DELIVERIES_MAX}, newest first` }),
    hasMore: z.boolean().meta({ description: 'Whether there are more deliveries: list them by `eventId`' }),
  })
  .meta({
    id: 'EventTrace',
    description: 'The way of a change: its request, its event, and what came of it at each endpoint',
  });

const path = { id: pathId('event') };

export const get = operation({
  id: 'getEvent',
  summary: 'Read an event as the webhooks carry it',
  path,
  answers: { 200: written({ 'application/json': anyEvent }) },
}).by(async ({ deps, path: { id } }) => ({ status: 200, type: 'application/json', text: await bodyOf(id, deps) }));

export const follow = operation({
  id: 'traceEvent',
  summary: 'Follow an event from its request to every attempt to deliver it',
  path,
  answers: { 200: json(traceView) },
}).by(async ({ deps, path: { id } }) => {
  const event = JSON.parse(await bodyOf(id, deps)) as WebhookEvent;
  const found = await deps.deliveries.list({ eventId: id }, { limit: DELIVERIES_MAX + 1 });
  const [request, deliveries] = await Promise.all([
    requestOf(event, deps),
    Promise.all(found.slice(0, DELIVERIES_MAX).map((delivery) => traced(delivery, deps))),
  ]);
  const body = { event: event as View<typeof anyEvent>, request, deliveries, hasMore: found.length > DELIVERIES_MAX };
  return { status: 200, body };
});

/** Of an operational event, which no store of events has, a delivery has the body. */
async function bodyOf(id: string, { events, deliveries }: Pick<AdminDeps, 'events' | 'deliveries'>): Promise<string> {
  const stored = await events.find(id);
  if (stored !== undefined) return stored.body;
  const [told] = await deliveries.list({ eventId: id }, { limit: 1 });
  if (told === undefined || told.body === null) throw notFound('event that is kept', id);
  return told.body;
}

async function requestOf(
  { directoryId, cause }: WebhookEvent | DirectoryEvent,
  { journals }: Pick<AdminDeps, 'journals'>,
): Promise<View<typeof scimRequest> | null> {
  if (directoryId === null || cause === null) return null;
  const request = await journals.requests.get({ directoryId }, cause.requestId);
  return request === undefined ? null : showRequest(request);
}

async function traced(
  delivery: Delivery,
  { registry, deliveries }: Pick<AdminDeps, 'registry' | 'deliveries'>,
): Promise<View<typeof tracedDelivery>> {
  const [endpoint, attempts] = await Promise.all([
    registry.endpoints.get(delivery.endpointId),
    deliveries.attempts(delivery.id),
  ]);
  return {
    ...showDelivery(delivery),
    endpoint: endpoint === undefined ? null : { id: endpoint.id, url: endpoint.url, description: endpoint.description },
    attempts: attempts.slice(-ATTEMPTS_MAX).map(showAttempt),
  };
}
