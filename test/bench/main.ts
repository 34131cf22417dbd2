import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Bench } from './bench.js';
import { measureBesideHello } from './beside-hello.js';
import { bench as create } from './create.js';
import { measureConsole } from './console.js';
import { measureDelay } from './delay.js';
import { measureDeliver } from './deliver.js';
import { measureEngine } from './engine.js';
import { filled } from './filled.js';
import { measureFirstSync } from './first-sync.js';
import { measureGroups } from './groups.js';
import { measureIsolation } from './isolation.js';
import { startLoad, type Load } from './load-process.js';
import { measureLatency } from './latency.js';
import { measureNeighbour } from './neighbour.js';
import { measureRelay } from './relay.js';
import { measureGrowth } from './query.js';
import { measureSend } from './send.js';
import { measureStart } from './start.js';

/** What is measured beside a bare Express. */
const BESIDE_HELLO: Readonly<Record<string, Bench>> = { create, ...filled };

interface Options {
  readonly seconds: number;
  readonly warmup: number;
  readonly repetitions: number;
  readonly connections: number;
  readonly users?: number;
  readonly json?: string;
}

const IN_TURN = { rounds: 5, requests: 60 };
const queryPlan = (large = 1_000_000) => ({ ...IN_TURN, small: 1_000, large });
const groupsPlan = (largest = 100_000) => ({
  ...IN_TURN,
  sizes: [10, 1_000, largest],
  replaced: Math.ceil(largest / 10),
});
const firstSyncPlan = (users = 100_000) => ({
  users,
  groups: Math.ceil(users / 100),
  membersPerGroup: 10,
  connections: 8,
});

const ENGINE_PLAN = { ms: 500, repetitions: 7 };

/** One request for each commit, as from a directory at rest; and as many as a commit takes, as under load. */
const RELAY_PLANS = [
  { repetitions: 3, partitions: 12, commitsPerPartition: 1_000, eventsPerCommit: 1 },
  { repetitions: 3, partitions: 12, commitsPerPartition: 20, eventsPerCommit: 64 },
];

const START_PLAN = { repetitions: 10, users: 1_000, idleSeconds: 30 };

const DELAY_PLAN = { delays: [1, 5, 20], repetitions: 12 };

const CONSOLE_PLAN = {
  ...{ users: 100_000, groups: 200, membersPerGroup: 500, events: 250_000, endpoints: 4 },
  ...{ requests: 1_000_000, auditEntries: 250_000, others: 2_000 },
  ...{ warmups: 3, repetitions: 20 },
};

type Measure = (options: Options, say: (text: string) => void) => Promise<void>;

const MEASURES: Readonly<Record<string, Measure>> = {
  ...Object.fromEntries(
    Object.entries(BESIDE_HELLO).map(([name, bench]): [string, Measure] => [
      name,
      (options, say) => measureBesideHello(bench, { name, title: bench.title, ...planOf(options) }, say, options.json),
    ]),
  ),
  engine: ({ json }) => measureEngine(ENGINE_PLAN, json),
  query: ({ users, json }, say) => measureGrowth(queryPlan(users), say, json),
  groups: ({ users, json }, say) => measureGroups(groupsPlan(users), say, json),
  'first-sync': ({ users, json }, say) => measureFirstSync(firstSyncPlan(users), say, json),
  latency: (options, say) => measureLatency({ ...planOf(options), organizations: 100 }, say, options.json),
  deliver: (options, say) => withLoad(options, (load) => measureDeliver(options, load, say)),
  send: (options) => measureSend(planOf(options), options.json),
  isolation: measureIsolation,
  neighbour: (options, say) => withLoad(options, (load) => measureNeighbour(options, load, say)),
  relay: ({ json }, say) => measureRelay(RELAY_PLANS, brokers(), say, json),
  delay: ({ json }, say) => measureDelay(DELAY_PLAN, brokers(), say, json),
  start: ({ json }, say) => measureStart(START_PLAN, say, json),
  console: (_options, say) => measureConsole(CONSOLE_PLAN, say),
};

const planOf = ({ seconds, warmup: warmupSeconds, repetitions, connections }: Options) => ({
  ...{ seconds, warmupSeconds, repetitions, connections },
});

function withLoad({ connections }: Options, measure: (load: Load) => Promise<void>): Promise<void> {
  const load = startLoad(connections);
  return measure(load).finally(() => load.stop());
}

function brokers(): string[] {
  const named = process.env['KAFKA_BROKERS'];
  if (named === undefined) throw new Error('KAFKA_BROKERS is not set: name a broker, such as 127.0.0.1:9092.');
  return named.split(',');
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

void new Command('bench')
  .addArgument(new Argument('<name>', 'what to measure').choices(Object.keys(MEASURES)))
  .option('--seconds <n>', 'length of a repetition', positive, 10)
  .option('--warmup <n>', 'seconds before the first one', positive, 10)
  .option('--repetitions <n>', 'how often each is measured', positive, 3)
  .option('--connections <n>', 'kept-alive connections, one request under way on each', positive, 64)
  .option('--users <n>', 'in the large directory of query, the largest group of groups, and first-sync', positive)
  .option('--json <file>', 'write the figures there too')
  .action((name: string, options: Options) => MEASURES[name]?.(options, (text) => process.stdout.write(`${text}\n`)))
  .parseAsync();
