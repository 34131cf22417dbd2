import * as z from 'zod';
import { createSigners } from '../../../shared/destinations/signatures.js';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { exampleEvent } from '../../../shared/events/example.js';
import { thin } from '../../../shared/events/thin.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { CannotUnseal } from '../../../shared/runtime/seal.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import type { Signer } from '../../../shared/webhooks/sign.js';
import { idOf, pathId } from '../fields.js';
import { json, operation } from '../operation.js';
import { notFound, Problem } from '../problem.js';
import { attemptFields } from './deliveries.js';

export const tryOut = operation({
  id: 'testEndpoint',
  summary: 'Send one signed example event now, and see what comes of it',
  description:
    'It has the header `webhook-test: true`, a `webhook-id` of its own, and tells of a user, organization and directory that do not exist. A disabled endpoint gets it too; it is not tried again, and the health of the endpoint is not judged by it.',
  path: { id: pathId('endpoint') },
  body: z.strictObject({
    type: z.enum(EVENT_TYPES).default('user.created').meta({ description: 'Whatever the endpoint subscribes to' }),
  }),
  answers: {
    200: json(
      z
        .object({
          eventId: idOf('Of the example event'),
          type: z.enum(EVENT_TYPES),
          delivered: z.boolean().meta({ description: 'Whether it was answered with a 2xx' }),
          ...attemptFields,
        })
        .meta({ id: 'TestDelivery' }),
    ),
  },
  refusals: ['conflict'],
}).by(async ({ deps: { registry, courier, sealer, clock }, path: { id }, body: { type } }) => {
  const endpoint = await registry.endpoints.get(id);
  if (endpoint === undefined) throw notFound('endpoint', id);
  const sign = signerOrProblem(endpoint, createSigners(sealer, clock));
  const eventId = newId();
  const full = Buffer.from(exampleEvent(type, eventId, iso(clock())));
  const { attempt } = await courier.attempt({
    delivery: { id: newId(), eventId, endpointId: endpoint.id },
    url: endpoint.url,
    body: endpoint.payload === 'ids' ? thin(full) : full,
    sign: (...message) => ({ ...sign(...message), 'webhook-test': 'true' }),
  });
  const { startedAt, durationMs, status, error, response } = attempt;
  const told = { startedAt: iso(startedAt), durationMs, status, error, response };
  return { status: 200, body: { eventId, type, delivered: error === null, ...told } };
});

function signerOrProblem(endpoint: Endpoint, signerOf: (endpoint: Endpoint) => Signer): Signer {
  try {
    return signerOf(endpoint);
  } catch (error) {
    if (!(error instanceof CannotUnseal || error instanceof RangeError)) throw error;
    throw new Problem('conflict', `The endpoint's messages cannot be signed: ${error.message}.`);
  }
}
