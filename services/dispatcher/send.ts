import type { Courier } from '../../shared/destinations/port.js';
import type { DisablingReason } from '../../shared/events/event.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { thin } from '../../shared/events/thin.js';
import { failPoint } from '../../shared/runtime/fail-point.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { DeliveryStore, Settlement } from '../../shared/store/deliveries.js';
import type { Endpoint } from '../../shared/store/registry.js';
import { OPEN_STATUSES, seqOf, type Delivery } from '../../shared/webhooks/delivery.js';
import { nextAttempt, type AttemptOutcome } from '../../shared/webhooks/retry.js';
import type { Signer } from '../../shared/webhooks/sign.js';
import type { Content } from './bodies.js';
import type { Endpoints } from './endpoints.js';
import type { Health } from './health.js';
import { insist } from './insist.js';
import { tellParked } from './operational.js';

interface SendDeps {
  readonly deliveries: Pick<DeliveryStore, 'attempts' | 'move'>;
  readonly endpoints: Endpoints;
  readonly courier: Courier;
  readonly health: Health;
  readonly retrySchedule: readonly number[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly giveUp: AbortSignal;
}

export interface Sent {
  readonly settlement: Settlement;
  /** The reading of the clock by which its next attempt was planned. Milliseconds since the epoch. */
  readonly at: number;
  /** What came of the request; undefined when none was made. */
  readonly outcome: AttemptOutcome | undefined;
}

/** How long a delivery waits that cannot be signed: until an operator has set the right encryption key, or rotated the secret. */
const UNSIGNABLE_PAUSE_MS = 60_000;

/** Sends a claimed delivery once and decides what becomes of it. `content` undefined: its event is not in the store. Rejects only once the store was given up. */
export function createSending(deps: SendDeps): (delivery: Delivery, content: Content | undefined) => Promise<Sent> {
  const { endpoints, courier, health, retrySchedule, clock, logger } = deps;
  return async (delivery, content) => {
    const begunAt = clock();
    const endpoint = endpoints.known(delivery.endpointId);
    if (endpoint === undefined) return unsent(delivery, begunAt, 'canceled', 'the endpoint was deleted');
    if (!endpoint.enabled) return unsent(delivery, begunAt, 'held', delivery.lastError);
    if (content === undefined) {
      logger.error(namesOf(delivery), 'The event of a delivery is not in the store; the delivery is canceled.');
      return unsent(delivery, begunAt, 'canceled', 'the event is no longer in the store');
    }
    let sign: Signer;
    try {
      sign = endpoints.signerOf(endpoint);
    } catch (error) {
      logger.error({ ...namesOf(delivery), err: error }, 'A delivery cannot be signed; it is tried again in a minute.');
      const reason = `it cannot be signed: ${error instanceof Error ? error.message : String(error)}`;
      return unsent(delivery, begunAt, 'retrying', reason, begunAt + UNSIGNABLE_PAUSE_MS);
    }
    failPoint('attempt.claimed');
    const { attempt, outcome } = await courier.attempt({
      ...{ delivery, url: endpoint.url, sign, traceparent: content.traceparent },
      body: endpoint.payload === 'ids' ? thin(content.body) : content.body,
    });
    failPoint('attempt.answered');
    const attempts = delivery.attempts + 1;
    const at = clock();
    const next = nextAttempt(outcome, attempts, at, Math.random(), retrySchedule);
    const isGone = next.disableEndpoint !== undefined;
    const whyDisable = next.disableEndpoint ?? (await health.note(endpoint.id, outcome.error === null));
    if (whyDisable !== undefined) await disable(endpoint, isGone ? 'gone' : 'failing', whyDisable, deps);
    const { status, nextAttemptAt } =
      whyDisable === undefined ? next : { status: 'held' as const, nextAttemptAt: null };
    const settled = { deliveryId: delivery.id, attempt, status, attempts, nextAttemptAt, lastError: outcome.error };
    if (status !== 'parked') return { settlement: settled, at, outcome };
    logger.warn({ ...namesOf(delivery), err: outcome.error }, 'A delivery has used up its retries; it is parked.');
    const tells = await whoIsTold(delivery, attempts, outcome.status, deps);
    return { settlement: { ...settled, tells }, at, outcome };
  };
}

const namesOf = (delivery: Delivery) => {
  const { id, endpointId, eventType, directoryId } = delivery;
  return { deliveryId: id, endpointId, eventType, directoryId, seq: seqOf(delivery) };
};

/** The deliveries that tell of one that is parked. One that itself tells of another is parked silently, or there would be no end. */
async function whoIsTold(
  delivery: Delivery,
  attempts: number,
  answer: number | null,
  { deliveries, endpoints, clock, logger, giveUp }: SendDeps,
): Promise<Delivery[]> {
  if (delivery.body !== null) return [];
  const work = async (): Promise<Delivery[]> => {
    const all = await endpoints.read();
    const last = (await deliveries.attempts(delivery.id)).at(-1)?.id;
    return tellParked(delivery, { attempts, answer, last }, all, clock());
  };
  return insist('tell of a parked delivery', work, logger, giveUp);
}

const unsent = (
  { id, attempts }: Delivery,
  at: number,
  status: Settlement['status'],
  lastError: string | null,
  nextAttemptAt: number | null = null,
): Sent => ({ settlement: { deliveryId: id, status, attempts, nextAttemptAt, lastError }, at, outcome: undefined });

/** First the endpoint, then its deliveries: a stop in between leaves deliveries that the next poll holds. */
async function disable({ id, url }: Endpoint, reason: DisablingReason, words: string, deps: SendDeps): Promise<void> {
  const { deliveries, endpoints, clock, logger, giveUp } = deps;
  const work = async (): Promise<void> => {
    await endpoints.disable(id, url, reason, words);
    await endpoints.read();
    if (endpoints.known(id)?.enabled !== false) return;
    // The parked ones too: on its return, all goes on where it stopped.
    await deliveries.move(id, [...OPEN_STATUSES, 'parked'], 'held', clock());
    logger.warn({ endpointId: id, reason: words }, 'An endpoint is disabled; its deliveries are held.');
  };
  // Given up only at a stop; then the first delivery after the restart is told the same.
  await insist('disable an endpoint', work, logger, giveUp).catch(() => undefined);
}
