import { DEADLINE_MS, type Courier } from '../../shared/destinations/port.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { askedPause, type AttemptOutcome } from '../../shared/webhooks/retry.js';
import { createAdmission } from './admission.js';
import type { Bodies, Content } from './bodies.js';
import type { Sign } from './breaker.js';
import type { Endpoints } from './endpoints.js';
import { createHealth } from './health.js';
import { insist } from './insist.js';
import { createLedger } from './ledger.js';
import type { DispatcherMetrics, Gauges } from './metrics.js';
import { createSending, type Sent } from './send.js';
import { createTurns } from './turns.js';
import { forget, land, start, type Entry, type Reader } from './window.js';

export interface FlightsDeps {
  readonly deliveries: Pick<DeliveryStore, 'attempts' | 'claim' | 'settle' | 'move'>;
  readonly endpoints: Endpoints;
  readonly bodies: Pick<Bodies, 'of'>;
  readonly courier: Courier;
  /** Names this process in the leases of what it sends. */
  readonly owner: string;
  readonly soleOwner: boolean;
  /** See `nextAttempt` in shared/webhooks. */
  readonly retrySchedule: readonly number[];
  readonly metrics: Pick<DispatcherMetrics, 'settled'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is on its way to receivers. */
export interface Flights {
  /** An entry is ready to start: it does when it is its endpoint's turn. */
  add(entry: Entry): void;
  /** Looks again at endpoints that were passed over because they were disabled. */
  recheck(): void;
  /** Resolves when nothing of the partition is in flight any more. */
  landed(partition: number): Promise<unknown>;
  gauges(): Omit<Gauges, 'failing'>;
}

interface Flight {
  readonly partition: number;
  readonly landed: Promise<void>;
}

const TOO_MANY = 429;
const LIMITS = { perEndpoint: 32, total: 256 };
/** A lease covers the attempt and the writing down of what came of it. */
const LEASE_MS = 2 * DEADLINE_MS;

/** `onOver` is called with each entry that has landed. */
export function createFlights(deps: FlightsDeps, giveUp: AbortSignal, onOver: (entry: Entry) => void): Flights {
  const { deliveries, endpoints, logger, clock } = deps;
  const turns = createTurns<Entry>(LIMITS);
  const flights = new Set<Flight>();
  const ledger = createLedger(deliveries, logger, giveUp);
  const send = createSending({ ...deps, health: createHealth(endpoints, clock, logger), giveUp });
  const admission = createAdmission(() => recheck());
  const take = () => turns.take((endpointId) => admission.admit(endpoints.known(endpointId)));

  // What becomes ready in one turn of the event loop is claimed in one write.
  const startSoon = onceATurn(() => launch());
  const launch = (): void => {
    const batch: Entry[] = [];
    for (let entry = take(); entry !== undefined; entry = take()) {
      if (start(entry)) batch.push(entry);
      else end(entry);
    }
    if (batch.length === 0) return;
    const claimed = insist('claim deliveries', () => claim(batch, deps), logger, giveUp);
    for (const entry of batch) {
      const landed = fly(entry, claimed).catch(() => undefined);
      track(flights, { partition: entry.window.partition, landed });
    }
  };
  const recheck = (): void => {
    turns.recheck();
    startSoon();
  };
  const end = ({ window: { endpointId } }: Entry, outcome?: AttemptOutcome): void => {
    admission.learn(endpointId, signOf(outcome, clock()));
    turns.done(endpointId, heardOf(outcome));
  };
  /** Rejects only once the store was given up. */
  const fly = async (entry: Entry, claimed: Promise<Claim>): Promise<void> => {
    let sent: Sent | undefined;
    try {
      const { got, bodies } = await claimed;
      if (!got.has(entry.row.id)) return hold(entry, { ...deps, now: clock() });
      sent = await send(entry.row, bodies.get(entry.row.eventId));
      await ledger.settle(sent.settlement, sent.at);
      const now = clock();
      deps.metrics.settled(sent.settlement, entry.row, now);
      conclude(entry, sent, { ...deps, now });
    } finally {
      end(entry, sent?.outcome);
      onOver(entry);
      startSoon();
    }
  };
  return {
    add(entry) {
      turns.add(entry.window.endpointId, entry);
      startSoon();
    },
    recheck,
    gauges: () => ({ inFlight: turns.inFlight, broken: admission.broken }),
    landed: (partition) =>
      Promise.all([...flights].filter((flight) => flight.partition === partition).map(({ landed }) => landed)),
  };
}

/** However often it is called in a turn of the event loop, the work is done once, after it. */
function onceATurn(work: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      work();
    });
  };
}

/** Of an outcome that is undefined, no request was made. */
function signOf(outcome: AttemptOutcome | undefined, now: number): Sign {
  if (outcome === undefined) return 'unsent';
  const asksForMs = askedPause(outcome, now);
  if (asksForMs > 0) return { asksForMs };
  return outcome.error === null || isRefusal(outcome.status) ? 'answered' : 'failed';
}

/** A 4xx may be about the one message; a redirect, or an answer that breaks off, is not. */
const isRefusal = (status: number | null): boolean => status !== null && status >= 400 && status < 500;

/** Whether more at a time are welcome. */
const heardOf = (outcome: AttemptOutcome | undefined): boolean | undefined =>
  outcome === undefined ? undefined : outcome.status !== null && outcome.status !== TOO_MANY;

function track(flights: Set<Flight>, flight: Flight): void {
  flights.add(flight);
  void flight.landed.then(() => flights.delete(flight));
}

interface Claim {
  /** Delivery ids. */
  readonly got: ReadonlySet<string>;
  /** What to send, by event id. */
  readonly bodies: ReadonlyMap<string, Content>;
}

/** From here on the deliveries that it got are `sending`, and nobody else's for as long as the lease. */
async function claim(batch: readonly Entry[], deps: FlightsDeps): Promise<Claim> {
  const { deliveries, endpoints, owner, clock } = deps;
  const rows = batch.map(({ row }) => row);
  const bodies = await deps.bodies.of(rows);
  await endpoints.refresh();
  // One that is unknown was deleted, or made since the last read.
  if (rows.some(({ endpointId }) => endpoints.known(endpointId) === undefined)) await endpoints.read();
  const now = clock();
  const got = await deliveries.claim(rows, owner, now + LEASE_MS, now);
  return { got, bodies };
}

/** Its endpoint is disabled or gone, or it is over, or was retried by hand: what shares a key with it waits until the next poll has seen which. */
const hold = (entry: Entry, reader: Reader): void => land(entry, { ...entry.row, status: 'held' }, reader);

function conclude(entry: Entry, { settlement, at }: Sent, reader: Reader): void {
  const { status, attempts, nextAttemptAt, lastError } = settlement;
  if (status === 'delivered' || status === 'canceled') return forget(entry);
  const free = { leaseOwner: null, leaseUntil: null };
  land(entry, { ...entry.row, ...free, status, attempts, nextAttemptAt, lastError, updatedAt: at }, reader);
}
