import type { Courier } from '../../shared/destinations/port.js';
import type { EventLog } from '../../shared/event-log/port.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { Sealer } from '../../shared/runtime/seal.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { EventReader } from '../../shared/store/port.js';
import type { Registry } from '../../shared/store/registry.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { createBodies } from './bodies.js';
import { createConsumption } from './consume.js';
import { runDisablings } from './disablings.js';
import { createEndpoints } from './endpoints.js';
import { insist } from './insist.js';
import type { DispatcherMetrics } from './metrics.js';
import { runReplays } from './replays.js';
import { createScheduler } from './scheduler.js';

export interface DispatcherDeps {
  readonly log: EventLog;
  /** Consumer group: of several dispatchers, each has partitions of its own. */
  readonly group: string;
  readonly deliveries: DeliveryStore;
  readonly events: EventReader;
  readonly endpoints: Registry['endpoints'];
  readonly replays: Registry['replays'];
  readonly sealer: Sealer;
  /** Names this process in the leases of what it sends. */
  readonly owner: string;
  /**
   * No other dispatcher can be there: leases of others are those of processes that have ended; and whoever changes something
   * calls `look`.
   */
  readonly soleOwner: boolean;
  /** The pause before each attempt, the first one included, in milliseconds. */
  readonly retrySchedule: readonly number[];
  /** Whoever made it closes it. */
  readonly courier: Courier;
  readonly metrics: DispatcherMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Dispatcher {
  /**
   * Turns the log's records into deliveries and sends them, until `signal` aborts; then takes no more records, lets attempts
   * that are under way end (15 s at most), and resolves.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Others have changed deliveries or endpoints: looks at once. Only ever a hint. */
  look(): void;
}

/**
 * The event log's records become deliveries, and deliveries become signed attempts. Who does what, by file:
 *
 *   consume        records → delivery rows (`fan-out`); what the log has lost is taken from the store (`stored-events`)
 *   scheduler      sends the rows of the partitions that this process owns
 *     partition      reads one partition's rows (`read-window`), after they have followed their endpoints (`follow-endpoints`)
 *       window         one endpoint's next rows in memory; its `lanes` say which may start, its `backlog` what is left to the store
 *     flights        what is on its way: `turns` picks the next row, `send` sends it, `ledger` writes down what came of it
 *       admission      which endpoints may get a request now: `token-bucket` and `breaker`
 *       send           one attempt by the courier of shared/destinations
 *       health         disables endpoints that have failed for days
 *       operational    the deliveries that tell of a parked delivery or a disabled endpoint
 *   endpoints      which endpoints there are, and their signatures
 *   bodies         the events' bytes, kept from `consume` to `send`
 *   replays        marks deliveries of former times as pending again, a few at a time
 *   disablings     tells of endpoints that were disabled (`operational`)
 *   insist         repeats what must not be given up while the store is away
 */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { log, group, deliveries, events, courier, owner, soleOwner, retrySchedule, metrics, clock, logger } = deps;
  const endpoints = createEndpoints(deps.endpoints, deps.sealer, clock);
  const bodies = createBodies(events, clock);
  const sending = { deliveries, endpoints, bodies, courier, owner, soleOwner, retrySchedule };
  const scheduler = createScheduler({ ...sending, metrics, clock, logger });
  return {
    look() {
      // Where they cannot be read, the look itself waits for the store.
      const known = endpoints.read().catch(() => undefined);
      void known.then(() => scheduler.look());
    },
    async run(signal) {
      metrics.watch(() => scheduler.gauges());
      const onInserted = (partition: number, rows: readonly Delivery[]): void => scheduler.offer(partition, rows);
      const onUnsure = (partition: number): void => scheduler.doubt(partition);
      const consumer = {
        assigned: async (partition: number) => scheduler.open(partition),
        revoked: async (partition: number) => scheduler.close(partition),
        records: createConsumption({
          ...{ deliveries, events, endpoints, bodies, metrics, clock, logger },
          ...{ onInserted, onUnsure },
        }),
      };
      const owns = (partition: number): boolean => scheduler.owns(partition);
      const aside = [
        runReplays({ deliveries, events, endpoints, replays: deps.replays, owns, clock, logger }, signal),
        runDisablings({ deliveries, endpoints, owns, clock, logger }, signal),
      ];
      const stop = (): void => void scheduler.drain();
      signal.addEventListener('abort', stop, { once: true });
      await insist('consume the event log', () => log.consume(group, consumer, signal), logger, signal).catch(
        (error: unknown) => logger.warn({ err: error }, 'The event log failed while the dispatcher stopped.'),
      );
      await Promise.all(aside);
      await scheduler.drain();
    },
  };
}
