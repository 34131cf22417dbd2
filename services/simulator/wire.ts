import { Pool } from 'undici';
import { asObject, jsonOf } from './json.js';

/** What came of one HTTP request. */
export interface Answer {
  /** Null when no answer came, whole and in time: the request may or may not have been carried out. */
  readonly status: number | null;
  /** The JSON object of the answer; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The `x-request-id` header. */
  readonly requestId: string | null;
  /** Milliseconds that the Retry-After header asks for. */
  readonly retryAfterMs: number | null;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly durationMs: number;
  /** Why no answer came. */
  readonly error: string | null;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Wire {
  /** `path` begins with a slash and is added to the SCIM base URL. Never rejects. */
  send(method: Method, path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Okta gives up after 60 s. */
const ANSWER_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Single HTTP requests to a SCIM base URL, over at most `connections` kept-alive connections. */
export function openWire(baseUrl: string, headers: Readonly<Record<string, string>>, connections: number): Wire {
  const { origin, pathname } = new URL(baseUrl);
  const base = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
  return {
    async send(method, path, body) {
      const sentAt = Date.now();
      const start = performance.now();
      const elapsed = (): number => performance.now() - start;
      try {
        const response = await pool.request({
          method,
          path: base + path,
          headers,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.body.text();
        return {
          status: response.statusCode,
          body: asObject(jsonOf(text)),
          requestId: single(response.headers['x-request-id']),
          retryAfterMs: retryAfter(single(response.headers['retry-after']), sentAt),
          sentAt,
          durationMs: elapsed(),
          error: null,
        };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return {
          status: null,
          body: {},
          requestId: null,
          retryAfterMs: null,
          sentAt,
          durationMs: elapsed(),
          error: reason,
        };
      }
    },
    close: () => pool.close(),
  };
}

const single = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

/** Seconds, or a date (RFC 9110 section 10.2.3). */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
