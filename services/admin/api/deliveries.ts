import * as z from 'zod';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import {
  DELIVERY_STATUSES,
  seqOf,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
} from '../../../shared/webhooks/delivery.js';
import type { AttemptOutline } from '../../../shared/store/deliveries.js';
import { resourceOf } from '../../../shared/webhooks/ordering.js';
import type { AdminDeps } from '../deps.js';
import { id, idOf, listOf, nothing, pathId, time, timeOf, wholeListOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageParameters, scannedPageOf, WHAT_IS_SCANNED } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { refusePurgedEvent } from '../purged.js';

export const deliveryView = z
  .object({
    id: idOf('Of the delivery'),
    eventId: idOf('Its event: the `webhook-id`'),
    eventType: z.string().meta({ examples: ['user.created'] }),
    endpointId: idOf('Endpoint that it is for'),
    organizationId: idOf('Organization that the event concerns; null: not one alone').nullable(),
    directoryId: idOf('Directory that the event concerns; null: not one alone').nullable(),
    seq: z
      .int()
      .nullable()
      .meta({ description: 'Of the event, in its directory; null of an operational event', examples: [42] }),
    resourceId: idOf(
      'What the event is about: the user, or the group; null of an operational event, and where its endpoint has the ordering `none`',
    ).nullable(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int().meta({ description: 'Attempts in the present run of the retry schedule', examples: [1] }),
    nextAttemptAt: timeOf('When the next one is due; null: none is planned').nullable(),
    lastError: z
      .string()
      .nullable()
      .meta({ description: 'Why the last attempt failed; null: it did not', examples: [null] }),
    createdAt: timeOf('When it was made'),
    updatedAt: timeOf('When it last changed'),
  })
  .meta({ id: 'Delivery', description: 'One event for one endpoint' });

export const attemptFields = {
  startedAt: timeOf('When the request began'),
  durationMs: z.number().meta({ description: 'How long it took, in milliseconds', examples: [87] }),
  status: z
    .int()
    .nullable()
    .meta({ description: 'HTTP status; null: there was no answer', examples: [200] }),
  error: z
    .string()
    .nullable()
    .meta({ description: 'Why it failed; null: it did not', examples: [null] }),
  response: z.string().meta({ description: 'The first 4 KiB of the answer, as text', examples: ['ok'] }),
};
export const attemptView = z
  .object({ id: idOf('Of the attempt'), deliveryId: idOf('Of its delivery'), ...attemptFields })
  .meta({ id: 'Attempt', description: 'One HTTP request of a delivery' });

const listedView = deliveryView
  .extend({
    lastAttempt: z
      .object({
        at: timeOf('When the request began'),
        durationMs: attemptFields.durationMs,
        status: attemptFields.status,
        error: attemptFields.error,
      })
      .nullable()
      .meta({ description: 'Null: there was none, or it is not kept any more' }),
  })
  .meta({ id: 'ListedDelivery', description: 'A delivery with its last attempt' });

const path = { id: pathId('delivery') };

/** How far those of a status are counted: more is a matter of seconds to count, and no news. */
export const COUNTED_MAX = 100_000;

export const list = operation({
  id: 'listDeliveries',
  summary: 'List deliveries, newest first',
  description: WHAT_IS_SCANNED,
  query: {
    ...pageParameters,
    endpointId: id.exactOptional().meta({ description: 'Only those for this endpoint' }),
    directoryId: id.exactOptional().meta({ description: 'Only those of this directory' }),
    organizationId: id.exactOptional().meta({ description: 'Only those of this organization' }),
    eventId: id.exactOptional().meta({ description: 'Only those of this event' }),
    eventType: z.enum(EVENT_TYPES).exactOptional().meta({ description: 'Only those of events of this type' }),
    resourceId: id.exactOptional().meta({
      description: 'Only those about this user or group; not those of endpoints with the ordering `none`',
    }),
    status: z.enum(DELIVERY_STATUSES).exactOptional().meta({ description: 'Only those with this status' }),
    since: time.exactOptional().meta({ description: 'Only those of events from that time on' }),
    until: time.exactOptional().meta({ description: 'Only those of events before that time' }),
  },
  answers: { 200: json(listOf(listedView)) },
}).by(async ({ deps: { deliveries }, query: { after, limit, ...search } }) => {
  const page = await scannedPageOf({ after, limit }, (scan) => deliveries.search(search, scan));
  const last = await deliveries.lastAttempts(page.data.map(({ id }) => id));
  const body = mapPage(page, (delivery) => ({
    ...showDelivery(delivery),
    lastAttempt: showLastAttempt(last.get(delivery.id)),
  }));
  return { status: 200, body };
});

export const get = operation({
  id: 'getDelivery',
  summary: 'Read a delivery',
  path,
  answers: { 200: json(deliveryView) },
}).by(async ({ deps, path: { id } }) => ({
  status: 200,
  body: showDelivery(await knownDelivery(id, deps.deliveries)),
}));

export const attempts = operation({
  id: 'listAttempts',
  summary: 'List every request that was made for a delivery',
  path,
  answers: { 200: json(wholeListOf(attemptView)) },
}).by(async ({ deps, path: { id } }) => {
  await knownDelivery(id, deps.deliveries);
  const data = (await deps.deliveries.attempts(id)).map(showAttempt);
  return { status: 200, body: { data, nextCursor: null } };
});

export const retry = operation({
  id: 'retryDelivery',
  summary: 'Send a delivery again',
  description: 'Under the same `webhook-id`, with a new run of the retry schedule; `attempts` counts from 0.',
  path,
  body: nothing,
  answers: { 202: json(deliveryView) },
  refusals: ['conflict', 'purged'],
}).by(async ({ deps, path: { id } }) => {
  const delivery = await knownDelivery(id, deps.deliveries);
  return { status: 202, body: showDelivery(await sendAgain(delivery, deps)) };
});

export const skip = operation({
  id: 'skipDelivery',
  summary: 'Give up a delivery that is parked, retrying or held',
  description: 'It is canceled, and later ones about the same user or group go on.',
  path,
  body: nothing,
  answers: { 200: json(deliveryView) },
  refusals: ['conflict'],
}).by(async ({ deps: { deliveries, clock }, path: { id } }) => {
  const { status } = await knownDelivery(id, deliveries);
  refuse(status, whyNoSkip);
  if (!(await deliveries.skip(id, status, clock()))) await refuseMoved(id, status, whyNoSkip, deliveries);
  return { status: 200, body: showDelivery(await knownDelivery(id, deliveries)) };
});

async function knownDelivery(deliveryId: string, store: AdminDeps['deliveries']): Promise<Delivery> {
  const delivery = await store.get(deliveryId);
  if (delivery === undefined) throw notFound('delivery', deliveryId);
  return delivery;
}

/** It has gone on since it was looked at. */
async function refuseMoved(
  id: string,
  from: DeliveryStatus,
  why: WhyNot,
  store: AdminDeps['deliveries'],
): Promise<never> {
  const { status } = await knownDelivery(id, store);
  refuse(status, why);
  throw new Problem('conflict', `The delivery was ${from} and is ${status} by now; look at it, and try again.`);
}

/** Makes a delivery pending under the same webhook-id, or throws the problem why not. Answers it as it is then. */
export async function sendAgain(delivery: Delivery, deps: AdminDeps): Promise<Delivery> {
  const { id, status, endpointId } = delivery;
  const { deliveries: store, registry, events, clock } = deps;
  refuse(status, whyNoRetry);
  const endpoint = await registry.endpoints.get(endpointId);
  if (endpoint === undefined) {
    throw new Problem('conflict', 'The endpoint of the delivery is deleted; nothing can reach it.');
  }
  if (!endpoint.enabled) throw new Problem('conflict', 'The endpoint of the delivery is disabled; enable it first.');
  await refusePurgedEvent(events, delivery);
  if (!(await store.retry(id, status, clock()))) await refuseMoved(id, status, whyNoRetry, store);
  return knownDelivery(id, store);
}

/** Why something cannot be done with a delivery of that status; undefined where it can. */
type WhyNot = (status: DeliveryStatus) => string | undefined;

function refuse(status: DeliveryStatus, why: WhyNot): void {
  const reason = why(status);
  if (reason !== undefined) throw new Problem('conflict', `The delivery is ${status}: ${reason}.`);
}

/** A retry by hand begins the retry schedule anew; undefined where that makes sense. */
function whyNoRetry(status: DeliveryStatus): string | undefined {
  switch (status) {
    case 'pending':
    case 'sending':
      return 'it is on its way already; look at its attempts';
    case 'blocked':
      return 'an earlier delivery about the same user or group is in its way; retry or skip that one';
    case 'held':
      return 'its endpoint is disabled; enable it, and its deliveries go on';
    case 'retrying':
    case 'parked':
    case 'delivered':
    case 'canceled':
      return undefined;
  }
}

/** What is skipped is canceled, and what waited for it goes on. */
function whyNoSkip(status: DeliveryStatus): string | undefined {
  switch (status) {
    case 'pending':
    case 'sending':
      return 'it is on its way; wait for what comes of it';
    case 'blocked':
      return 'an earlier delivery about the same user or group is in its way; retry or skip that one';
    case 'delivered':
    case 'canceled':
      return 'it is over, and nothing waits for it';
    case 'retrying':
    case 'parked':
    case 'held':
      return undefined;
  }
}

export const showDelivery = (delivery: Delivery): View<typeof deliveryView> => ({
  id: delivery.id,
  eventId: delivery.eventId,
  eventType: delivery.eventType,
  endpointId: delivery.endpointId,
  organizationId: delivery.organizationId,
  directoryId: delivery.directoryId,
  seq: seqOf(delivery),
  resourceId: resourceOf(delivery),
  status: delivery.status,
  attempts: delivery.attempts,
  nextAttemptAt: isoOrNull(delivery.nextAttemptAt),
  lastError: delivery.lastError,
  createdAt: iso(delivery.createdAt),
  updatedAt: iso(delivery.updatedAt),
});

const showLastAttempt = (attempt: AttemptOutline | undefined): View<typeof listedView>['lastAttempt'] => {
  if (attempt === undefined) return null;
  const { startedAt, durationMs, status, error } = attempt;
  return { at: iso(startedAt), durationMs, status, error };
};

export const showAttempt = ({
  id,
  deliveryId,
  startedAt,
  durationMs,
  status,
  error,
  response,
}: Attempt): View<typeof attemptView> => ({
  id,
  deliveryId,
  startedAt: iso(startedAt),
  durationMs,
  status,
  error,
  response,
});
