import { setImmediate as othersTurn } from 'node:timers/promises';
import { Counter, type Registry as Metrics } from 'prom-client';
import type { Clock } from '../../../shared/runtime/clock.js';
import type { Logger } from '../../../shared/runtime/logger.js';
import { pause } from '../../../shared/runtime/pause.js';
import type { Sealer } from '../../../shared/runtime/seal.js';
import type { Leases, Store } from '../../../shared/store/port.js';
import type { Retention } from '../../../shared/store/retention.js';
import { carryOutErasures } from './erasures.js';
import { reseal } from './reseal.js';
import { KINDS, sweep, type Removed } from './sweep.js';

export interface JanitorDeps {
  readonly store: Pick<
    Store,
    'commits' | 'deliveries' | 'erasure' | 'journals' | 'leases' | 'registry' | 'retention' | 'tallies'
  >;
  readonly retention: Retention;
  readonly partitions: number;
  /** Tells this process from every other one. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sealer: Sealer;
}

const LEASE = 'janitor';
const LEASE_MS = 60_000;
const RENEWAL_MS = 20_000;
/** How soon an erasure is begun. */
const ROUND_MS = 5_000;
const SWEEP_MS = 10 * 60_000;
const AFTER_FAILURE_MS = 30_000;
/** After each step it rests this many times as long as the step took: it takes 4 % of the time at most. */
const REST_PER_STEP = 24;

/**
 * Purges what is past its retention and carries out erasures until the signal aborts; then finishes the step under way, gives its
 * lease back and resolves. Of several processes the one that has the lease works. Never rejects: what fails is tried again.
 */
export async function runJanitor(deps: JanitorDeps, signal: AbortSignal): Promise<void> {
  const { store, owner, clock, logger } = deps;
  const counter = createPurgedCounter(deps.metrics);
  const parts = { ...deps, registry: store.registry, journals: store.journals, tallies: store.tallies };
  let isResealed = false;
  let sweptAt = -Infinity;
  const holdsLease = keepLease(store.leases, owner, clock);
  /** Works through the steps at its pace; false when it had to leave off. */
  const work = async (steps: AsyncGenerator<Removed>, message: string): Promise<boolean> => {
    const sums: Record<string, number> = {};
    let isWhole = true;
    let worked = 0;
    let since = performance.now();
    for await (const removed of steps) {
      worked += performance.now() - since;
      for (const [kind, count] of Object.entries(removed).filter(([, count]) => count > 0)) {
        counter.inc({ kind }, count);
        sums[kind] = (sums[kind] ?? 0) + count;
      }
      isWhole = !signal.aborted && (await holdsLease());
      if (!isWhole) break;
      // Steps that find nothing take less time than a timer does.
      if (worked < 1) await othersTurn();
      else {
        await pause(worked * REST_PER_STEP, signal);
        worked = 0;
      }
      since = performance.now();
    }
    if (Object.keys(sums).length > 0) logger.info(sums, message);
    return isWhole;
  };

  while (!signal.aborted) {
    try {
      if (await holdsLease()) {
        if (!isResealed) await reseal(parts);
        isResealed = true;
        await work(carryOutErasures({ ...parts, ...store, store: store.erasure }), 'Personal data was erased.');
        if (performance.now() - sweptAt >= SWEEP_MS) {
          const isWhole = await work(
            sweep({ ...parts, store: store.retention }),
            'What was past its retention is purged.',
          );
          if (isWhole) sweptAt = performance.now();
        }
      }
      await pause(ROUND_MS, signal);
    } catch (error) {
      logger.warn({ err: error }, 'Purging and erasing failed; trying again.');
      await pause(AFTER_FAILURE_MS, signal);
    }
  }
  // What is not given back expires.
  await store.leases.release(LEASE, owner).catch(() => undefined);
}

/** Whether this process is the one that works; asks the store only when its lease is to be renewed. */
function keepLease(leases: Leases, owner: string, clock: Clock): () => Promise<boolean> {
  let renewedAt = -Infinity;
  return async () => {
    if (performance.now() - renewedAt < RENEWAL_MS) return true;
    if ((await leases.acquire(LEASE, owner, LEASE_MS, clock())) === undefined) return false;
    renewedAt = performance.now();
    return true;
  };
}

export function createPurgedCounter(metrics: Metrics): Counter {
  const name = 'rollcall_purged_total';
  const counter = new Counter({
    name,
    help: 'Records removed by the janitor, by kind.',
    labelNames: ['kind'],
    registers: [metrics],
  });
  for (const kind of KINDS) counter.inc({ kind }, 0);
  return counter;
}
