import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after so long, or as soon as the signal aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** How long to pause between tries that bring nothing. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The pause after so many of them in a row (1 and up): twice as long each time, up to the longest. */
export const pauseAfter = ({ firstMs, longestMs }: BackOff, inARow: number): number =>
  Math.min(longestMs, firstMs * 2 ** (inARow - 1));
