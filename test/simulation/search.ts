import fc from 'fast-check';
import { histories, type SimulatedHistory } from './history.js';
import { simulate, type Played, type SimulationOptions } from './simulate.js';

export interface SearchOptions extends SimulationOptions {
  /** The same seed: the same histories. */
  readonly seed: number;
  /** How many are played. */
  readonly runs: number;
  /** Of a history at most. */
  readonly steps?: number;
  /** Leads to one of them, or to a shorter one that was made of it: as it was told when that failed. */
  readonly path?: string | undefined;
  readonly onPlayed?: (played: Played) => void;
}

/** A history that breaks the promise, as short as it could be made. */
export interface Found {
  readonly history: SimulatedHistory;
  /** In words. */
  readonly faults: readonly string[];
  /** How many histories had been played when the first one failed. */
  readonly runs: number;
  /** Plays it again, and tells all that happens. */
  readonly command: string;
}

const STEPS = 16;

/** Plays histories until one fails; answers it, or undefined when none does. */
export async function search(options: SearchOptions): Promise<Found | undefined> {
  const { seed, runs, steps = STEPS, path, onPlayed } = options;
  let faults: readonly string[] = [];
  const property = fc.asyncProperty(histories(steps), async (history) => {
    const played = await simulate(history, options);
    onPlayed?.(played);
    if (played.faults.length > 0) faults = played.faults;
    return played.faults.length === 0;
  });
  const only = path === undefined ? {} : { path, endOnFailure: true };
  const { counterexample, counterexamplePath, numRuns } = await fc.check(property, { seed, numRuns: runs, ...only });
  const [history] = counterexample ?? [];
  if (history === undefined) return undefined;
  const command = `npm run simulate -- --seed ${seed} --path ${counterexamplePath ?? ''}`;
  return { history, faults, runs: numRuns, command };
}
