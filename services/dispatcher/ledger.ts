import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../shared/runtime/clock.js';
import { failPoint } from '../../shared/runtime/fail-point.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { DeliveryStore, Settlement } from '../../shared/store/deliveries.js';
import { insist } from './insist.js';

/** Writes down what became of deliveries. */
export interface Ledger {
  /** Resolves once it is in the store, however long that takes; rejects only after `giveUp`. */
  settle(settlement: Settlement): Promise<void>;
}

/** What comes in while a write is under way, or in the same turn of the event loop, goes into the next write. */
export function createLedger(
  deliveries: Pick<DeliveryStore, 'settle'>,
  clock: Clock,
  logger: Logger,
  giveUp: AbortSignal,
): Ledger {
  let gathered: Settlement[] = [];
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await nextTurn();
    const settlements = gathered;
    [gathered, next] = [[], undefined];
    await insist('write down attempts', () => deliveries.settle(settlements, clock()), logger, giveUp);
    failPoint('settlement.written');
  };
  return {
    settle(settlement) {
      gathered.push(settlement);
      if (next === undefined) {
        next = writing.then(write);
        writing = next.catch(() => undefined);
      }
      return next;
    },
  };
}
