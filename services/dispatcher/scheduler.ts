import { setMaxListeners } from 'node:events';
import { DEADLINE_MS } from '../../shared/destinations/port.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { Delivery } from '../../shared/webhooks/delivery.js';
import { createFlights, type FlightsDeps } from './flights.js';
import type { Gauges } from './metrics.js';
import { openPartition, type Partition } from './partition.js';

export interface SchedulerDeps extends FlightsDeps {
  readonly deliveries: DeliveryStore;
}

/** Sends the deliveries of the partitions that this process owns. */
export interface Scheduler {
  open(partition: number): void;
  /** Nothing more of the partition starts; what is in flight ends by itself. */
  close(partition: number): void;
  owns(partition: number): boolean;
  /** Takes over deliveries that were just inserted. */
  offer(partition: number, rows: readonly Delivery[]): void;
  /** The store may have deliveries of the partition that were not offered. */
  doubt(partition: number): void;
  /** What is in the store may have been changed by others. */
  look(): void;
  gauges(): Gauges;
  /** Closes everything for good. Resolves when all that was in flight has ended and is written down. */
  drain(): Promise<void>;
}

/** How long a stop waits at most: for attempts to end, then for a store that fails to take down what came of them. */
const DRAIN_MS = DEADLINE_MS + 10_000;

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const partitions = new Map<number, Partition>();
  const closings = new Map<number, Promise<unknown>>();
  const giveUp = new AbortController();
  setMaxListeners(0, giveUp.signal); // as many writes wait for it as are under way when the store fails
  const flights = createFlights(deps, giveUp.signal, ({ window }) => partitions.get(window.partition)?.refill(window));
  let isDraining = false;

  const close = (number: number): void => {
    const partition = partitions.get(number);
    if (partition === undefined) return;
    partitions.delete(number);
    closings.set(number, Promise.all([partition.close(), flights.landed(number)]));
  };
  return {
    open(number) {
      close(number);
      if (isDraining) return;
      const before = closings.get(number) ?? Promise.resolve();
      partitions.set(
        number,
        openPartition(number, before, {
          ...deps,
          onReady: (entry) => flights.add(entry),
          onLooked: () => flights.recheck(),
          openPartitions: () => partitions.size,
        }),
      );
    },
    close,
    owns: (number) => partitions.has(number),
    offer: (number, rows) => partitions.get(number)?.offer(rows),
    doubt: (number) => partitions.get(number)?.doubt(),
    look() {
      for (const partition of partitions.values()) partition.look();
    },
    gauges: () => {
      const failing = [...partitions.values()].reduce((sum, partition) => sum + partition.failing(), 0);
      return { ...flights.gauges(), failing };
    },
    async drain() {
      isDraining = true;
      const timer = setTimeout(() => giveUp.abort(), DRAIN_MS);
      for (const number of [...partitions.keys()]) close(number);
      await Promise.all(closings.values());
      clearTimeout(timer);
    },
  };
}
