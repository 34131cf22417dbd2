import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../services/cli/demo/summary.js';
import { openConnection } from './connection.js';
import { requests } from './create.js';
import type { Load } from './load-process.js';
import { median } from './report.js';
import { OWN_LIMITS, startRollcall } from './servers.js';

export interface NeighbourPlan {
  readonly seconds: number;
  readonly repetitions: number;
}

/** Far below what the process can do, so that latency is what the neighbour costs. */
const CREATES_PER_SECOND = 50;

interface Latency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * How long a directory's SCIM requests take: while the others are silent, and while one of them sends as fast as it can. The limits are
 * those that Rollcall has by itself.
 */
export async function measureNeighbour(plan: NeighbourPlan, load: Load, say: (text: string) => void): Promise<void> {
  const rollcall = await startRollcall(undefined, OWN_LIMITS);
  try {
    const { management, port } = rollcall;
    const organization = await management.createOrganization('Bench');
    const directory = async (name: string) => {
      const { scimBaseUrl, token } = await management.createDirectory(organization, name, 'okta');
      return { path: new URL(scimBaseUrl).pathname, token };
    };
    const make = requests(await directory('Quiet'));
    const noisy = load.against(port, join(__dirname, 'create.ts'), await directory('Noisy'));
    const connection = await openConnection(port);
    let number = 0;
    const quiet = async (): Promise<Latency> => {
      const durations: number[] = [];
      const end = performance.now() + plan.seconds * 1000;
      for (let next = performance.now(); next < end; next += 1000 / CREATES_PER_SECOND) {
        await pause(Math.max(next - performance.now(), 0));
        const sentAt = performance.now();
        const { status, excerpt } = await connection.send(make((number += 1)));
        if (status !== 201) throw new Error(`a create failed: ${status} ${excerpt}`);
        durations.push(performance.now() - sentAt);
      }
      return { p50: percentile(durations, 0.5), p99: percentile(durations, 0.99) };
    };
    const beside = async (): Promise<Latency & { readonly perSecond: number }> => {
      const measured = noisy.measure(plan.seconds);
      const latency = await quiet();
      const { failed, failure, perSecond } = await measured;
      if (failed > 0) throw new Error(`a create of the neighbour failed: ${failure ?? ''}`);
      return { ...latency, perSecond };
    };
    await beside(); // to warm up
    const found: { alone: Latency; with: Latency }[] = [];
    for (let count = 1; count <= plan.repetitions; count += 1) {
      const [alone, both] = [await quiet(), await beside()];
      found.push({ alone, with: both });
      say(`${count}: alone ${shown(alone)}; beside ${both.perSecond.toFixed(0)} creates/s of another ${shown(both)}.`);
    }
    const [alone, both] = [median(found.map((one) => one.alone.p99)), median(found.map((one) => one.with.p99))];
    say(
      `Median p99: ${alone.toFixed(1)} ms alone, ${both.toFixed(1)} ms beside another: ${((both / alone - 1) * 100).toFixed(0)} % more.`,
    );
    connection.close();
  } finally {
    await rollcall.stop();
  }
}

const shown = ({ p50, p99 }: Latency): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
