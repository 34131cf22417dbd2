import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts small secrets for the store. `context` (such as an endpoint's id) must be the same at both ends. */
export interface Sealer {
  /** Of the key that it seals with. */
  readonly keyId: string;
  /** `v1.<key id>.<nonce>.<ciphertext and tag>`, the parts base64url. */
  seal(plaintext: string, context: string): string;
  /** Throws `CannotUnseal` when the key, the context or a single bit is another one. */
  open(sealed: string, context: string): string;
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

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a random nonce. The key's id is in the sealed text, so that a value sealed with another key says so. `former`: a key
 * that was replaced, which opens what it has sealed.
 */
export function createSealer(key: Buffer, former?: Buffer): Sealer {
  const keys = new Map([...(former === undefined ? [] : [former]), key].map((one) => [keyIdOf(one), one]));
  for (const { length } of keys.values()) {
    if (length !== SEALING_KEY_BYTES)
      throw new RangeError(`encryption key: ${length} bytes, must be ${SEALING_KEY_BYTES}`);
  }
  const keyId = keyIdOf(key);
  const additionalData = (id: string, context: string): Buffer => Buffer.from(`${VERSION}.${id}.${context}`);
  return {
    keyId,
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(additionalData(keyId, context));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(text, context) {
      const id = keyIdOfSealed(text);
      const { nonce, sealed } = parse(text, keys.has(id) ? id : keyId);
      const decipher = createDecipheriv(CIPHER, keys.get(id) ?? key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(additionalData(id, context))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new CannotUnseal('sealed value: it was changed, or belongs to another record; restore it from a backup');
      }
    },
  };
}

/** Tells keys apart without telling them. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('rollcall key id').update(key).digest('base64url').slice(0, 8);

/** The id of the key that a value is sealed with. */
export const keyIdOfSealed = (sealed: string): string => sealed.split('.')[1] ?? '';

function parse(text: string, keyId: string): { nonce: Buffer; sealed: Buffer } {
  const [version, sealedWith, nonceText, sealedText, ...more] = text.split('.');
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const sealed = Buffer.from(sealedText ?? '', 'base64url');
  if (version !== VERSION || more.length > 0 || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) {
    throw new CannotUnseal(`sealed value: not of the form ${VERSION}.<key id>.<nonce>.<ciphertext>`);
  }
  if (sealedWith !== keyId) {
    throw new CannotUnseal(
      `sealed value: sealed with key ${sealedWith ?? ''}, but the encryption key is ${keyId}; set the key that it was sealed with`,
    );
  }
  return { nonce, sealed };
}
