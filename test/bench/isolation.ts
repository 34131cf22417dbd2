import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { requests } from './create.js';
import { openConnection } from './connection.js';
import { ASIDE, startReceivers, type Arrivals } from './receivers-process.js';
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

/** Who else gets the same events. */
const NEIGHBOURS = ['nobody', 'well', 'bad'] as const;
type Neighbours = (typeof NEIGHBOURS)[number];

/**
 * How long events take to a receiver: alone, beside six others that answer at once, and beside six that fail, each in its own way.
 * The second is what six more endpoints cost, the third what it adds that they are bad.
 */
export async function measureIsolation(plan: IsolationPlan, say: (text: string) => void): Promise<void> {
  const receivers = await startReceivers();
  const rollcall = await startRollcall();
  try {
    const { management, port, adminKey } = rollcall;
    const organization = await management.createOrganization('Bench');
    const { scimBaseUrl, token } = await management.createDirectory(organization, 'Bench', 'okta');
    const good = `http://127.0.0.1:${receivers.good}`;
    await management.createEndpoint(good);
    const others: Readonly<Record<Neighbours, readonly string[]>> = {
      nobody: [],
      well: receivers.bad.map(() => `${good}${ASIDE}`),
      bad: receivers.bad.map((badPort) => `http://127.0.0.1:${badPort}/`),
    };
    const make = requests({ path: new URL(scimBaseUrl).pathname, token });
    const connection = await openConnection(port);
    let number = 0;
    /** Neighbours are new to each phase: what the one before has left to them is no part of it. */
    const phase = async (neighbours: Neighbours): Promise<Arrivals> => {
      const endpoints = await Promise.all(others[neighbours].map((url) => management.createEndpoint(url)));
      await receivers.ask('forget');
      const end = performance.now() + plan.seconds * 1000;
      for (let next = performance.now(); next < end; next += 1000 / CREATES_PER_SECOND) {
        await pause(Math.max(next - performance.now(), 0));
        const { status, excerpt } = await connection.send(make((number += 1)));
        if (status !== 201) throw new Error(`a create failed: ${status} ${excerpt}`);
      }
      await pause(SETTLE_MS);
      const arrivals = await receivers.ask('report');
      await Promise.all(endpoints.map(({ id }) => remove(port, adminKey, `/v1/endpoints/${id}`)));
      await pause(SETTLE_MS);
      return arrivals;
    };
    await phase('bad'); // to warm up
    const found: Record<Neighbours, Arrivals[]> = { nobody: [], well: [], bad: [] };
    for (let count = 1; count <= plan.repetitions; count += 1) {
      for (const neighbours of NEIGHBOURS) found[neighbours].push(await phase(neighbours));
      say(`${count}: ${NEIGHBOURS.map((name) => `${name}: ${shown(found[name].at(-1))}`).join('; ')}.`);
    }
    const [alone, well, bad] = NEIGHBOURS.map((name) => median(found[name].map(({ p99 }) => p99)));
    say(
      `Median p99: ${alone} ms beside nobody, ${well} ms beside six that are well, ${bad} ms beside six that are bad: ` +
        `${percentAbove(bad, well)} above the six, ${percentAbove(bad, alone)} above nobody.`,
    );
    connection.close();
  } finally {
    await rollcall.stop();
    receivers.stop();
  }
}

const shown = (arrivals: Arrivals | undefined): string =>
  `p50 ${arrivals?.p50} ms, p99 ${arrivals?.p99} ms of ${arrivals?.count}`;

const percentAbove = (value = NaN, base = NaN): string => `${((value / base - 1) * 100).toFixed(0)} %`;

async function remove(port: number, adminKey: string, path: string): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const answer = await request(`http://127.0.0.1:${port}${path}`, { method: 'DELETE', headers });
  const text = await answer.body.text();
  if (answer.statusCode !== 204) throw new Error(`DELETE ${path}: ${answer.statusCode}: ${text}`);
}
