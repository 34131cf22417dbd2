import { setTimeout as sleep } from 'node:timers/promises';
import { openManagement } from '../../services/cli/demo/management.js';
import type { FailPoint } from '../../shared/runtime/fail-point.js';
import { eventually } from '../support/eventually.js';
import { isKept, judge, type Verdict } from './checker.js';
import { collect } from './evidence.js';
import type { Install } from './installation.js';
import { pointsOf, type NemesisName } from './nemeses.js';
import { GROUP_TYPES, openReceiver, type MoodyReceiver } from './receivers.js';
import type { Report } from './report.js';
import { strike } from './schedule.js';
import { startWorkload, type Workload } from './workload.js';

export interface RunOptions {
  readonly install: Install;
  /** Folder of the product as JavaScript. */
  readonly build: string;
  readonly seconds: number;
  readonly seed: number;
  readonly providers: number;
  readonly paceMs: number;
  readonly users: number;
  /** Undefined: all nemeses. */
  readonly only?: readonly NemesisName[] | undefined;
  /** Undefined: all fail points. */
  readonly points?: readonly FailPoint[] | undefined;
  /** How long nothing may arrive before what is missing is given up. Default: longer than the longest pause of a breaker. */
  readonly patienceMs?: number;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

const PATIENCE_MS = 75_000;
/** Writes that show that the service is whole again. */
const GOES_ON = 5;
const GOES_ON_MS = 180_000;
/** Writes between two strikes at processes, unless they take longer than this. */
const WORK = 10;
const WORK_MS = 5_000;
const LOOK_EVERY_MS = 20;
const PROGRESS_EVERY_MS = 10_000;

/** What was done to an installation, counted while it happens. */
interface Tally {
  readonly faults: Record<string, number>;
  readonly hits: Record<string, number>;
  readonly recoveries: number[];
  kills: number;
  /** Deaths that nobody has asked for, each with its last words. */
  readonly deaths: string[];
}

/** One run: an installation of its own, a workload, faults for so long, a time to get over them, and the verdict. */
export async function run(options: RunOptions): Promise<Report> {
  const { install, build, seconds, seed, providers, paceMs, users, only, points, say } = options;
  const tally: Tally = { faults: {}, hits: {}, recoveries: [], kills: 0, deaths: [] };
  const installation = await install(build, {
    onDeath(role, why) {
      if (why === undefined) tally.kills += 1;
      else tally.deaths.push(`${role}: ${why}`);
    },
    onRecovery: (ms) => tally.recoveries.push(ms),
    onFailPoint: (point) => count(tally.hits, point),
  });
  // None is left out that was never hit.
  for (const point of pointsOf(installation)) tally.hits[point] ??= 0;
  const { url, adminKey, scimUrl, title } = installation;
  const management = openManagement(url, adminKey);
  const receivers = [
    await openReceiver(management, 'everything'),
    await openReceiver(management, 'groups alone', GROUP_TYPES),
  ];
  const startedAt = performance.now();
  const workload = startWorkload({ management, scimUrl, seed, providers, paceMs, users });
  const progress = tellProgress(say, startedAt, tally, workload, receivers);
  try {
    const onStrike = (name: NemesisName): void => count(tally.faults, name);
    const untilAtWork = watchWork(workload);
    await strike({ installation, receivers, seed, seconds, only, points, untilAtWork, onStrike });
    await Promise.all(installation.members.map((member) => member.ready()));
    await untilItGoesOn(workload);
    const played = await workload.stop();
    const operations = workload.operations();
    const struckSeconds = (performance.now() - startedAt) / 1000;
    say(`faults are over after ${struckSeconds.toFixed(0)} s; waiting for what is still to come`);
    const history = await collect({ url, adminKey, management, played, receivers }, options.patienceMs ?? PATIENCE_MS);
    const verdict = judge(history);
    return {
      title: `${title}, seed ${seed}`,
      seconds: struckSeconds,
      directories: played.length,
      operations,
      ...tally,
      verdict,
    };
  } finally {
    progress.abort();
    await installation.close();
    await Promise.all(receivers.map((receiver) => receiver.close()));
  }
}

/** Whether the promise was kept. A refusal that the workload cannot explain shows as wrong or lost. */
export const isGood = ({ verdict }: { readonly verdict: Verdict }): boolean => isKept(verdict) && verdict.delivered > 0;

/** So that a process is struck while it has something to do, however fast the machine is. */
function watchWork({ acknowledged }: Workload): () => Promise<void> {
  let before = 0;
  return async () => {
    const until = performance.now() + WORK_MS;
    while (acknowledged() < before + WORK && performance.now() < until) await sleep(LOOK_EVERY_MS);
    before = acknowledged();
  };
}

/** What is whole again takes writes again. */
const untilItGoesOn = async ({ acknowledged }: Workload): Promise<unknown> => {
  const before = acknowledged();
  return eventually('writes are acknowledged again', () => acknowledged() >= before + GOES_ON, GOES_ON_MS);
};

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function tellProgress(
  say: RunOptions['say'],
  startedAt: number,
  tally: Tally,
  workload: Workload,
  receivers: readonly MoodyReceiver[],
): AbortController {
  const over = new AbortController();
  const tell = async (): Promise<void> => {
    for (;;) {
      await sleep(PROGRESS_EVERY_MS, undefined, { signal: over.signal });
      const arrived = receivers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
      const faults = Object.values(tally.faults).reduce((sum, times) => sum + times, 0);
      say(
        `${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${workload.operations()} requests, ` +
          `${workload.acknowledged()} acknowledged, ${arrived} webhooks, ${faults} faults, ${tally.kills} kills`,
      );
    }
  };
  tell().catch(() => undefined);
  return over;
}
