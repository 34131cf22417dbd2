import { parseArgs } from 'node:util';
import { search, type Found } from './search.js';
import type { Played } from './simulate.js';

/** `npm run simulate`: plays histories of the product in virtual time, and exits with 1 when one of them breaks its promise. */

/** Histories of one seed. */
const RUNS_PER_SEED = 250;
const USAGE = `npm run simulate -- [--minutes 1] [--seed 1]
npm run simulate -- --seed 1 --path 4:1:0
  --seed   of the first ${RUNS_PER_SEED} histories; the next ones have the next seed
  --path   plays one history alone, and prints all that happens
`;

const MINUTE_MS = 60_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { seed, path, minutes } = options;
  const found = path === undefined ? await searchFor(minutes * MINUTE_MS, seed) : await again(seed, path);
  if (found === undefined) return 0;
  say(`✗ ${found.faults.length} faults, after ${found.runs} histories:`);
  found.faults.forEach((fault) => say(`  ${fault}`));
  say(JSON.stringify(found.history, undefined, 1));
  say(`Again: ${found.command}`);
  return 1;
}

/** One seed after the other, until the time is over. */
async function searchFor(ms: number, first: number): Promise<Found | undefined> {
  const totals = createTotals();
  for (let seed = first; totals.elapsedMs() < ms; seed += 1) {
    const found = await search({ seed, runs: RUNS_PER_SEED, onPlayed: totals.add });
    if (found !== undefined) return found;
    say(`seed ${seed}: ${totals.line()}`);
  }
  return undefined;
}

const again = (seed: number, path: string): Promise<Found | undefined> =>
  search({ seed, path, runs: RUNS_PER_SEED, trace: say });

function createTotals() {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const sums = { histories: 0, virtualSeconds: 0, acknowledged: 0, delivered: 0, duplicated: 0 };
  const perMinute = (ms: number): number => Math.round((sums.histories / ms) * MINUTE_MS);
  const elapsedMs = (): number => performance.now() - start;
  return {
    elapsedMs,
    add: ({ verdict, virtualSeconds }: Played): void => {
      sums.histories += 1;
      sums.virtualSeconds += virtualSeconds;
      sums.acknowledged += verdict.acknowledged;
      sums.delivered += verdict.delivered;
      sums.duplicated += verdict.duplicated;
    },
    line(): string {
      const { histories, virtualSeconds, acknowledged, delivered, duplicated } = sums;
      const { user, system } = process.cpuUsage(cpu);
      return (
        `${histories} histories kept the promise, ${(virtualSeconds / 3600).toFixed(1)} virtual hours: ` +
        `${acknowledged} writes acknowledged, ${delivered} events delivered, ${duplicated} repeated; ` +
        `${perMinute(elapsedMs())} histories per minute, ${perMinute((user + system) / 1000)} per minute of one core`
      );
    },
  };
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      path: { type: 'string' },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const isFine = minutes > 0 && Number.isSafeInteger(seed) && /^\d+(:\d+)*$/.test(values.path ?? '0');
  return isFine ? { minutes, seed, path: values.path } : undefined;
}

void main().then((code) => process.exit(code));
