import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Bench } from './bench.js';
import { bench as create } from './create.js';
import { measureConsole } from './console.js';
import { measureDelay } from './delay.js';
import { measureDeliver } from './deliver.js';
import { measureEngine } from './engine.js';
import { filled } from './filled.js';
import { measureFirstSync } from './first-sync.js';
import { measureGroups } from './groups.js';
import { measureIsolation } from './isolation.js';
import { startLoad } from './load-process.js';
import { measureLatency } from './latency.js';
import { measureNeighbour } from './neighbour.js';
import { measureRelay } from './relay.js';
import { measureGrowth } from './query.js';
import { measureSend } from './send.js';
import { renderPair, renderPlan, renderResult, resultOf, type Pair, type Plan } from './report.js';
import { measureStart } from './start.js';
import { startHello, startRollcall } from './servers.js';

const BENCHES: Readonly<Record<string, Bench>> = { create, ...filled };

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

/** Measures a bench beside a bare Express 5, the one and the other in turn. Fails when a request fails. */
async function main(name: string, options: Options): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  if (name === 'query') return measureGrowth(queryPlan(options.users), say, options.json);
  if (name === 'groups') return measureGroups(groupsPlan(options.users), say, options.json);
  if (name === 'first-sync') return measureFirstSync(firstSyncPlan(options.users), say, options.json);
  if (name === 'console') return measureConsole(CONSOLE_PLAN, say);
  if (name === 'engine') return measureEngine(ENGINE_PLAN, options.json);
  if (name === 'send' || name === 'latency') {
    const { seconds, warmup: warmupSeconds, repetitions, connections, json } = options;
    const plan = { seconds, warmupSeconds, repetitions, connections };
    return name === 'send' ? measureSend(plan, json) : measureLatency({ ...plan, organizations: 100 }, say, json);
  }
  if (name === 'relay') return measureRelay(RELAY_PLANS, brokers(), say, options.json);
  if (name === 'delay') return measureDelay(DELAY_PLAN, brokers(), say, options.json);
  if (name === 'start') return measureStart(START_PLAN, say, options.json);
  if (name === 'isolation') return measureIsolation(options, say);
  if (name === 'deliver' || name === 'neighbour') {
    const measure = name === 'deliver' ? measureDeliver : measureNeighbour;
    const load = startLoad(options.connections);
    return measure(options, load, say).finally(() => load.stop());
  }
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`there is no bench ${name}`);
  const { seconds, warmup, repetitions, connections, json } = options;
  const plan: Plan = { name, title: bench.title, connections, seconds, warmupSeconds: warmup, repetitions };
  const load = startLoad(connections);
  const [helloServer, rollcall] = await Promise.all([startHello(), startRollcall()]);
  try {
    const hello = load.against(helloServer.port, join(__dirname, 'hello.ts'));
    const subject = await bench.open(rollcall, load);
    say(renderPlan(plan));
    const pair = async (length: number): Promise<Pair> => ({
      hello: await hello.measure(length),
      bench: await subject.measure(length),
    });
    const warm = await pair(warmup);
    const pairs: Pair[] = [];
    for (let number = 1; number <= repetitions; number += 1) {
      const measured = await pair(seconds);
      pairs.push(measured);
      say(renderPair(measured, number));
    }
    const result = resultOf(plan, warm, pairs);
    say(renderResult(result));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
    if (result.failed > 0) process.exitCode = 1;
  } finally {
    load.stop();
    await Promise.all([helloServer.stop(), rollcall.stop()]);
  }
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
  .addArgument(
    new Argument('<name>', 'what to measure').choices([
      ...Object.keys(BENCHES),
      ...['engine', 'send', 'relay', 'delay', 'query', 'groups', 'first-sync', 'console', 'deliver', 'isolation', 'neighbour', 'start', 'latency'],
    ]),
  )
  .option('--seconds <n>', 'length of a repetition', positive, 10)
  .option('--warmup <n>', 'seconds before the first one', positive, 10)
  .option('--repetitions <n>', 'how often each is measured', positive, 3)
  .option('--connections <n>', 'kept-alive connections, one request under way on each', positive, 64)
  .option('--users <n>', 'in the large directory of query, the largest group of groups, and first-sync', positive)
  .option('--json <file>', 'write the figures there too')
  .action(main)
  .parseAsync();
