import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../shared/runtime/logger.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Does it until it works, with growing pauses, each failure logged: the store may be away for a while. Rejects with the last
 * error once `giveUp` aborts. `what` ends "Could not …".
 */
export async function insist<T>(what: string, work: () => Promise<T>, logger: Logger, giveUp: AbortSignal): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (giveUp.aborted) throw error;
      logger.warn({ err: error, pauseMs }, `Could not ${what}; trying again.`);
      await pause(pauseMs, undefined, { signal: giveUp }).catch(() => undefined);
    }
  }
}
