import { constants } from 'node:os';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs a role until it ends or is told to stop. The first SIGTERM or SIGINT aborts the role's signal, which makes it drain; a
 * second one exits at once. Answers the exit code: 0 when the role resolved, 1 when it rejected (the error goes to standard
 * error). Never rejects.
 */
export async function runUntilStopped(role: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const controller = new AbortController();
  const stop = (name: (typeof STOP_SIGNALS)[number]): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort();
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  try {
    await role(controller.signal);
    return 0;
  } catch (error) {
    process.stderr.write(`rollcall: ${describe(error)}\n`);
    return 1;
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, stop);
  }
}

/** What went wrong outside is told in words; a mistake of ours, with the place where it happened. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMistake = MISTAKES.some((mistake) => error instanceof mistake);
  return isMistake ? (error.stack ?? error.message) : error.message;
}

const MISTAKES = [TypeError, ReferenceError, SyntaxError, EvalError, URIError];
