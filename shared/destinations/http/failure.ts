import { types } from 'node:util';

/** A webhook's host is, or resolves to, nothing but addresses that webhooks may not go to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Why an answer is no success, in words; null for a success. */
export function whyNotDelivered(status: number, location: string | null): string | null {
  if (status >= 200 && status < 300) return null;
  if (status < 300 || status >= 400) return `the receiver answered ${status}`;
  const to = location === null ? '' : ` to ${location.slice(0, 200)}`;
  return `the receiver answered ${status}, a redirect${to}; redirects are not followed: set the endpoint's URL to where it leads`;
}

interface Circumstances {
  readonly url: string;
  readonly deadlineMs: number;
  /** Whether the deadline had passed. */
  readonly isLate: boolean;
  /** The answer's status, when it had begun. */
  readonly status: number | null;
}

/** Why no whole answer came, in words. */
export function failureInWords(error: unknown, { url, deadlineMs, isLate, status }: Circumstances): string {
  const cause = firstCause(error);
  if (cause instanceof AddressRefused) return cause.message;
  const code = codeOf(cause);
  if (isLate || code === 'UND_ERR_CONNECT_TIMEOUT') {
    const seconds = `${deadlineMs / 1000} s`;
    return status === null
      ? `the receiver did not answer within ${seconds}`
      : `the receiver began to answer ${status}, and did not end within ${seconds}`;
  }
  const { host, hostname } = new URL(url);
  const known = WORDS[code]?.(host, hostname);
  if (known !== undefined) return known;
  const message = types.isNativeError(cause) ? cause.message : String(cause);
  return isAboutCertificate(cause)
    ? `the certificate of ${host} cannot be trusted: ${message}`
    : `the request to ${host} failed: ${message}`;
}

const closed = (host: string): string => `${host} closed the connection before it had answered`;
const unreachable = (host: string): string =>
  `${host} cannot be reached from here; check the network and its firewalls`;

const WORDS: Readonly<Record<string, (host: string, hostname: string) => string>> = {
  ECONNREFUSED: (host) => `${host} refused the connection; nothing listens there`,
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  ENOTFOUND: (_, hostname) => `the name ${hostname} does not resolve to an address`,
  EAI_AGAIN: (_, hostname) => `the name ${hostname} could not be resolved: the name server did not answer`,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
};

/** By OpenSSL's and Node's codes of a certificate that was refused. */
export const isAboutCertificate = (error: unknown): boolean => /CERT|ERR_TLS|UNABLE_TO_VERIFY/.test(codeOf(error));

/** Of a connection that was tried on several addresses, the first failure. */
function firstCause(error: unknown): unknown {
  const causes: unknown = types.isNativeError(error) && 'errors' in error ? error.errors : [];
  return (Array.isArray(causes) ? (causes as unknown[])[0] : undefined) ?? error;
}

const codeOf = (error: unknown): string =>
  types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
