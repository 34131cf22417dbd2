import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Load } from './load-process.js';
import { memoryOf, watch } from './process-use.js';
import { startReceivers } from './receivers-process.js';
import { median } from './report.js';
import { startRollcall } from './servers.js';

export interface DeliverPlan {
  readonly seconds: number;
  readonly repetitions: number;
}

const AT_ONCE = 32;
/** With one endpoint the SCIM request takes most of the time of a delivery; with many, it is the delivering that is measured. */
const ENDPOINTS = [1, 16];

/**
 * Signed deliveries per second from the SCIM request to the receiver's 2xx, each with its attempt on record, beside a bare undici
 * loop to the same receiver, with one endpoint and with many; and what the process uses meanwhile (Linux only: read from /proc).
 */
export async function measureDeliver(plan: DeliverPlan, load: Load, say: (text: string) => void): Promise<void> {
  const receivers = await startReceivers();
  const rollcall = await startRollcall();
  const url = `http://127.0.0.1:${receivers.good}/`;
  try {
    const { management, port, pid } = rollcall;
    const organization = await management.createOrganization('Bench');
    const { scimBaseUrl, token } = await management.createDirectory(organization, 'Bench', 'okta');
    await pause(3_000);
    say(`Idle: ${memoryOf(pid).toFixed(0)} MiB resident.`);
    const creates = load.against(port, join(__dirname, 'create.ts'), { path: new URL(scimBaseUrl).pathname, token });
    const arrived = async (seconds: number): Promise<{ count: number; perSecond: number }> => {
      await receivers.ask('forget');
      const startedAt = Date.now();
      const { failed, failure } = await creates.measure(seconds);
      if (failed > 0) throw new Error(`a create failed: ${failure ?? ''}`);
      const { count, lastAt } = await settled(receivers);
      return { count, perSecond: count / ((lastAt - startedAt) / 1000) };
    };
    let endpoints = 0;
    for (const wanted of ENDPOINTS) {
      for (; endpoints < wanted; endpoints += 1) await management.createEndpoint(`${url}${endpoints}`);
      await arrived(2); // to warm up
      const pairs: { bare: number; delivered: number }[] = [];
      for (let number = 1; number <= plan.repetitions; number += 1) {
        const bare = await postLoop(url, plan.seconds);
        const use = watch(pid);
        const { count, perSecond: delivered } = await arrived(plan.seconds);
        const { cpu, mostMiB } = use.end();
        pairs.push({ bare, delivered });
        say(
          `${number}: ${delivered.toFixed(0)} delivered/s (${count} in all), bare loop ${bare.toFixed(0)}/s, ` +
            `ratio ${(delivered / bare).toFixed(3)}; ${(cpu * 100).toFixed(0)} % of a core, at most ${mostMiB.toFixed(0)} MiB resident.`,
        );
      }
      const ratio = median(pairs.map(({ delivered }) => delivered)) / median(pairs.map(({ bare }) => bare));
      say(`${wanted} endpoint${wanted === 1 ? '' : 's'}: ratio of the medians ${ratio.toFixed(3)}.`);
    }
  } finally {
    await rollcall.stop();
    receivers.stop();
  }
}

/** Waits until nothing more arrives. */
async function settled(receivers: Awaited<ReturnType<typeof startReceivers>>) {
  for (let before = -1; ;) {
    const arrivals = await receivers.ask('report');
    if (arrivals.count === before) return arrivals;
    before = arrivals.count;
    await pause(2_000);
  }
}

async function postLoop(url: string, seconds: number): Promise<number> {
  const file = join(__dirname, 'post-loop.ts');
  const parameters = ['--import', 'tsx', file, url, String(seconds), String(AT_ONCE)];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  return Number(stdout);
}
