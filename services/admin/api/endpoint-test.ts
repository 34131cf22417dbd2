import type { RequestHandler } from 'express';
import { z } from 'zod';
import { createSigners } from '../../../shared/destinations/signatures.js';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { exampleEvent } from '../../../shared/events/example.js';
import { thin } from '../../../shared/events/thin.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { CannotUnseal } from '../../../shared/runtime/seal.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import type { Signer } from '../../../shared/webhooks/sign.js';
import type { AdminDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';
import { bodyOf, pathId } from '../request.js';

const trial = z.strictObject({ type: z.enum(EVENT_TYPES).default('user.created') });

/**
 * Sends one signed example event, marked by the header `webhook-test`, and answers what came of it within the attempt's deadline.
 * Neither enabled nor subscribed need the endpoint be; its health is not judged by it.
 */
export function testEndpoint({ registry, courier, sealer, clock }: AdminDeps): RequestHandler {
  const signerOf = createSigners(sealer, clock);
  return async (req, res) => {
    const { type } = bodyOf(req, trial);
    const endpoint = await registry.endpoints.get(pathId(req, 'endpoint'));
    if (endpoint === undefined) throw notFound('endpoint', pathId(req, 'endpoint'));
    const sign = signerOrProblem(endpoint, signerOf);
    const eventId = newId();
    const full = Buffer.from(exampleEvent(type, eventId, iso(clock())));
    const { attempt } = await courier.attempt({
      delivery: { id: newId(), eventId, endpointId: endpoint.id },
      url: endpoint.url,
      body: endpoint.payload === 'ids' ? thin(full) : full,
      sign: (...message) => ({ ...sign(...message), 'webhook-test': 'true' }),
    });
    const { startedAt, durationMs, status, error, response } = attempt;
    const delivered = error === null;
    res.json({ eventId, type, delivered, startedAt: iso(startedAt), durationMs, status, error, response });
  };
}

function signerOrProblem(endpoint: Endpoint, signerOf: (endpoint: Endpoint) => Signer): Signer {
  try {
    return signerOf(endpoint);
  } catch (error) {
    if (!(error instanceof CannotUnseal || error instanceof RangeError)) throw error;
    throw new Problem('conflict', `The endpoint's messages cannot be signed: ${error.message}.`);
  }
}
