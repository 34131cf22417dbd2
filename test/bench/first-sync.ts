import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { userOf } from './create.js';
import type { Say } from './fill.js';
import { memoryOf, watch } from './process-use.js';
import { startReceivers, type Arrivals, type Receivers } from './receivers-process.js';
import { machine, median, renderMachine } from './report.js';
import { idOf, inLanes, newDirectory, openScim, patchOf, userNamed, type Scim } from './scim.js';
import { startRollcall } from './servers.js';

export interface FirstSyncPlan {
  readonly users: number;
  readonly groups: number;
  readonly membersPerGroup: number;
  readonly connections: number;
}

const SAMPLE_MS = 1_000;
/** So long without an arrival: what is missing then does not come any more. */
const SILENCE_MS = 30_000;

/** What the provider has done so far. Each 2xx to a write promises one event. */
interface Progress {
  users: number;
  groups: number;
  requests: number;
  acknowledged: number;
  /** Of the last acknowledgement, in milliseconds since the epoch. */
  lastAt: number;
  isOver: boolean;
}

interface Sample {
  /** Since the first request. */
  readonly seconds: number;
  readonly acknowledged: number;
  readonly delivered: number;
  /** Acknowledged events that have not arrived. */
  readonly lag: number;
  readonly residentMiB: number;
}

/**
 * A first synchronisation as Okta makes one, each request as soon as the one before on its connection is answered, delivered to one endpoint
 * that answers at once: whether the deliveries keep up, and what the process uses meanwhile (Linux only: read from /proc).
 */
