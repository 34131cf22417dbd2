import { setImmediate as nextTurn } from 'node:timers/promises';
import { failPoint } from '../../shared/runtime/fail-point.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { DeliveryStore, Settlement } from '../../shared/store/deliveries.js';
import { insist } from './insist.js';

/** Writes down what became of deliveries. */
export interface Ledger {
  /**
   * Resolves once it is in the store, however long that takes; rejects only after `giveUp`. `at`: the reading of the clock by which
   * the next attempt was planned. It is written beside it, and so shows which plans were made by a clock that was ahead.
   */
  settle(settlement: Settlement, at: number): Promise<void>;
}

/** What comes in while a write is under way, or in the same turn of the event loop, goes into the next write. */
export function createLedger(deliveries: Pick<DeliveryStore, 'settle'>, logger: Logger, giveUp: AbortSignal): Ledger {
  let gathered: Settlement[] = [];
  let latest = 0;
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await nextTurn();
    const [settlements, at] = [gathered, latest];
    [gathered, latest, next] = [[], 0, undefined];
    await insist('write down attempts', () => deliveries.settle(settlements, at), logger, giveUp);
    failPoint('settlement.written');
  };
  return {
    settle(settlement, at) {
      gathered.push(settlement);
      latest = Math.max(latest, at);
      if (next === undefined) {
        next = writing.then(write);
        writing = next.catch(() => undefined);
      }
      return next;
    },
  };
}
