import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundle } from '../../build.cjs';
import { BUILD } from '../support/rollcall.js';
import { installCluster } from './cluster-installation.js';
import { VIOLATIONS } from './checker.js';
import { isGood, run } from './harness.js';
import { MUTATIONS, plant } from './mutations.js';
import { NEMESIS_NAMES, type NemesisName } from './nemeses.js';
import { render, total, type Report } from './report.js';
import { installStandalone } from './standalone.js';

/** `npm run faults`: breaks Rollcall for some minutes, and exits with 1 when its promise was broken too. */

const USAGE = `npm run faults -- [--target standalone] [--minutes 10] [--seed 1] [--runs 1] [--only "kill -9,bad receiver"] [--json report.json]
npm run faults -- [--target standalone] --mutations
  --target standalone, or cluster: two of each role on MongoDB (MONGOD: its command) and Kafka (KAFKA_HOME: its folder)
  --mutations  plants a bug after the other in a copy of the product; each must be found
  --runs   one after another, each of so many minutes and with the next seed
  --only   some of the nemeses: ${NEMESIS_NAMES.join(', ')}
`;

/** With loads that keep every part busy, and that what they are stored in can bear. */
const TARGETS = {
  standalone: { install: installStandalone, providers: 4, paceMs: 60, users: 12 },
  cluster: { install: installCluster, providers: 3, paceMs: 300, users: 6 },
};

/** Soon enough that each is found, or not, within two minutes. */
const MUTATED = {
  standalone: { providers: 6, seconds: 60, patienceMs: 20_000 },
  cluster: { seconds: 10, patienceMs: 10_000 },
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  await bundle(BUILD);
  return options.mutations ? findMutations(options) : breakAll(options);
}

async function breakAll({ target, minutes, only, json, ...options }: Options): Promise<number> {
  const reports: Report[] = [];
  for (let seed = options.seed; seed < options.seed + options.runs; seed += 1) {
    const report = await run({ ...TARGETS[target], build: BUILD, seconds: minutes * 60, seed, only, say });
    reports.push(report);
    render(report).forEach(say);
    if (!isGood(report)) {
      const chosen = only === undefined ? '' : ` --only "${only.join()}"`;
      const command = `npm run faults -- --target ${target} --minutes ${minutes} --seed ${seed}${chosen}`;
      say(`  ✗ The promise was broken. Again: ${command}`);
    }
    if (json !== undefined) writeFileSync(json, JSON.stringify(reports, null, 1));
  }
  if (reports.length > 1) render(total(reports)).forEach(say);
  return reports.every(isGood) ? 0 : 1;
}

type Options = NonNullable<ReturnType<typeof readOptions>>;

async function findMutations({ target, seed }: Options): Promise<number> {
  let missed = 0;
  for (const mutation of MUTATIONS.filter((one) => (one.target ?? 'standalone') === target)) {
    say(`planted: ${mutation.name}`);
    const { only, points, users } = mutation;
    const build = await plant(mutation);
    const begunAt = performance.now();
    const settings = { ...TARGETS[target], ...MUTATED[target], build, seed, only, points, users };
    const report = await run({ ...settings, say: () => undefined });
    if (isGood(report)) missed += 1;
    const found = VIOLATIONS.filter((kind) => report.verdict.violations[kind].length > 0);
    const seconds = ((performance.now() - begunAt) / 1000).toFixed(0);
    say(
      `  ${isGood(report) ? '✗ was not found' : `found: ${found.join(', ')}`}, by ${report.kills} kills, within ${seconds} s`,
    );
  }
  return missed === 0 ? 0 : 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      mutations: { type: 'boolean', default: false },
      target: { type: 'string', default: 'standalone' },
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
  const target = (Object.keys(TARGETS) as (keyof typeof TARGETS)[]).find((known) => known === values.target);
  return isFine && target !== undefined
    ? { mutations: values.mutations, target, minutes, seed, runs, only, json: values.json }
    : undefined;
}

void main().then((code) => process.exit(code));
