import type { Logger } from '../runtime/logger.js';

/** Which partitions fail at the moment, and why. */
export interface Outage {
  /** Logs the reason, unless another partition fails for the same one or this one did before. */
  failed(partition: number, error: unknown): void;
  /** The partition works. Logs that all is well once none fails any more. */
  ended(partition: number): void;
}

/**
 * Keeps an outage to one line for each reason, however many partitions it hits and however often each of them tries again.
 * `what` completes the lines "Cannot <what>: <reason>" and "Can <what> again.".
 */
export function createOutage(what: string, logger: Logger): Outage {
  const reasons = new Map<number, string>();
  return {
    failed(partition, error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isKnown = [...reasons.values()].includes(reason);
      reasons.set(partition, reason);
      if (!isKnown) logger.warn({ err: error, partition }, `Cannot ${what}: ${reason}; trying again.`);
    },
    ended(partition) {
      if (reasons.delete(partition) && reasons.size === 0) logger.info({ partition }, `Can ${what} again.`);
    },
  };
}
