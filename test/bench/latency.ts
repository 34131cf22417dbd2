import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { renderRow, renderSpread, spreadOf } from './in-turn.js';
import type { Latencies } from './latency/moments.js';
import { openStage, type Stage } from './latency/stage.js';
import { machine, median, renderMachine } from './report.js';

export interface LatencyPlan {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly repetitions: number;
  readonly connections: number;
  readonly organizations: number;
}

/** Of the greatest rate: latency is then what the work takes, and not the length of a queue. */
const SHARE = 0.25;
/** Endpoints of each organization that get its events in every phase; and one more, which is the one that dies. */
const LIVING = 9;
/** For what is under way at the end of a phase. */
const REST_MS = 1_000;

/**
 * From the SCIM request and its answer to the webhook's receipt, all on the machine's one monotonic clock, at a quarter of the greatest
 * rate at which users can be created and told of. First with one endpoint; then with ten for each of many organizations, of which one in
 * ten is well, or dead: half of the dead refuse connections, half take requests and never answer.
 */
export async function measureLatency(
  plan: LatencyPlan,
  say: (text: string) => void,
  json: string | undefined,
): Promise<void> {
  const { seconds, repetitions, connections, organizations } = plan;
  say(
    `From a SCIM request to its webhook. ${renderMachine()} ${connections} connections, ${repetitions} × ${seconds} s.`,
  );
  const one = await withStage(connections, (stage) => measureOne(stage, plan, say));
  say(`\n${organizations} organizations with ${LIVING + 1} endpoints each; creates go to one after the other.`);
  const many = await withStage(connections, (stage) => measureDead(stage, plan, say));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ plan, machine: machine(), one, many }, null, 2)}\n`);
}

async function withStage<T>(connections: number, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage(connections);
  try {
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

async function measureOne(
  stage: Stage,
  { seconds, warmupSeconds, repetitions }: LatencyPlan,
  say: (text: string) => void,
) {
  const organization = await stage.createOrganization();
  await stage.createDirectory(organization);
  await stage.createEndpoint(`http://127.0.0.1:${stage.ports.counts}/`, organization);
  await stage.mostPerSecond(warmupSeconds, 1);
  const most = await stage.mostPerSecond(seconds, 1);
  say(`\nOne endpoint: at most ${most.toFixed(0)} creates/s delivered; at ${(most * SHARE).toFixed(0)}/s:\n`);
  say(HEAD);
  const found: Latencies[] = [];
  for (let number = 1; number <= repetitions; number += 1) {
    found.push(await stage.atRate(most * SHARE, seconds, 1));
    say(row(String(number), found.slice(-1)));
  }
  say(row('median', found));
  return { most, found };
}

async function measureDead(stage: Stage, plan: LatencyPlan, say: (text: string) => void) {
  const { seconds, warmupSeconds, repetitions } = plan;
  const { counts, answers, hangs, refuses } = stage.ports;
  const organizations: string[] = [];
  for (let count = 0; count < plan.organizations; count += 1) {
    const organization = await stage.createOrganization();
    organizations.push(organization);
    await stage.createDirectory(organization);
    for (let living = 0; living < LIVING; living += 1) {
      await stage.createEndpoint(`http://127.0.0.1:${counts}/${living}`, organization);
    }
  }
  const urls = {
    well: () => `http://127.0.0.1:${answers}/`,
    dead: (index: number) => `http://127.0.0.1:${index % 2 === 0 ? refuses : hangs}/`,
  };
  /** The tenth endpoints are new to each phase, and gone after it, with all that waits for them. */
  const among = async <T>(tenth: keyof typeof urls, work: () => Promise<T>): Promise<T> => {
    const ids: string[] = [];
    for (const [index, id] of organizations.entries()) ids.push(await stage.createEndpoint(urls[tenth](index), id));
    const result = await work();
    for (const id of ids) await stage.deleteEndpoint(id);
    await stage.hangUp();
    await pause(REST_MS);
    return result;
  };
  const most = await among('well', async () => {
    await stage.mostPerSecond(warmupSeconds, LIVING);
    return stage.mostPerSecond(seconds, LIVING);
  });
  say(
    `All well: at most ${most.toFixed(0)} creates/s delivered; at ${(most * SHARE).toFixed(0)}/s, living endpoints:\n`,
  );
  say(HEAD);
  const phase = (tenth: keyof typeof urls) => among(tenth, () => stage.atRate(most * SHARE, seconds, LIVING));
  await phase('dead'); // to warm up
  const found: Record<keyof typeof urls, Latencies[]> = { well: [], dead: [] };
  for (let number = 1; number <= repetitions; number += 1) {
    for (const tenth of ['well', 'dead'] as const) {
      found[tenth].push(await phase(tenth));
      say(row(`${number}, a tenth ${tenth}`, found[tenth].slice(-1)));
    }
  }
  say(row('median, a tenth well', found.well));
  say(row('median, a tenth dead', found.dead));
  const change = (of: Figure): string =>
    `${((middle(found.dead, of) / middle(found.well, of) - 1) * 100).toFixed(0)} %`;
  say(`\nWith a tenth dead, the SCIM p50 changes by ${change(FIGURES[0])}, its p99 by ${change(FIGURES[1])}.`);
  say(`The p99 of the living endpoints, from the request, changes by ${change(FIGURES[5])}.`);
  return { most, found };
}

type Figure = (of: Latencies) => number;

const FIGURES = [
  ({ scim }: Latencies) => scim.p50,
  ({ scim }: Latencies) => scim.p99,
  ({ sinceAnswer }: Latencies) => sinceAnswer.p50,
  ({ sinceAnswer }: Latencies) => sinceAnswer.p99,
  ({ sinceRequest }: Latencies) => sinceRequest.p50,
  ({ sinceRequest }: Latencies) => sinceRequest.p99,
] as const;

const HEAD = [
  '| ms | SCIM p50 | SCIM p99 | 2xx to webhook p50 | p99 | Request to webhook p50 | p99 | Webhooks |',
  `| --- |${' ---: |'.repeat(FIGURES.length + 1)}`,
].join('\n');

const middle = (found: readonly Latencies[], figure: Figure): number => median(found.map(figure));

/** The median of some, in brackets the least and the greatest. */
function row(name: string, found: readonly Latencies[]): string {
  const cells = FIGURES.map((figure) => {
    const values = found.map(figure);
    return values.length > 1 ? renderSpread(spreadOf(values), 1) : middle(found, figure).toFixed(1);
  });
  return renderRow(name, ...cells, String(found.reduce((sum, { webhooks }) => sum + webhooks, 0)));
}
