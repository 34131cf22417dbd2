import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { pause } from '../../shared/runtime/pause.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { Endpoints } from './endpoints.js';
import { DISABLINGS_PARTITION, tellDisabled } from './operational.js';

interface DisablingsDeps {
  readonly deliveries: Pick<DeliveryStore, 'insert'>;
  readonly endpoints: Pick<Endpoints, 'read' | 'refresh' | 'setTold'>;
  /** Whether this process has the partition. That two tell of one disabling does no harm. */
  readonly owns: (partition: number) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

const STEP_MS = 1_000;

/**
 * Tells of endpoints that were disabled, whoever did it, until `signal` aborts. Whoever disables one writes down in the same write
 * that this is to be told; it is taken back after the deliveries are made, so that none is lost. Never rejects.
 */
export async function runDisablings(deps: DisablingsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (deps.owns(DISABLINGS_PARTITION)) await tellAll(deps);
    } catch (error) {
      deps.logger.warn({ err: error }, 'Could not tell of disabled endpoints; trying again.');
    }
    await pause(STEP_MS, signal);
  }
}

/** Exported for tests: a crash may come between any two of its writes. */
export async function tellAll({
  deliveries,
  endpoints,
  clock,
}: Omit<DisablingsDeps, 'owns' | 'logger'>): Promise<void> {
  for (const endpoint of await endpoints.refresh()) {
    const { id, disabling } = endpoint;
    if (disabling === null) continue;
    // Of all there are by now, not a second ago: one that asks for the event before the disabling is told of it.
    await deliveries.insert(tellDisabled(endpoint, disabling, await endpoints.read(), clock()), []);
    await endpoints.setTold(id, disabling);
  }
}
