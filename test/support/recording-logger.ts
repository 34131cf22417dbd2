import type { Logger } from '../../shared/runtime/logger.js';

/** Keeps the lines of every level above debug. */
export function createRecordingLogger(): Logger & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep = (_: object, message: string): void => void lines.push(message);
  return { lines, debug: () => undefined, info: keep, warn: keep, error: keep };
}
