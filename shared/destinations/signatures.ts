import type { Clock } from '../runtime/clock.js';
import type { Sealer } from '../runtime/seal.js';
import type { Endpoint } from '../store/registry.js';
import { createSigner, type Signer } from '../webhooks/sign.js';

/**
 * The headers of an endpoint's messages: its own, and above them the signatures with every secret that has not expired. Throws
 * when a secret or a header cannot be opened, or there is no secret. Unsealing and preparing a key costs more than signing with
 * it: both are done once per version and number of valid secrets.
 */
export function createSigners(sealer: Sealer, clock: Clock): (endpoint: Endpoint) => Signer {
  const signers = new Map<string, { version: number; valid: number; signer: Signer }>();
  return (endpoint) => {
    const { id, version, secrets, headers } = endpoint;
    const now = clock();
    const valid = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    const cached = signers.get(id);
    if (cached?.version === version && cached.valid === valid.length) return cached.signer;
    const sign = createSigner(valid.map(({ sealed }) => sealer.open(sealed, endpoint)));
    const own = Object.fromEntries(headers.map(({ name, sealed }) => [name, sealer.open(sealed, endpoint)]));
    const signer: Signer = (...message) => ({ ...own, ...sign(...message) });
    signers.set(id, { version, valid: valid.length, signer });
    return signer;
  };
}
