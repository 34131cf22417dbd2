import { createDispatcher } from '../../services/dispatcher/dispatcher.js';
import { createWriter } from '../../services/ingest/writer.js';
import { createRelay } from '../../services/relay/relay.js';
import type { Command } from '../../shared/directory/command.js';
import type { DirectoryRef } from '../../shared/directory/deletion.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import type { Courier } from '../../shared/destinations/port.js';
import { createInProcessLog } from '../../shared/event-log/in-process/log.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { createSealer } from '../../shared/runtime/seal.js';
import type { Store } from '../../shared/store/port.js';

/** One process of the product, as services/standalone wires it: without HTTP on either side, without journals and without a janitor. */
export interface Service {
  readonly submit: (directory: DirectoryRef, command: Command) => Promise<ResourceRow | undefined>;
  readonly resources: Store['resources'];
  /** As on SIGTERM: what is under way comes to its end. */
  stop(): Promise<void>;
}

export interface ServiceDeps {
  readonly store: Store;
  /** Otherwise it is a server, which may be others' too. */
  readonly isStoreInProcess: boolean;
  readonly courier: Courier;
  readonly partitions: number;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** The pause before each attempt, in milliseconds. */
const RETRY_SCHEDULE = [0, 1_000, 5_000, 20_000];

export const sealer = createSealer(Buffer.alloc(32, 7));

const METRICS = { consumed: () => undefined, settled: () => undefined, watch: () => undefined };

export function startService(deps: ServiceDeps): Service {
  const { store, isStoreInProcess, courier, partitions, clock, newId, logger } = deps;
  const { commits, outbox, leases, events, deliveries, registry, resources } = store;
  const log = createInProcessLog({ events, partitions, logger });
  const owner = newId();
  const relay = createRelay({ outbox, leases, log, owner, partitions, clock, logger });
  const onCommit = (partition: number): void => relay.wake(partition);
  const writer = createWriter({ commits, clock, newId, onCommit, onEvents: () => undefined });
  const dispatcher = createDispatcher({
    ...{ log, owner, clock, logger, deliveries, events, sealer, courier },
    group: 'dispatcher',
    endpoints: registry.endpoints,
    replays: registry.replays,
    soleOwner: isStoreInProcess,
    retrySchedule: RETRY_SCHEDULE,
    metrics: METRICS,
  });
  const background = new AbortController();
  const running = Promise.all([relay.run(background.signal), dispatcher.run(background.signal)]);
  return {
    submit: (directory, command) => writer.submit(directory, command),
    resources,
    async stop() {
      await writer.drained();
      background.abort();
      await running;
      await log.close();
    },
  };
}
