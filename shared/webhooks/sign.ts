import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A new signing secret as Standard Webhooks writes it: `whsec_` and the base64 of 32 random bytes. */
export const createSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/** The headers of one message: `webhook-id`, `-timestamp`, `-signature` and their `svix-*` twins. */
export type Signer = (messageId: string, timestampSeconds: number, body: Uint8Array) => Record<string, string>;

/**
 * Signs messages with every secret given, so that a receiver may hold any of them while one is rotated out. Each signature is
 * `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>` (Standard Webhooks, "Signature scheme"); several are
 * separated by a space. Throws when a secret has another form or there is none.
 */
export function createSigner(secrets: readonly string[]): Signer {
  if (secrets.length === 0) throw new RangeError('signing secrets: there is none; a message cannot go out unsigned');
  const keys = secrets.map(decodeSecret);
  return (messageId, timestampSeconds, body) => {
    const timestamp = String(timestampSeconds);
    const prefix = `${messageId}.${timestamp}.`;
    const signature = keys
      .map((key) => `v1,${createHmac('sha256', key).update(prefix).update(body).digest('base64')}`)
      .join(' ');
    return {
      'webhook-id': messageId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
      'svix-id': messageId,
      'svix-timestamp': timestamp,
      'svix-signature': signature,
    };
  };
}

function decodeSecret(secret: string) {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  // The secret itself stays out of the message, which may be logged.
  if (!secret.startsWith(SECRET_PREFIX) || key.length === 0) {
    throw new RangeError(`signing secret: it must be ${SECRET_PREFIX} and base64; rotate the endpoint's secret`);
  }
  return createSecretKey(key);
}
