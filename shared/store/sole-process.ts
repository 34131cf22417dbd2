import type { Clock } from '../runtime/clock.js';
import type { Logger } from '../runtime/logger.js';
import { pause } from '../runtime/pause.js';
import type { Leases } from './port.js';

/** Another process that cannot share its work has the database. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

export interface SoleProcess {
  /** Rejects when another process has taken the database: this one had stood still for longer than its lease. */
  readonly lost: Promise<never>;
  /** Lets the next one start at once. */
  release(): Promise<void>;
}

interface Options {
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A process that was killed is followed after so long. */
  readonly leaseMs?: number;
}

/** Its name among the leases. */
export const SOLE_LEASE = 'standalone';
const LEASE_MS = 10_000;
const RENEWALS_PER_LEASE = 4;

/**
 * Makes this process the only one of its kind that works on the database, as the lock of a data folder does. Rejects with
 * `DatabaseInUse` when another one still renews its lease after as long as one lasts.
 */
export async function beSoleProcess(leases: Leases, options: Options): Promise<SoleProcess> {
  const { owner, clock, leaseMs = LEASE_MS, logger } = options;
  const pauseMs = leaseMs / RENEWALS_PER_LEASE;
  const released = new AbortController();
  const hold = async (): Promise<boolean> => (await leases.acquire(SOLE_LEASE, owner, leaseMs, clock())) !== undefined;

  for (let tries = 0; !(await hold()); tries += 1) {
    if (tries > RENEWALS_PER_LEASE + 1) throw inUse();
    await pause(pauseMs, released.signal);
  }
  const keep = async (): Promise<never> => {
    for (;;) {
      await pause(pauseMs, released.signal);
      if (released.signal.aborted) return new Promise<never>(() => undefined);
      // While the store is away, nobody else can take it.
      const isOurs = await hold().catch((error: unknown) => {
        logger.warn({ err: error }, 'Could not renew the lease of the database; trying again.');
        return true;
      });
      if (!isOurs) throw inUse();
    }
  };
  const lost = keep();
  lost.catch(() => undefined);
  return {
    lost,
    async release() {
      released.abort();
      await leases.release(SOLE_LEASE, owner);
    },
  };
}

const inUse = (): DatabaseInUse =>
  new DatabaseInUse(
    'database: another standalone Rollcall process uses it, and without Kafka both would deliver everything; stop that process, choose another database with MONGODB_URI, or set KAFKA_BROKERS for both',
  );
