import type { RequestHandler } from 'express';
import { z } from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import type { Sealer } from '../../../shared/runtime/seal.js';
import type { EndpointSecret } from '../../../shared/store/registry.js';
import { createSecret } from '../../../shared/webhooks/sign.js';
import type { AdminDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { bodyOf, pathId } from '../request.js';
import { update } from '../update.js';

const HOUR_MS = 3_600_000;
const DEFAULT_OVERLAP_HOURS = 24;
const OVERLAP_MAX_HOURS = 168;
/** Each valid secret adds a signature to every request. */
const VALID_SECRETS_MAX = 5;

const overlapHours = z.custom<number>(
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= OVERLAP_MAX_HOURS,
  `must be an integer from 0 to ${OVERLAP_MAX_HOURS}`,
);
const rotation = z.strictObject({ overlapHours: overlapHours.default(DEFAULT_OVERLAP_HOURS) });

/** A signing secret as Standard Webhooks writes it, told once, and its sealed form. */
export function newSecret(endpointId: string, now: number, sealer: Sealer): { secret: string; stored: EndpointSecret } {
  const secret = createSecret();
  return { secret, stored: { sealed: sealer.seal(secret, endpointId), createdAt: now, expiresAt: null } };
}

/** Gives an endpoint a new signing secret. The former one stays valid for `overlapHours`; both sign until then. */
export const rotateSecret =
  ({ registry, sealer, clock }: AdminDeps): RequestHandler =>
  async (req, res) => {
    const { overlapHours } = bodyOf(req, rotation);
    const [id, now] = [pathId(req, 'endpoint'), clock()];
    const overlapUntil = now + overlapHours * HOUR_MS;
    const { secret, stored } = newSecret(id, now, sealer);
    await update(registry.endpoints, 'endpoint', id, now, ({ secrets }) => {
      const former = secrets.map((one) => ({ ...one, expiresAt: Math.min(one.expiresAt ?? Infinity, overlapUntil) }));
      const valid = former.filter(({ expiresAt }) => expiresAt > now);
      if (valid.length >= VALID_SECRETS_MAX) {
        const detail = `The endpoint has ${valid.length} valid secrets already; send overlapHours 0 to end them now, or wait.`;
        throw new Problem('conflict', detail);
      }
      return { secrets: [stored, ...valid] };
    });
    res.json({ id, secret, formerValidUntil: iso(overlapUntil) });
  };
