import { isDeepStrictEqual } from 'node:util';
import type { Comparison, Job } from './comparison.js';

export interface EnginePlan {
  /** Milliseconds of a measurement; each way is measured so long in turn. */
  readonly ms: number;
  readonly repetitions: number;
}

/** Rollcall beside a package, or alone where none does the same. Operations per second, one for each repetition. */
export interface Row {
  readonly what: string;
  readonly inputs: number;
  readonly ours: readonly number[];
  readonly other: { readonly of: string; readonly perSecond: readonly number[] } | undefined;
}

/**
 * First has all ways tell their results, which must be the same but for the differences that are declared; throws where they are not, and
 * where a declared difference is none. Then times each package beside Rollcall, in turn, on the inputs at which both agree, and has them
 * tell their results once more: whoever works on an input that is changed by then has been measured at something else.
 */
export async function compare(comparison: Comparison, plan: EnginePlan): Promise<Row[]> {
  const { what, cases, packages, operations } = comparison;
  if (packages.length === 0) {
    const [rates = []] = await inTurn([cases.map(({ jobOf }) => jobOf())], operations, plan);
    return [{ what, inputs: cases.length, ours: rates, other: undefined }];
  }
  const rows: Row[] = [];
  for (const of of packages) {
    const agreed = await agreedOn(comparison, of);
    if (agreed.length === 0) continue;
    const sides = [agreed.map(({ our }) => our), agreed.map(({ their }) => their)];
    const [our = [], their = []] = await inTurn(sides, operations, plan);
    for (const pair of agreed) await requireSame(`${what}: ${pair.name}, after it was timed`, pair, of);
    rows.push({ what, inputs: agreed.length, ours: our, other: { of, perSecond: their } });
  }
  return rows;
}

interface Pair {
  readonly name: string;
  readonly our: Job;
  readonly their: Job;
}

async function agreedOn({ what, cases, differences }: Comparison, of: string): Promise<Pair[]> {
  const agreed: Pair[] = [];
  for (const { name, jobOf } of cases) {
    const pair = { name, our: jobOf(), their: jobOf(of) };
    const isDeclared = differences.some(({ at, of: other }) => of === other && at.includes(name));
    if (!isDeclared) {
      await requireSame(`${what}: ${name}`, pair, of);
      agreed.push(pair);
    } else if (isDeepStrictEqual(await toldBy(pair.our), await toldBy(pair.their))) {
      throw new Error(`${what}: ${name}: ${of} is said to differ, and does not`);
    }
  }
  return agreed;
}

async function requireSame(where: string, pair: Pair, of: string): Promise<void> {
  const [our, their] = [await toldBy(pair.our), await toldBy(pair.their)];
  if (isDeepStrictEqual(our, their)) return;
  throw new Error(`${where}: Rollcall ${JSON.stringify(our)}, ${of} ${JSON.stringify(their)}`);
}

/** A refusal is told too. */
async function toldBy({ told }: Job): Promise<unknown> {
  try {
    return await told();
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Operations per second of each of the sides, repetition by repetition, after a warm-up of the same length. */
async function inTurn(
  sides: readonly (readonly Job[])[],
  operations: number,
  { ms, repetitions }: EnginePlan,
): Promise<number[][]> {
  const rates = sides.map((): number[] => []);
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    for (const [index, jobs] of sides.entries()) {
      const rate = (await perSecond(jobs, ms)) * operations;
      if (repetition > 0) rates[index]?.push(rate);
    }
  }
  return rates;
}

/** Looking at the clock more often than so would be part of what is measured. */
const LOOK_EVERY_MS = 2;

/** What a run answers is kept here, so that no compiler can leave the run out. */
let kept: unknown;

/** Runs of a job in a second, all jobs in turn, for so many milliseconds. */
async function perSecond(jobs: readonly Job[], ms: number): Promise<number> {
  let runs = 0;
  let rounds = 1;
  const start = performance.now();
  for (;;) {
    const from = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      for (const { run } of jobs) {
        kept = run();
        if (kept instanceof Promise) await kept;
      }
    }
    runs += rounds * jobs.length;
    const now = performance.now();
    if (now - start >= ms) return runs / ((now - start) / 1000);
    if (now - from < LOOK_EVERY_MS) rounds *= 2;
  }
}
