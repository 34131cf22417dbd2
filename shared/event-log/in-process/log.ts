import type { Logger } from '../../runtime/logger.js';
import { createWakeup, type Wakeup } from '../../runtime/wakeup.js';
import type { EventReader } from '../../store/port.js';
import { createOutage } from '../outage.js';
import type { EventLog } from '../port.js';
import { consumePartition } from './consume.js';

export interface InProcessLogOptions {
  /** The store's events are the log: what has a position is in it. */
  readonly events: EventReader;
  readonly partitions: number;
  readonly logger: Logger;
}

/** As many as can be configured. */
const PARTITIONS_MAX = 256;

/**
 * The event log of a process that has every role: no second copy of the events, and one consumer of a group at a time; another
 * one of the same group waits until the first has ended.
 */
export function createInProcessLog({ events, partitions, logger }: InProcessLogOptions): EventLog {
  const waiting = new Map<number, Set<Wakeup>>();
  const groups = new Map<string, Promise<unknown>>();

  const consumeAll: EventLog['consume'] = async (group, consumer, signal) => {
    const outage = createOutage('consume the event log', logger);
    const one = async (partition: number): Promise<void> => {
      const published = createWakeup();
      const wakeups = waiting.get(partition) ?? new Set();
      waiting.set(partition, wakeups.add(published));
      // A signal of its own for each: Node takes many waiting for one and the same for a leak.
      const stop = AbortSignal.any([signal]);
      await consumePartition({ partition, group, consumer, events, published, outage, logger, signal: stop });
      wakeups.delete(published);
    };
    await Promise.all(Array.from({ length: partitions }, (_, partition) => one(partition)));
  };

  return {
    async publish(partition) {
      for (const wakeup of waiting.get(partition) ?? []) wakeup.wake();
    },
    async consume(group, consumer, signal) {
      const before = groups.get(group) ?? Promise.resolve();
      const turn = Promise.race([before, aborted(signal)]).then(() => consumeAll(group, consumer, signal));
      groups.set(group, Promise.allSettled([before, turn]));
      await turn;
    },
    async check() {
      for (let partition = PARTITIONS_MAX - 1; partition >= partitions; partition -= 1) {
        const stranded = await events.after(partition, { position: 0, index: 0 }, 1);
        if (stranded.length > 0) throw tooFew(partitions, partition + 1);
      }
    },
    async close() {
      await Promise.allSettled(groups.values());
    },
  };
}

const tooFew = (partitions: number, needed: number): Error =>
  new Error(
    `event log: the store has events in ${needed} partitions, but ROLLCALL_LOG_PARTITIONS is ${partitions}; set it to at least ${needed}, or those events would never be delivered`,
  );

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
