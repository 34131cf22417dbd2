import ipaddr from 'ipaddr.js';
import type { Environment, Values, VariableName } from './env.js';
import type { Role } from './variable.js';

/** Values that stand in our own documents and examples. */
const PUBLISHED: readonly string[] = ['a-key-for-trying-out', 'QSBrZXkgZm9yIHRyeWluZyBvdXQgYW5kIG5vIG1vcmU='];
const ADMIN_KEY_MIN = 24;
/** 32 random bytes have 28 to 32 different values nearly always. */
const DISTINCT_BYTES_MIN = 16;

/**
 * What a role may have only while it is tried out, if `ROLLCALL_PRODUCTION` is set: each with what to do.
 */
export function productionRefusals(role: Role, values: Values, present: Environment): string[] {
  if (!values.ROLLCALL_PRODUCTION) return [];
  const isRole = (...roles: readonly Role[]): boolean => roles.includes(role);
  return [
    ...(isRole('dispatcher', 'admin', 'standalone') ? encryptionKey(values, present) : []),
    ...(isRole('admin', 'standalone') ? adminKey(values) : []),
    ...(isRole('ingest', 'admin', 'standalone') ? publicUrl(values) : []),
    ...(isRole('dispatcher', 'admin', 'standalone') ? loopback(role, values) : []),
  ];
}

const refuse = (name: VariableName, why: string, fix: string): string[] => [`${name}: ${why}, in production; ${fix}`];

function encryptionKey({ ROLLCALL_ENCRYPTION_KEY: key }: Values, present: Environment): string[] {
  const name = 'ROLLCALL_ENCRYPTION_KEY';
  const fix = 'make one (openssl rand -base64 32) and keep it in a secret of its own, with a backup';
  if (key === undefined)
    return refuse(name, 'it is not set, so that the key would lie beside the data it encrypts', fix);
  const isGuessable = new Set(key).size < DISTINCT_BYTES_MIN || PUBLISHED.includes(present[name] ?? '');
  return isGuessable ? refuse(name, 'it is no random key, or one of an example', fix) : [];
}

function adminKey({ ROLLCALL_ADMIN_KEY: key }: Values): string[] {
  if (key === undefined) return [];
  const isGuessable = key.length < ADMIN_KEY_MIN || new Set(key).size < key.length / 4 || PUBLISHED.includes(key);
  return isGuessable
    ? refuse(
        'ROLLCALL_ADMIN_KEY',
        `it has fewer than ${ADMIN_KEY_MIN} characters, few different ones, or is one of an example`,
        'make one: openssl rand -base64 32',
      )
    : [];
}

function publicUrl({ ROLLCALL_PUBLIC_URL: url }: Values): string[] {
  const name = 'ROLLCALL_PUBLIC_URL';
  const fix = 'set it to the https URL under which identity providers reach ingest';
  if (url === undefined)
    return refuse(name, 'it is not set, so that SCIM base URLs would begin with http://localhost', fix);
  return url.startsWith('https://')
    ? []
    : refuse(name, 'it is not https, so that tokens would travel in the clear', fix);
}

function loopback(role: Role, { ROLLCALL_WEBHOOK_ALLOW_CIDRS: ranges }: Values): string[] {
  const name = 'ROLLCALL_WEBHOOK_ALLOW_CIDRS';
  const fix = 'set it to none, or to the ranges that your receivers are in';
  if (ranges === undefined) {
    return role === 'standalone'
      ? refuse(name, 'it is not set, and standalone then reaches loopback addresses', fix)
      : [];
  }
  return ranges.some(hasLoopback) ? refuse(name, 'it lets webhooks reach loopback addresses', fix) : [];
}

/** Whether the range has 127.0.0.1 or ::1 in it, or is within 127.0.0.0/8. */
function hasLoopback(range: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(range);
  if (base.kind() === 'ipv6') return ipaddr.parse('::1').match([base, bits]);
  return base.range() === 'loopback' || ipaddr.parse('127.0.0.1').match([base, bits]);
}
