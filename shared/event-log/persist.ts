import { pause, pauseAfter, type BackOff } from '../runtime/pause.js';

/** Runs work until it succeeds, with growing pauses. Answers false when the signal aborted before it did. */
export async function persist(
  work: () => Promise<void>,
  pauses: BackOff,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await work();
      return true;
    } catch (error) {
      onFailure(error);
      await pause(pauseAfter(pauses, failures), signal);
    }
  }
  return false;
}
