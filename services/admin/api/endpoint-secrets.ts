import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import type { SealedIn, Sealer } from '../../../shared/runtime/seal.js';
import type { EndpointSecret } from '../../../shared/store/registry.js';
import { createSecret } from '../../../shared/webhooks/sign.js';
import { idOf, integer, pathId, textOf, timeOf } from '../fields.js';
import { json, operation } from '../operation.js';
import { etagOf } from '../precondition.js';
import { Problem } from '../problem.js';
import { update } from '../update.js';

const HOUR_MS = 3_600_000;
const DEFAULT_OVERLAP_HOURS = 24;
const OVERLAP_MAX_HOURS = 168;
/** Each valid secret adds a signature to every request. */
const VALID_SECRETS_MAX = 5;

/** How a signing secret is stored, from `now` on. */
export const sealSecret = (secret: string, endpoint: SealedIn, now: number, sealer: Sealer): EndpointSecret => ({
  sealed: sealer.seal(secret, endpoint),
  createdAt: now,
  expiresAt: null,
});

export const rotate = operation({
  id: 'rotateSecret',
  summary: 'Give an endpoint a new signing secret',
  description: 'The former one stays valid for `overlapHours`; both sign until then.',
  path: { id: pathId('endpoint') },
  body: z.strictObject({
    overlapHours: integer(0, OVERLAP_MAX_HOURS)
      .default(DEFAULT_OVERLAP_HOURS)
      .meta({ description: 'How long the former secrets stay valid' }),
  }),
  answers: {
    200: json(
      z.object({
        id: idOf('Of the endpoint'),
        secret: textOf('The new secret, shown this once', 'whsec_…'),
        formerValidUntil: timeOf('Until when the former ones sign too'),
      }),
      'etag',
    ),
  },
  refusals: ['conflict'],
}).by(async ({ deps: { registry, sealer, clock }, path: { id }, body: { overlapHours } }) => {
  const now = clock();
  const overlapUntil = now + overlapHours * HOUR_MS;
  const secret = createSecret();
  const changed = await update(registry.endpoints, 'endpoint', id, { now }, (endpoint) => {
    const former = endpoint.secrets.map((one) => ({
      ...one,
      expiresAt: Math.min(one.expiresAt ?? Infinity, overlapUntil),
    }));
    const valid = former.filter(({ expiresAt }) => expiresAt > now);
    if (valid.length >= VALID_SECRETS_MAX) {
      const detail = `The endpoint has ${valid.length} valid secrets already; send overlapHours 0 to end them now, or wait.`;
      throw new Problem('conflict', detail);
    }
    return { secrets: [sealSecret(secret, endpoint, now, sealer), ...valid] };
  });
  return { status: 200, body: { id, secret, formerValidUntil: iso(overlapUntil) }, etag: etagOf(changed) };
});
