import type { RequestHandler } from 'express';
import { z } from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import {
  DELIVERY_STATUSES,
  seqOf,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
} from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { refusePurgedEvent } from '../purged.js';
import { id, pathId, queryOf } from '../request.js';

const listing = z.strictObject({
  ...pageParameters,
  endpointId: id.exactOptional(),
  directoryId: id.exactOptional(),
  organizationId: id.exactOptional(),
  eventId: id.exactOptional(),
  status: z.enum(DELIVERY_STATUSES).exactOptional(),
});

export function deliveries(deps: AdminDeps) {
  const { deliveries: store, clock } = deps;
  const list: RequestHandler = async (req, res) => {
    const { after, limit, ...filter } = queryOf(req, listing);
    const page = await pageOf({ after, limit }, ({ afterId, ...slice }) =>
      store.list(filter, { ...(afterId !== undefined && { beforeId: afterId }), ...slice }),
    );
    res.json(mapPage(page, showDelivery));
  };

  const known = (deliveryId: string): Promise<Delivery> => knownDelivery(deliveryId, store);

  const get: RequestHandler = async (req, res) => {
    res.json(showDelivery(await known(pathId(req, 'delivery'))));
  };

  const attempts: RequestHandler = async (req, res) => {
    const { id } = await known(pathId(req, 'delivery'));
    res.json({ data: (await store.attempts(id)).map(showAttempt), nextCursor: null });
  };

  const retry: RequestHandler = async (req, res) => {
    res.status(202).json(showDelivery(await sendAgain(await known(pathId(req, 'delivery')), deps)));
  };

  const skip: RequestHandler = async (req, res) => {
    const { id, status } = await known(pathId(req, 'delivery'));
    refuse(status, whyNoSkip);
    if (!(await store.skip(id, status, clock()))) await refuseMoved(id, status, whyNoSkip, store);
    res.json(showDelivery(await known(id)));
  };

  return { list, get, attempts, retry, skip };
}

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

export const showDelivery = (delivery: Delivery) => ({
  id: delivery.id,
  eventId: delivery.eventId,
  eventType: delivery.eventType,
  endpointId: delivery.endpointId,
  organizationId: delivery.organizationId,
  directoryId: delivery.directoryId,
  seq: seqOf(delivery),
  status: delivery.status,
  attempts: delivery.attempts,
  nextAttemptAt: isoOrNull(delivery.nextAttemptAt),
  lastError: delivery.lastError,
  createdAt: iso(delivery.createdAt),
  updatedAt: iso(delivery.updatedAt),
});

const showAttempt = ({ id, deliveryId, startedAt, durationMs, status, error, response }: Attempt) => ({
  id,
  deliveryId,
  startedAt: iso(startedAt),
  durationMs,
  status,
  error,
  response,
});
