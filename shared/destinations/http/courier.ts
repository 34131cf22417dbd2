import type { IncomingHttpHeaders } from 'node:http';
import type { Agent } from 'undici';
import type { Clock } from '../../runtime/clock.js';
import { newId } from '../../runtime/ids.js';
import { noTracing, spanBelow } from '../../runtime/tracing.js';
import { version } from '../../runtime/version.js';
import { parseCidrs } from '../../runtime/address-ranges.js';
import { DEADLINE_MS, type Courier, type Message } from '../port.js';
import { failureInWords, whyNotDelivered } from './failure.js';

/** An answer is read no further than this. */
const READ_BYTES = 64 * 1024;
/** What is kept of it. */
const KEEP_BYTES = 4 * 1024;

const USER_AGENT = `Rollcall/${version}`;

/** Signed POSTs to allowed addresses only; `allowCidrs` are address ranges that they may reach although the guard refuses them. */
export function createHttpCourier(
  allowCidrs: readonly string[],
  clock: Clock,
  deadlineMs = DEADLINE_MS,
  tracing = noTracing,
): Courier {
  const allowed = parseCidrs(allowCidrs);
  let opened: Promise<Agent | Error> | undefined;
  /** With the first attempt: undici is a quarter of a start. */
  const open = (): Promise<Agent | Error> =>
    (opened ??= import('./agent.js').then(({ openAgent }) => openAgent(allowed, deadlineMs), notLoaded));
  return {
    async attempt(message) {
      const agent = await open();
      const startedAt = clock();
      const start = performance.now();
      const parent = message.traceparent;
      const own = parent === undefined ? undefined : spanBelow(parent);
      const result =
        agent instanceof Error
          ? { status: null, error: agent.message, response: '', headers: {}, isSent: false }
          : await post(agent, requestOf(message, own, startedAt), deadlineMs);
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      const { id: deliveryId, endpointId } = message.delivery;
      const { status, error, response, headers, isSent } = result;
      if (own !== undefined && tracing.isOn) {
        const attributes = {
          ...{ 'rollcall.delivery.id': deliveryId, 'rollcall.endpoint.id': endpointId },
          ...(status !== null && { 'http.response.status_code': status }),
        };
        const times = { startMs: startedAt, endMs: startedAt + durationMs };
        tracing.record({
          name: 'attempt',
          kind: 'client',
          own,
          parent,
          ...times,
          attributes,
          error: error ?? undefined,
        });
      }
      return {
        attempt: { id: newId(), deliveryId, endpointId, startedAt, durationMs, status, error, response },
        outcome: {
          status,
          error,
          retryAfter: first(headers['retry-after']),
          directive: first(headers['webhook-delivery']),
        },
        isSent,
      };
    },
    async close() {
      const agent = await opened;
      if (!(agent instanceof Error)) await agent?.destroy();
    },
  };
}

const notLoaded = (cause: unknown): Error =>
  new Error(`the client of HTTP cannot be loaded: ${String(cause)}; start Rollcall again`);

interface Answer {
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string;
  readonly headers: IncomingHttpHeaders;
  readonly isSent: boolean;
}

const LATE = new Error('The deadline has passed.');
const ENOUGH = new Error('The answer is longer than it is read.');

/**
 * Never rejects. By undici's `dispatch`, because its `request` makes a stream of each answer and needs an abort signal for the
 * deadline: two thirds of the time of an attempt.
 */
function post(agent: Agent, request: ReturnType<typeof requestOf>, deadlineMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    let status: number | null = null;
    let headers: IncomingHttpHeaders = {};
    let size = 0;
    const kept: Buffer[] = [];
    let isOver = false;
    let isSent = false;
    const end = (answer: Omit<Answer, 'isSent'>): void => {
      isOver = true;
      clearTimeout(timer);
      resolve({ ...answer, isSent });
    };
    const fail = (cause: unknown): void => {
      if (isOver) return;
      const error = failureInWords(cause, { isLate: cause === LATE, deadlineMs, url: request.origin, status });
      end({ status, error, response: '', headers: {} });
    };
    /** The answer is here, as far as it is read. */
    const succeed = (code: number): void => {
      const error = whyNotDelivered(code, first(headers['location']));
      end({ status, error, response: Buffer.concat(kept).toString(), headers });
    };
    let cut = (_reason: Error): void => undefined;
    const timer = setTimeout(() => {
      fail(LATE);
      cut(LATE);
    }, deadlineMs);
    agent.dispatch(request, {
      onRequestStart(controller) {
        isSent = true;
        // What had no connection when the deadline passed must not start any more.
        if (isOver) controller.abort(LATE);
        else cut = (reason) => controller.abort(reason);
      },
      onResponseStart(_controller, code, received) {
        if (code < 200) return; // informational: the answer is still to come
        [status, headers] = [code, received];
      },
      onResponseData(_controller, chunk) {
        if (size < KEEP_BYTES) kept.push(chunk.subarray(0, KEEP_BYTES - size));
        size += chunk.length;
        if (size <= READ_BYTES || status === null) return;
        succeed(status);
        cut(ENOUGH);
      },
      onResponseEnd() {
        if (status !== null && !isOver) succeed(status);
      },
      onResponseError: (_controller, error) => fail(error),
    });
  });
}

function requestOf({ delivery, url, body, sign }: Message, traceparent: string | undefined, now: number) {
  const { origin, pathname, search } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    ...sign(delivery.eventId, Math.floor(now / 1000), body),
    ...(traceparent && { traceparent }),
  };
  return { origin, path: pathname + search, method: 'POST', headers, body } as const;
}

const first = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;
