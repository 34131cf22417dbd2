import { median } from './report.js';

export interface Rounds {
  readonly rounds: number;
  /** In each round, of each kind. */
  readonly requests: number;
}

/** Answers how long what is measured took, in milliseconds; what else it does is not counted. */
type Work = () => Promise<number>;

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Single requests, one at a time, of what is compared in turn, so that whatever else the machine does hits all alike. Answers for each
 * kind the median of each round, in milliseconds; the round that warms up is left out.
 */
export async function inTurn(works: readonly Work[], { rounds, requests }: Rounds): Promise<number[][]> {
  const medians: number[][] = works.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    const durations: number[][] = works.map(() => []);
    for (let number = 0; number < requests; number += 1) {
      // Each is the first as often as the others.
      const order = [...works.keys()].map((turn) => (turn + number) % works.length);
      for (const kind of order) durations[kind]?.push((await works[kind]?.()) ?? NaN);
    }
    if (round > 0) durations.forEach((found, kind) => medians[kind]?.push(median(found)));
  }
  return medians;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  greatest: Math.max(...values),
});

/** Of one kind to another, round by round. */
export const ratioOf = (values: readonly number[] = [], base: readonly number[] = []): Spread =>
  spreadOf(values.map((value, round) => value / (base[round] ?? NaN)));

export const renderSpread = ({ median: middle, least, greatest }: Spread, digits = 2): string =>
  `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${greatest.toFixed(digits)})`;

export const renderRow = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
