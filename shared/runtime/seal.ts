import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** The record that a sealed value is part of: in another one, or in another organization, it does not open. */
export interface SealedIn {
  readonly id: string;
  /** Null: of no organization alone. */
  readonly organizationId: string | null;
}

/** Encrypts small secrets for the store. */
export interface Sealer {
  /** `v2.<key id>.<nonce>.<ciphertext and tag>`, the parts base64url. */
  seal(plaintext: string, record: SealedIn): string;
  /** Throws `CannotUnseal` when the key, the record or a single bit is another one. */
  open(sealed: string, record: SealedIn): string;
  /** Whether a value is sealed as `seal` does it now: with this key, and in this form. */
  isCurrent(sealed: string): boolean;
}

export class CannotUnseal extends Error {
  override readonly name = 'CannotUnseal';
}

/** Length of the encryption key in bytes. */
export const SEALING_KEY_BYTES = 32;

/** Undefined where the text is not the padded, standard base64 form of a key: a lax decoder would take a mistyped one. */
export function parseSealingKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length === SEALING_KEY_BYTES && key.toString('base64') === text ? key : undefined;
}

const VERSION = 'v2';
/** As values were sealed before: in a record whatever its organization. They open still. */
const FORMER_VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a random nonce, and what it is sealed in as additional data. The key's id is in the sealed text, so that a value
 * sealed with another key says so. `former`: a key that was replaced, which opens what it has sealed.
 */
export function createSealer(key: Buffer, former?: Buffer): Sealer {
  const keys = new Map([...(former === undefined ? [] : [former]), key].map((one) => [keyIdOf(one), one]));
  for (const { length } of keys.values()) {
    if (length !== SEALING_KEY_BYTES)
      throw new RangeError(`encryption key: ${length} bytes, must be ${SEALING_KEY_BYTES}`);
  }
  const keyId = keyIdOf(key);
  return {
    seal(plaintext, record) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(additionalData(VERSION, keyId, record));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(text, record) {
      const id = keyIdOfSealed(text);
      const { version, nonce, sealed } = parse(text, keys.has(id) ? id : keyId);
      const decipher = createDecipheriv(CIPHER, keys.get(id) ?? key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(additionalData(version, id, record))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new CannotUnseal('sealed value: it was changed, or belongs to another record; restore it from a backup');
      }
    },
    isCurrent: (text) => text.startsWith(`${VERSION}.${keyId}.`),
  };
}

const additionalData = (version: string, keyId: string, { id, organizationId }: SealedIn): Buffer =>
  Buffer.from(`${version}.${keyId}.${version === FORMER_VERSION ? id : JSON.stringify([organizationId, id])}`);

/** Tells keys apart without telling them. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('rollcall key id').update(key).digest('base64url').slice(0, 8);

/** The id of the key that a value is sealed with. */
export const keyIdOfSealed = (sealed: string): string => sealed.split('.')[1] ?? '';

function parse(text: string, keyId: string): { version: string; nonce: Buffer; sealed: Buffer } {
  const [version = '', sealedWith, nonceText, sealedText, ...more] = text.split('.');
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const sealed = Buffer.from(sealedText ?? '', 'base64url');
  const isKnown = version === VERSION || version === FORMER_VERSION;
  if (!isKnown || more.length > 0 || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) {
    throw new CannotUnseal(`sealed value: not of the form ${VERSION}.<key id>.<nonce>.<ciphertext>`);
  }
  if (sealedWith !== keyId) {
    throw new CannotUnseal(
      `sealed value: sealed with key ${sealedWith ?? ''}, but the encryption key is ${keyId}; set the key that it was sealed with`,
    );
  }
  return { version, nonce, sealed };
}