export async function measureFirstSync(plan: FirstSyncPlan, say: Say, json: string | undefined): Promise<void> {
  const receivers = await startReceivers();
  const rollcall = await startRollcall();
  const directory = await newDirectory(rollcall.management);
  const scim = openScim(rollcall.port, directory, plan.connections);
  try {
    say(
      `${plan.users} users, ${plan.groups} groups of ${plan.membersPerGroup}, ${plan.connections} connections. ${renderMachine()}\n`,
    );
    await rollcall.management.createEndpoint(`http://127.0.0.1:${receivers.good}/`);
    await activate(scim, receivers);
    const use = watch(rollcall.pid);
    const progress: Progress = { users: 0, groups: 0, requests: 0, acknowledged: 0, lastAt: 0, isOver: false };
    const startedAt = Date.now();
    const [samples] = await Promise.all([
      follow(rollcall.pid, receivers, progress, say),
      synchronise(scim, plan, progress),
    ]);
    // For what comes twice.
    await pause(SAMPLE_MS);
    const arrivals = await receivers.ask('report');
    const figures = { plan, machine: machine(), ...sumUp(samples, progress, arrivals, startedAt), ...use.end() };
    sayFigures(figures, say);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...figures, samples }, null, 2)}\n`);
    if (figures.lost > 0 || figures.twice > 0) process.exitCode = 1;
  } finally {
    await scim.close();
    await rollcall.stop();
    receivers.stop();
  }
}

/** The first request of all has an event of its own, which is none of those that count. */
async function activate(scim: Scim, receivers: Receivers): Promise<void> {
  await scim.send('GET', '/Users?startIndex=1&count=2');
  const end = Date.now() + SILENCE_MS;
  while ((await receivers.ask('report')).count === 0) {
    if (Date.now() > end) throw new Error('the activation of the directory did not arrive');
    await pause(10);
  }
  await receivers.ask('forget');
}

/** Users one by one, each looked for first; then groups, empty; then their members. */
async function synchronise(scim: Scim, plan: FirstSyncPlan, progress: Progress): Promise<void> {
  const send: Scim['send'] = async (method, path, body) => {
    const answer = await scim.send(method, path, body);
    progress.requests += 1;
    if (method === 'GET') return answer;
    progress.acknowledged += 1;
    progress.lastAt = Date.now();
    return answer;
  };
  const [users, groups]: [string[], string[]] = [[], []];
  await inLanes(plan.users, plan.connections, async (number) => {
    const user = userOf(number);
    await send('GET', userNamed(user.userName));
    users[number] = idOf(await send('POST', '/Users', user));
    progress.users += 1;
  });
  await inLanes(plan.groups, plan.connections, async (number) => {
    groups[number] = idOf(
      await send('POST', '/Groups', { schemas: [GROUP], displayName: `Group ${number}`, members: [] }),
    );
    progress.groups += 1;
  });
  await inLanes(plan.groups, plan.connections, async (number) => {
    const value = Array.from({ length: plan.membersPerGroup }, (_, index) => ({
      value: users[(number * plan.membersPerGroup + index) % users.length],
    }));
    await send('PATCH', `/Groups/${groups[number]}`, patchOf({ op: 'add', path: 'members', value }));
  });
  progress.isOver = true;
}

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Looks each second how far both are, until all has arrived or nothing does any more. */
async function follow(pid: number, receivers: Receivers, progress: Progress, say: Say): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  for (;;) {
    await pause(SAMPLE_MS);
    const { distinct: delivered, lastAt } = await receivers.ask('report');
    const { acknowledged, users, groups, isOver } = progress;
    // An event may arrive before its request is answered.
    const lag = Math.max(acknowledged - delivered, 0);
    const seconds = (performance.now() - start) / 1000;
    const residentMiB = memoryOf(pid);
    samples.push({ seconds, acknowledged, delivered, lag, residentMiB });
    say(
      `${seconds.toFixed(0).padStart(4)} s: ${users} users, ${groups} groups, ${acknowledged} events acknowledged, ` +
        `${delivered} delivered, ${lag} behind; ${residentMiB.toFixed(0)} MiB`,
    );
    if (isOver && (lag === 0 || Date.now() - Math.max(lastAt, progress.lastAt) > SILENCE_MS)) return samples;
  }
}

function sumUp(samples: readonly Sample[], progress: Progress, arrivals: Arrivals, startedAt: number) {
  const { requests, acknowledged, lastAt } = progress;
  const sending = samples.filter(({ seconds }) => seconds * 1000 <= lastAt - startedAt);
  const third = Math.ceil(sending.length / 3);
  const lagOf = (some: readonly Sample[]): number => median(some.map(({ lag }) => lag));
  return {
    seconds: (lastAt - startedAt) / 1000,
    requestsPerSecond: requests / ((lastAt - startedAt) / 1000),
    deliveriesPerSecond: arrivals.distinct / ((arrivals.lastAt - startedAt) / 1000),
    lag: {
      firstThird: lagOf(sending.slice(0, third)),
      lastThird: lagOf(sending.slice(-third)),
      greatest: Math.max(...samples.map(({ lag }) => lag)),
    },
    /** From the last acknowledgement to the last arrival. */
    afterwardsSeconds: Math.max(arrivals.lastAt - lastAt, 0) / 1000,
    acknowledged,
    lost: acknowledged - arrivals.distinct,
    twice: arrivals.count - arrivals.distinct,
  };
}

type Figures = ReturnType<typeof sumUp> & ReturnType<ReturnType<typeof watch>['end']>;

function sayFigures(figures: Figures, say: Say): void {
  const { requestsPerSecond, deliveriesPerSecond, seconds, afterwardsSeconds, lag, cpu, mostMiB } = figures;
  const { acknowledged, lost, twice } = figures;
  say(
    `\n${requestsPerSecond.toFixed(0)} requests/s for ${seconds.toFixed(0)} s, ${deliveriesPerSecond.toFixed(0)} deliveries/s. ` +
      `All had arrived ${afterwardsSeconds.toFixed(1)} s after the last acknowledgement.`,
  );
  say(
    `Behind: ${lag.firstThird} events in the first third of that time, ${lag.lastThird} in the last, ${lag.greatest} at most.`,
  );
  say(`At most ${mostMiB.toFixed(0)} MiB resident, ${(cpu * 100).toFixed(0)} % of a core.`);
  say(`${acknowledged} events were acknowledged: ${lost} did not arrive, ${twice} came twice.`);
}
