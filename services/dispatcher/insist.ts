import type { Logger } from '../../shared/runtime/logger.js';
import { pause, pauseAfter, type BackOff } from '../../shared/runtime/pause.js';

const PAUSES: BackOff = { firstMs: 100, longestMs: 5_000 };

/**
 * Does it until it works, with growing pauses, each failure logged: the store may be away for a while. Rejects with the last
 * error once `giveUp` aborts. `what` ends "Could not …".
 */
export async function insist<T>(what: string, work: () => Promise<T>, logger: Logger, giveUp: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (giveUp.aborted) throw error;
      const pauseMs = pauseAfter(PAUSES, failures);
      logger.warn({ err: error, pauseMs }, `Could not ${what}; trying again.`);
      await pause(pauseMs, giveUp);
    }
  }
}
