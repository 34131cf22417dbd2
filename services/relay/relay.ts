import { createOutage, type Outage } from '../../shared/event-log/outage.js';
import type { EventLog } from '../../shared/event-log/port.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { pause } from '../../shared/runtime/pause.js';
import { createWakeup, type Wakeup } from '../../shared/runtime/wakeup.js';
import type { Leases, Outbox } from '../../shared/store/port.js';
import { relayPartition } from './partition.js';

export interface RelayOptions {
  readonly outbox: Pick<Outbox, 'next' | 'markPublished'>;
  readonly leases: Leases;
  readonly log: Pick<EventLog, 'publish'>;
  readonly partitions: number;
  /** Tells this relay from every other one. */
  readonly owner: string;
  /** Whether nobody commits without waking this relay, as in a process that has the store for itself. */
  readonly isAlwaysWoken?: boolean | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Relay {
  /**
   * Publishes until the signal aborts; then finishes what is under way, gives its leases back and resolves. Never rejects: a
   * store or a log that cannot be reached is waited for.
   */
  run(signal: AbortSignal): Promise<void>;
  /** A hint that a partition has a new commit. Without one, polling finds it. */
  wake(partition: number): void;
}

/** A relay that died is followed by another one after so long. */
const LEASE_MS = 10_000;
/** How often leases are renewed and free ones are asked for. */
const RENEWAL_MS = 2500;
/** Wake-ups come with every commit: however many they are, a partition is looked at this often at most for their sake. */
const WAKE_SPACING_MS = 10;
/** A wait for wake-ups may end without any. */
const QUIET_MS = 60_000;

/** A partition that this relay publishes. */
interface OpenPartition {
  readonly committed: Wakeup;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

type OpenPartitions = Map<number, OpenPartition>;

/** Moves commits from the outbox to the event log. A relay takes every partition that is free; others wait to take over. */
export function createRelay(options: RelayOptions): Relay {
  const open: OpenPartitions = new Map();
  const grown = new Set<number>();
  const wakeup = createWakeup();

  /** Tells the partitions that have grown. */
  const passOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await wakeup.wait(QUIET_MS, signal);
      for (const partition of grown) open.get(partition)?.committed.wake();
      grown.clear();
      await pause(WAKE_SPACING_MS, signal);
    }
  };

  return {
    async run(signal) {
      await Promise.all([keepLeases(options, open, signal), passOn(signal)]);
    },
    wake(partition) {
      grown.add(partition);
      wakeup.wake();
    },
  };
}

/** Publishes each partition whose lease is ours, until the signal aborts. */
async function keepLeases(options: RelayOptions, open: OpenPartitions, signal: AbortSignal): Promise<void> {
  const { leases, partitions, owner, clock, logger } = options;
  const publishing = createOutage('publish to the event log', logger);
  const leasing = createOutage('renew the leases of the relay', logger);
  const held = new Set<number>();

  const renew = async (partition: number): Promise<void> => {
    try {
      const epoch = await leases.acquire(leaseOf(partition), owner, LEASE_MS, clock());
      leasing.ended(partition);
      if (epoch === undefined) {
        held.delete(partition);
        open.get(partition)?.stop.abort();
      } else {
        held.add(partition);
        // One that was told to stop may still be publishing: two would publish at once.
        if (!open.has(partition)) openPartition(options, partition, open, publishing, signal);
      }
    } catch (error) {
      leasing.failed(partition, error);
    }
  };

  while (!signal.aborted) {
    await Promise.all(Array.from({ length: partitions }, (_, partition) => renew(partition)));
    await pause(RENEWAL_MS, signal);
  }
  await Promise.all([...open.values()].map(({ ended }) => ended));
  // What is not given back expires.
  await Promise.allSettled([...held].map((partition) => leases.release(leaseOf(partition), owner)));
}

const leaseOf = (partition: number): string => `relay/${partition}`;

function openPartition(
  { outbox, log, isAlwaysWoken }: RelayOptions,
  partition: number,
  open: OpenPartitions,
  outage: Outage,
  signal: AbortSignal,
): void {
  const committed = createWakeup();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ended = relayPartition({ partition, outbox, log, committed, isAlwaysWoken, outage, signal: either }).then(
    () => {
      open.delete(partition);
    },
  );
  open.set(partition, { committed, stop, ended });
}
