import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { requests } from './create.js';
import { openConnection } from './connection.js';
import { startReceivers, type Arrivals } from './receivers-process.js';
import { median } from './report.js';
import { startRollcall } from './servers.js';

export interface IsolationPlan {
  readonly seconds: number;
  readonly repetitions: number;
}

/** Far below what the process can do, so that latency is what the others cost and not the length of a queue. */
const CREATES_PER_SECOND = 50;
/** For what is under way at the end of a phase. */
const SETTLE_MS = 1_000;

/** How long events take to a good receiver, alone and beside bad ones that get the same events, in turn. */
export async function measureIsolation(plan: IsolationPlan, say: (text: string) => void): Promise<void> {
  const receivers = await startReceivers();
  const rollcall = await startRollcall();
  try {
    const { management, port, adminKey } = rollcall;
    const organization = await management.createOrganization('Bench');
    const { scimBaseUrl, token } = await management.createDirectory(organization, 'Bench', 'okta');
    await management.createEndpoint(`http://127.0.0.1:${receivers.good}/`);
    const addBad = async (badPort: number): Promise<() => Promise<void>> => {
      const { id } = await management.createEndpoint(`http://127.0.0.1:${badPort}/`);
      return () => remove(port, adminKey, `/v1/endpoints/${id}`);
    };
    const make = requests({ path: new URL(scimBaseUrl).pathname, token });
    const connection = await openConnection(port);
    let number = 0;
    /** Bad endpoints are new to each phase: what the one before has left to them is no part of it. */
    const phase = async (badPorts: readonly number[], seconds: number): Promise<Arrivals> => {
      const removals = await Promise.all(badPorts.map(addBad));
      await receivers.ask('forget');
      const end = performance.now() + seconds * 1000;
      for (let next = performance.now(); next < end; next += 1000 / CREATES_PER_SECOND) {
        await pause(Math.max(next - performance.now(), 0));
        const { status, excerpt } = await connection.send(make((number += 1)));
        if (status !== 201) throw new Error(`a create failed: ${status} ${excerpt}`);
      }
      await pause(SETTLE_MS);
      const arrivals = await receivers.ask('report');
      await Promise.all(removals.map((removeIt) => removeIt()));
      await pause(SETTLE_MS);
      return arrivals;
    };
    await phase(receivers.bad, plan.seconds); // to warm up
    const pairs: { alone: Arrivals; beside: Arrivals }[] = [];
    for (let count = 1; count <= plan.repetitions; count += 1) {
      const pair = { alone: await phase([], plan.seconds), beside: await phase(receivers.bad, plan.seconds) };
      pairs.push(pair);
      say(`${count}: alone ${shown(pair.alone)}; beside ${receivers.bad.length} bad ones ${shown(pair.beside)}.`);
    }
    const [alone, beside] = [pairs.map((pair) => pair.alone.p99), pairs.map((pair) => pair.beside.p99)].map(median);
    say(
      `Median p99: ${alone ?? NaN} ms alone, ${beside ?? NaN} ms beside; ${(((beside ?? NaN) / (alone ?? NaN) - 1) * 100).toFixed(0)} % more.`,
    );
    connection.close();
  } finally {
    await rollcall.stop();
    receivers.stop();
  }
}

const shown = ({ count, p50, p99 }: Arrivals): string => `p50 ${p50} ms, p99 ${p99} ms of ${count}`;

async function remove(port: number, adminKey: string, path: string): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const answer = await request(`http://127.0.0.1:${port}${path}`, { method: 'DELETE', headers });
  const text = await answer.body.text();
  if (answer.statusCode !== 204) throw new Error(`DELETE ${path}: ${answer.statusCode}: ${text}`);
}
