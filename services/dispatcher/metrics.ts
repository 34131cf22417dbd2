import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { answerClass } from '../../shared/runtime/answer.js';
import type { Settlement } from '../../shared/store/deliveries.js';
import { DELIVERY_STATUSES, timeOfId, type Delivery } from '../../shared/webhooks/delivery.js';

/** What the dispatcher tells of itself on /metrics. Labels name no endpoint: there may be thousands. */
export interface DispatcherMetrics {
  /** Delivery rows of an event were written. `ageMs`: since its commit. */
  consumed(ageMs: number): void;
  /** What came of a delivery that was started at `now`, as it was before. */
  settled(settlement: Settlement, before: Delivery, now: number): void;
  /** Where the gauges are read. */
  watch(read: () => Gauges): void;
}

export interface Gauges {
  /** Requests under way. */
  readonly inFlight: number;
  /** Endpoints that get nothing but probes. */
  readonly broken: number;
  /** Deliveries that wait for a retry or are parked, and hold up what shares a key with them. */
  readonly failing: number;
}

const LAG_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3600];
/** 60: what the objective promises, see deploy/observability. */
const DELAY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 3600];
const ATTEMPT_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

export function createDispatcherMetrics(registry: Registry): DispatcherMetrics {
  const registers = [registry];
  const lag = new Histogram({
    name: 'rollcall_dispatcher_lag_seconds',
    help: 'From the commit of an event to its delivery rows; the first event of each write.',
    buckets: LAG_SECONDS,
    registers,
  });
  const attempts = new Histogram({
    name: 'rollcall_attempt_duration_seconds',
    help: 'Requests to endpoints, by the class of the answer.',
    labelNames: ['answer'],
    buckets: ATTEMPT_SECONDS,
    registers,
  });
  const delays = new Histogram({
    name: 'rollcall_delivery_delay_seconds',
    help: 'From the change to the answer of its receiver, of deliveries that succeed at their first attempt; replays are not among them.',
    buckets: DELAY_SECONDS,
    registers,
  });
  const outcomes = new Counter({
    name: 'rollcall_deliveries_settled_total',
    help: 'Deliveries that were started, by the status that came of it.',
    labelNames: ['status'],
    registers,
  });
  for (const status of DELIVERY_STATUSES) outcomes.inc({ status }, 0);
  let read = (): Gauges => ({ inFlight: 0, broken: 0, failing: 0 });
  const gauge = (name: string, help: string, value: keyof Gauges): unknown =>
    new Gauge({
      name: `rollcall_dispatcher_${name}`,
      help,
      registers,
      collect() {
        this.set(read()[value]);
      },
    });
  gauge('in_flight', 'Requests to endpoints that are under way.', 'inFlight');
  gauge('broken_endpoints', 'Endpoints that get nothing but probes, because they do not answer.', 'broken');
  gauge('failing_deliveries', 'Deliveries that wait for a retry or are parked: each holds up its lanes.', 'failing');
  return {
    consumed: (ageMs) => {
      // What a log brings may be anything: an event without a time is no reason to stop.
      if (!Number.isNaN(ageMs)) lag.observe(Math.max(ageMs, 0) / 1000);
    },
    settled({ attempt, status }, before, now) {
      outcomes.inc({ status });
      if (status === 'delivered' && isFresh(before)) delays.observe(Math.max(now - timeOfId(before.eventId), 0) / 1000);
      if (attempt === undefined) return;
      const answer = attempt.status === null ? 'none' : answerClass(attempt.status);
      attempts.observe({ answer }, attempt.durationMs / 1000);
    },
    watch: (given) => void (read = given),
  };
}

/** Never tried, held, blocked or sent again by hand: nobody but us has kept it waiting. */
const isFresh = ({ attempts, createdAt, updatedAt }: Delivery): boolean => attempts === 0 && createdAt === updatedAt;
