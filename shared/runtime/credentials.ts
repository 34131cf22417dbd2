import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `rcs` is a directory's SCIM token, `rca` an admin key, `rcl` what a set-up link has in it. */
export type CredentialPrefix = 'rcs' | 'rca' | 'rcl';

/** A freshly made bearer credential. `secret` is shown once and never stored. */
export interface IssuedCredential {
  /** `<prefix>_` + 43 characters (32 random bytes) + 6 characters of checksum, all base64url. */
  readonly secret: string;
  /** SHA-256 of the secret, hex: what is stored and looked up. */
  readonly hash: string;
  /** The secret's last four characters, to tell credentials apart. */
  readonly hint: string;
}

const RANDOM_BYTES = 32;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^[A-Za-z0-9_-]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

export function issueCredential(prefix: CredentialPrefix): IssuedCredential {
  const random = randomBytes(RANDOM_BYTES).toString('base64url');
  const secret = `${prefix}_${random}${checksum(prefix, random)}`;
  return { secret, hash: sha256(secret), hint: secret.slice(-4) };
}

/**
 * SHA-256 of a credential, hex. Undefined when its form or its checksum is wrong: such a one was never issued, and a scanner
 * for leaked secrets can say so without asking anybody.
 */
export function credentialHash(prefix: CredentialPrefix, secret: string): string | undefined {
  if (!secret.startsWith(`${prefix}_`)) return undefined;
  const rest = secret.slice(prefix.length + 1);
  if (!FORM.test(rest)) return undefined;
  const random = rest.slice(0, RANDOM_LENGTH);
  return rest.slice(RANDOM_LENGTH) === checksum(prefix, random) ? sha256(secret) : undefined;
}

/** SHA-256 of a text, whatever its form, as bytes: to compare with what was stored of a credential. */
export const secretHash = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** What an `Authorization: Bearer …` header bears (RFC 6750 section 2.1); undefined when it bears nothing. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** CRC-32, which finds every single mistyped character; it is there for mistakes, not for attackers. */
function checksum(prefix: CredentialPrefix, random: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(`${prefix}_${random}`));
  return bytes.toString('base64url');
}

const sha256 = (text: string): string => secretHash(text).toString('hex');
