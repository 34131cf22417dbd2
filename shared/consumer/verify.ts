import { concat } from './bytes.js';
import type { WebhookEvent } from './events.js';

/** Why a webhook is not believed. */
export type WebhookErrorCode =
  | 'missing-header'
  | 'malformed-timestamp'
  | 'too-old'
  | 'too-new'
  | 'wrong-signature'
  | 'malformed-secret'
  | 'malformed-body';

/** A webhook that is not believed; answer it with a 400. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';

  constructor(
    readonly code: WebhookErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The Fetch API's `Headers`, or an object of headers in lower case as Node has them. */
export type WebhookHeaders =
  { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** How far the time of sending may be from now, in seconds, to either side. Default 300. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const TOLERANCE_SECONDS = 300;
const PREFIX = 'whsec_';
/** HMAC-SHA256. */
const SIGNATURE_BYTES = 32;
/** By this name it is not in the types of every runtime. */
type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** While secrets are rotated there are two; what is more is somebody else's. */
const SIGNATURES_MAX = 16;

/**
 * The event that a webhook carries, once its signature is proven (Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`) and its
 * time of sending is near. `rawBody`: as it was received, byte for byte; parsed and printed again it does not verify. `secrets`: an
 * endpoint's secret `whsec_…`, or several while you change them, of which any may fit. Rejects with `WebhookError`.
 */
export async function verify(
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const id = required(headers, 'id');
  const timestamp = required(headers, 'timestamp');
  const signatures = required(headers, 'signature');
  requireNear(timestamp, now() / 1000, toleranceSeconds);
  const body = typeof rawBody === 'string' ? bytesOf(rawBody) : rawBody;
  const message = concat([bytesOf(`${id}.${timestamp}.`), body]);
  const keys = await Promise.all([secrets].flat().map(keyOf));
  if (!(await isSigned(message, signaturesIn(signatures), keys))) {
    throw new WebhookError(
      'wrong-signature',
      'No signature fits. Verify the raw body with the secret that the creation of the endpoint answered.',
    );
  }
  try {
    return JSON.parse(new TextDecoder().decode(body)) as WebhookEvent;
  } catch {
    throw new WebhookError('malformed-body', 'The body is signed, but no JSON.');
  }
}

function required(headers: WebhookHeaders, name: string): string {
  const value = headerOf(headers, `webhook-${name}`) ?? headerOf(headers, `svix-${name}`);
  if (value !== undefined) return value;
  throw new WebhookError('missing-header', `The header webhook-${name} is missing: this is no webhook of Rollcall.`);
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value = typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function requireNear(timestamp: string, now: number, tolerance: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookError('malformed-timestamp', 'The header webhook-timestamp is no number of seconds.');
  }
  const age = now - Number(timestamp);
  if (Math.abs(age) <= tolerance) return;
  const [code, when] = age > 0 ? (['too-old', 'ago'] as const) : (['too-new', 'ahead'] as const);
  throw new WebhookError(
    code,
    `It was sent ${Math.round(Math.abs(age))} s ${when}, more than ${tolerance} s. Set this machine's clock, or do not believe it.`,
  );
}

/** Those of version 1. One of another length is none. */
const signaturesIn = (header: string): Uint8Array<ArrayBuffer>[] =>
  header
    .split(' ', SIGNATURES_MAX)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => fromBase64(one.slice('v1,'.length)))
    .filter((bytes) => bytes?.length === SIGNATURE_BYTES)
    .filter((bytes) => bytes !== undefined);

async function isSigned(
  message: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  keys: readonly CryptoKey[],
): Promise<boolean> {
  const fits = await Promise.all(
    // Web Crypto compares in constant time.
    keys.flatMap((key) => signatures.map((signature) => crypto.subtle.verify('HMAC', key, signature, message))),
  );
  return fits.includes(true);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : undefined;
  if (bytes === undefined || bytes.length === 0) {
    // The secret itself stays out of the message, which may be logged.
    throw new WebhookError(
      'malformed-secret',
      `The secret must be ${PREFIX} and base64, as the endpoint's creation answered it.`,
    );
  }
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
