import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, type StandaloneConfig } from '../../shared/config/config.js';
import { processEnvironment } from '../../shared/config/env.js';
import { runUntilStopped } from '../../shared/runtime/lifecycle.js';
import { check, isKept } from '../simulator/check.js';
import { createSimulator, type Provider, type Run } from '../simulator/simulator.js';
import { startStandalone, type Standalone } from '../standalone/main.js';
import { renderHeading } from './demo/line.js';
import { openManagement, type Management, type NewDirectory } from './demo/management.js';
import { createPaint, type Paint } from './paint.js';
import { startReceiver, type Receiver } from './demo/receiver.js';
import { renderSummary, type Play } from './demo/summary.js';
import { createTimeline, type Timeline } from './demo/timeline.js';

export interface DemoOptions {
  readonly users: number;
  readonly seed: number;
}

/** The providers that play, one after the other, and their shares of the users. */
const CAST: readonly { readonly provider: Provider; readonly name: string; readonly share: number }[] = [
  { provider: 'okta', name: 'Okta', share: 0.6 },
  { provider: 'entra', name: 'Entra ID', share: 0.4 },
];
const USERS_PER_GROUP = 6;

/** Slow enough to be followed, fast enough for a whole run of 24 users in about 5 s. */
const PACE_MS = 75;
/** How long the last webhooks are waited for, since the latest arrival. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 25;

/**
 * Rollcall on a temporary folder, a receiver and a simulated identity provider, and what happens between them, line by line.
 * Answers the exit code: 0 when everything acknowledged was delivered, verified and in order; 1 when not; 130 when interrupted.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  let code = 0;
  const failed = await runUntilStopped(async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-demo-'));
    try {
      code = await demonstrate(options, folder, signal);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return failed === 0 ? code : failed;
}

async function demonstrate(options: DemoOptions, folder: string, signal: AbortSignal): Promise<number> {
  const paint = createPaint(process.stdout.isTTY && (processEnvironment()['NO_COLOR'] ?? '') === '');
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  write(
    `${paint.strong('Rollcall demo')}: ${options.users} users, seed ${options.seed}, SQLite in ${folder}, removed at the end`,
  );
  const startedAt = Date.now();
  const timeline = createTimeline(write, paint, startedAt);
  const receiver = await startReceiver((arrival) => timeline.webhook(arrival));
  const standalone = await startStandalone(configuration(folder));
  write(paint.faint(`Rollcall is at ${standalone.url}, a receiver that verifies every webhook at ${receiver.url}`));
  write(paint.faint(`The console is at ${standalone.url}/console; sign in with ${standalone.adminKey ?? ''}`));
  try {
    const work = playAll({ options, receiver, timeline, write, paint, signal, standalone, startedAt });
    // A role that fails ends the demo.
    return await Promise.race([work, standalone.finished.then(() => 1)]);
  } finally {
    await standalone.stop();
    await receiver.close();
  }
}

/** From an empty environment: whatever is set outside, the demo runs on SQLite. */
function configuration(folder: string): StandaloneConfig {
  const loaded = loadConfig('standalone', {
    ROLLCALL_PORT: '0',
    ROLLCALL_DATA_DIR: folder,
    ROLLCALL_LOG_LEVEL: 'error',
  });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

interface Stage {
  readonly options: DemoOptions;
  readonly receiver: Receiver;
  readonly timeline: Timeline;
  readonly write: (line: string) => void;
  readonly paint: Paint;
  readonly signal: AbortSignal;
  readonly standalone: Standalone;
  readonly startedAt: number;
}

async function playAll(stage: Stage): Promise<number> {
  const { receiver, timeline, write, paint, signal, standalone, startedAt } = stage;
  const management = openManagement(standalone.url, standalone.adminKey ?? '');
  const organization = await management.createOrganization('Acme');
  receiver.trust((await management.createEndpoint(receiver.url)).secret);

  const plays: Play[] = [];
  for (const actor of CAST) {
    const directory = await management.createDirectory(organization, actor.name, actor.provider);
    write(
      `\n${paint.strong(actor.name)} ${paint.faint(`provisions into ${directory.scimBaseUrl}`)}\n${renderHeading(paint)}`,
    );
    const run = await play(actor, directory, stage);
    if (signal.aborted) return 130;
    const events = await allDelivered(management, directory.id, receiver, signal);
    plays.push({
      run,
      events: events.length,
      report: check({ directoryId: directory.id, run, webhooks: receiver.arrivals, events }),
    });
  }
  timeline.end();
  write('');
  renderSummary(
    { plays, webhooks: receiver.arrivals, latencies: timeline.latencies, elapsedMs: Date.now() - startedAt },
    paint,
  ).forEach(write);
  return plays.every(({ run, report }) => isKept(report) && run.failures.length === 0) ? 0 : 1;
}

function play({ provider, share }: (typeof CAST)[number], directory: NewDirectory, stage: Stage): Promise<Run> {
  const { options, timeline, signal } = stage;
  const users = Math.max(1, Math.round(options.users * share));
  const simulator = createSimulator({
    baseUrl: directory.scimBaseUrl,
    token: directory.token,
    provider,
    seed: options.seed,
    users,
    groups: Math.ceil(users / USERS_PER_GROUP),
    concurrency: 2,
    paceMs: PACE_MS,
    onRequest: (exchange) => timeline.request(exchange),
    signal,
  });
  return simulator.run();
}

/** Waits until every event of the directory has arrived, or none has for a while. Answers the events. */
async function allDelivered(
  management: Management,
  directoryId: string,
  { arrivals }: Receiver,
  signal: AbortSignal,
): Promise<string[]> {
  const events = await management.events(directoryId);
  const isIn = (): boolean => {
    const bodies = new Set(arrivals.map(({ body }) => body));
    return events.every((event) => bodies.has(event));
  };
  const since = Date.now();
  while (!isIn() && !signal.aborted && Date.now() - Math.max(since, arrivals.at(-1)?.at ?? 0) < PATIENCE_MS) {
    await sleep(LOOK_EVERY_MS);
  }
  return events;
}
