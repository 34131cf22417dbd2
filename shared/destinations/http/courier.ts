import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../runtime/clock.js';
import { newId } from '../../runtime/ids.js';
import { version } from '../../runtime/version.js';
import { parseCidrs } from '../../webhooks/target-address.js';
import { DEADLINE_MS, type Courier, type Message } from '../port.js';
import { failureInWords, whyNotDelivered } from './failure.js';
import { guardedConnect } from './guarded-connect.js';

/** An answer is read no further than this. */
const READ_BYTES = 64 * 1024;
/** What is kept of it. */
const KEEP_BYTES = 4 * 1024;

const USER_AGENT = `Rollcall/${version}`;

/** Signed POSTs to allowed addresses only; `allowCidrs` are address ranges that they may reach although the guard refuses them. */
export function createHttpCourier(allowCidrs: readonly string[], clock: Clock, deadlineMs = DEADLINE_MS): Courier {
  // One pool of kept-alive connections per origin. The limits of undici are off: the deadline stands for all of them.
  const connect = guardedConnect(parseCidrs(allowCidrs), deadlineMs);
  const agent = new Agent({ connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async attempt(message) {
      const startedAt = clock();
      const start = performance.now();
      const result = await post(agent, message, startedAt, deadlineMs);
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      const { id: deliveryId, endpointId } = message.delivery;
      const { status, error, response, headers } = result;
      return {
        attempt: { id: newId(), deliveryId, endpointId, startedAt, durationMs, status, error, response },
        outcome: {
          status,
          error,
          retryAfter: first(headers['retry-after']),
          directive: first(headers['webhook-delivery']),
        },
      };
    },
    close: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string;
  readonly headers: Dispatcher.ResponseData['headers'];
}

async function post(agent: Agent, message: Message, now: number, deadlineMs: number): Promise<Answer> {
  const deadline = new AbortController();
  const { signal } = deadline;
  let status: number | null = null;
  // undici heeds the signal only once it is connected, so that the end of the deadline has to be raced for.
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('late')), { once: true });
  });
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    const { statusCode, headers, body } = await Promise.race([agent.request(requestOf(message, now, signal)), late]);
    status = statusCode;
    const response = await Promise.race([readStart(body), late]);
    return { status, error: whyNotDelivered(status, first(headers['location'])), response, headers };
  } catch (cause) {
    const error = failureInWords(cause, { isLate: signal.aborted, deadlineMs, url: message.url, status });
    return { status, error, response: '', headers: {} };
  } finally {
    clearTimeout(timer);
  }
}

function requestOf({ delivery, url, body, sign }: Message, now: number, signal: AbortSignal) {
  const { origin, pathname, search } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    ...sign(delivery.eventId, Math.floor(now / 1000), body),
  };
  return { origin, path: pathname + search, method: 'POST', headers, body, signal } as const;
}

/** Reads the answer to its end, so that the connection can be used again; one that is too long is cut off with its connection. */
async function readStart(answer: AsyncIterable<Buffer>): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    if (size < KEEP_BYTES) kept.push(chunk.subarray(0, KEEP_BYTES - size));
    size += chunk.length;
    if (size > READ_BYTES) break;
  }
  return Buffer.concat(kept).toString();
}

const first = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;
