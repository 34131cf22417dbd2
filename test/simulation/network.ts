import { createHmac } from 'node:crypto';
import type { Arrival } from '../../services/cli/demo/receiver.js';
import type { Courier, Message } from '../../shared/destinations/port.js';
import { DEADLINE_MS } from '../../shared/destinations/port.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { pass, type Passage } from './faulty-store.js';
import type { VirtualTime } from './virtual-time.js';

/**
 * How a receiver treats a request.
 *
 *   error        500
 *   tooMany      429, to be repeated after some seconds
 *   busy         503, likewise
 *   gone         410
 *   abort        400, and no more of this message
 *   silent       no answer until the deadline
 *   cut          the connection ends without an answer
 *   lost         taken, but the answer does not come back
 *   slow         taken, and answered shortly before the deadline
 *   unreachable  no connection
 */
export const MOODS = [
  'error',
  'tooMany',
  'busy',
  'gone',
  'abort',
  'silent',
  'cut',
  'lost',
  'slow',
  'unreachable',
] as const;

export type Mood = (typeof MOODS)[number];

interface Answer {
  readonly status: number | null;
  readonly retryAfter?: string;
  readonly directive?: string;
  /** From the request's start to its end. */
  readonly afterMs: number;
}

export interface SimulatedReceiver {
  readonly url: string;
  readonly secret: string;
  readonly arrivals: readonly Arrival[];
  /** Ids of events that it got from an operator. */
  readonly byHand: ReadonlySet<string>;
  /** The next so many requests are treated so. */
  feel(mood: Mood, times: number): void;
  /** An operator sees to it that it gets a message by other ways. */
  take(id: string, body: string): void;
  receive(headers: Readonly<Record<string, string>>, body: string): Answer;
  calm(): void;
}

/** The status of a message that a receiver wants no more of. */
export const ABORTED = 400;

const RETRY_AFTER_S = 7;
const SLOW_MS = DEADLINE_MS - 500;

export function createReceiver(name: string, time: VirtualTime): SimulatedReceiver {
  const secret = `whsec_${Buffer.from(name.padEnd(32, '.')).toString('base64')}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const arrivals: Arrival[] = [];
  const byHand = new Set<string>();
  let moods: Mood[] = [];
  const note = (id: string, body: string, signedAt: number, isVerified: boolean, status: Arrival['status']): void =>
    void arrivals.push({ id, body, isVerified, at: time.now(), signedAt, status });
  return {
    url: `http://${name}.test/`,
    secret,
    arrivals,
    byHand,
    feel: (mood, times) => void moods.push(...Array.from({ length: times }, () => mood)),
    take(id, body) {
      byHand.add(id);
      note(id, body, NaN, true, 204);
    },
    calm: () => void (moods = []),
    receive(headers, body) {
      const mood = moods.shift();
      if (mood === 'unreachable') return { status: null, afterMs: 0 };
      const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signature } = headers;
      const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
      const { noted, ...answer } = answerOf(mood);
      note(id, body, Number(timestamp) * 1000, signature === expected, noted);
      return answer;
    },
  };
}

/** `noted`: what the receiver thinks that it has answered. */
function answerOf(mood: Mood | undefined): Answer & { readonly noted: Arrival['status'] } {
  const simple = (status: number): Answer & { noted: number } => ({ status, noted: status, afterMs: 0 });
  const retryAfter = String(RETRY_AFTER_S);
  switch (mood) {
    case undefined:
    case 'unreachable':
      return simple(204);
    case 'error':
      return simple(500);
    case 'tooMany':
      return { ...simple(429), retryAfter };
    case 'busy':
      return { ...simple(503), retryAfter };
    case 'gone':
      return simple(410);
    case 'abort':
      return { ...simple(ABORTED), directive: 'abort-message' };
    case 'silent':
      return { status: null, noted: null, afterMs: DEADLINE_MS };
    case 'cut':
      return { status: null, noted: null, afterMs: 0 };
    case 'lost':
      return { status: null, noted: 204, afterMs: 0 };
    case 'slow':
      return { ...simple(204), afterMs: SLOW_MS };
  }
}

interface Network {
  readonly receivers: readonly SimulatedReceiver[];
  readonly clock: Clock;
  readonly newId: () => string;
  /** How long one way takes. */
  readonly latency: () => number;
}

/** Takes messages over the simulated network. */
export function createCourier(passage: Passage, { receivers, clock, newId, latency }: Network): Courier {
  const { time, world, owner, trace } = passage;
  const post = async (message: Message) => {
    const { delivery, url, body, sign } = message;
    const [startedAt, start] = [clock(), time.now()];
    const receiver = receivers.find((one) => one.url === url);
    const headers = sign(delivery.eventId, Math.floor(startedAt / 1000), body);
    const { status, retryAfter, directive } = await new Promise<Answer>((resolve) => {
      // What is on its way arrives, whatever becomes of its sender.
      time.after(latency(), world, () => {
        const answer = receiver?.receive(headers, body.toString()) ?? { status: 404, afterMs: 0 };
        trace(() => `${url} ${delivery.eventId} ${String(answer.status)}`);
        const left = DEADLINE_MS - (time.now() - start);
        time.after(Math.min(Math.max(answer.afterMs, latency()), left), owner, () => resolve(answer));
      });
    });
    const isTaken = status !== null && status < 300;
    const error = isTaken ? null : status === null ? 'no answer' : `the receiver answered ${status}`;
    const { id: deliveryId, endpointId } = delivery;
    const durationMs = Math.round(time.now() - start);
    return {
      attempt: { id: newId(), deliveryId, endpointId, startedAt, durationMs, status, error, response: '' },
      outcome: { status, error, retryAfter: retryAfter ?? null, directive: directive ?? null },
      isSent: true,
    };
  };
  return {
    attempt: (message) => pass('attempt', () => post(message), { ...passage, lag: undefined }),
    close: async () => undefined,
  };
}
