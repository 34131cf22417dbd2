/** Looks whether the process has stood still: stopped, swapped out, or frozen with its machine. */
export interface StandstillWatch {
  /** Looks now. Called before whatever a process that comes back late must not do: what has waited on sockets comes before timers. */
  look(): void;
  stop(): void;
}

const LOOK_EVERY_MS = 1000;

/** Time passes on the wall alone while a machine sleeps, and in steps; the other clock knows of no steps and of no sleep. */
const CLOCKS: readonly (() => number)[] = [() => Date.now(), () => performance.now()];

/** Calls `onStandstill` with the time, in milliseconds, for which nothing ran, when that is `maxMs` or more. */
export function watchStandstill(
  maxMs: number,
  onStandstill: (stillMs: number) => void,
  clocks: readonly (() => number)[] = CLOCKS,
): StandstillWatch {
  const read = (): number[] => clocks.map((clock) => clock());
  let seenAt = read();
  const look = (): void => {
    const now = read();
    const stillMs = Math.max(...now.map((at, index) => at - (seenAt[index] ?? at)));
    seenAt = now;
    if (stillMs >= maxMs) onStandstill(stillMs);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
