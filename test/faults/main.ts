import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { transpile } from '../../build.cjs';
import { BUILD } from '../support/rollcall.js';
import { isGood, run } from './harness.js';
import { NEMESIS_NAMES, type NemesisName } from './nemeses.js';
import { render, total, type Report } from './report.js';
import { installStandalone } from './standalone.js';

/** `npm run faults`: breaks Rollcall for some minutes, and exits with 1 when its promise was broken too. */

const USAGE = `npm run faults -- [--minutes 10] [--seed 1] [--runs 1] [--only "kill -9,bad receiver"] [--json report.json]
  --runs   one after another, each of so many minutes and with the next seed
  --only   some of the nemeses: ${NEMESIS_NAMES.join(', ')}
`;

/** Enough to keep every part busy, and few enough to be compared one by one. */
const LOAD = { providers: 4, paceMs: 60 };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  transpile(BUILD);
  const reports: Report[] = [];
  for (let seed = options.seed; seed < options.seed + options.runs; seed += 1) {
    const { minutes, only } = options;
    const report = await run({
      install: installStandalone,
      build: BUILD,
      ...LOAD,
      seconds: minutes * 60,
      seed,
      only,
      say,
    });
    reports.push(report);
    render(report).forEach(say);
    if (!isGood(report)) {
      const chosen = only === undefined ? '' : ` --only "${only.join()}"`;
      say(`  ✗ The promise was broken. Again: npm run faults -- --minutes ${minutes} --seed ${seed}${chosen}`);
    }
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(reports, null, 1));
  }
  if (reports.length > 1) render(total(reports)).forEach(say);
  return reports.every(isGood) ? 0 : 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '1' },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const [minutes, seed, runs] = [Number(values.minutes), Number(values.seed), Number(values.runs)];
  const names = values.only?.split(',').map((name) => name.trim());
  const only = names?.filter((name): name is NemesisName => NEMESIS_NAMES.some((known) => known === name));
  const isFine = minutes > 0 && Number.isSafeInteger(seed) && runs >= 1 && only?.length === names?.length;
  return isFine ? { minutes, seed, runs, only, json: values.json } : undefined;
}

void main().then((code) => process.exit(code));
