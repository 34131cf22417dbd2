import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openApi } from '../../../services/cli/api/api.js';
import { startRollcall } from '../servers.js';
import type { Created, CreatorJob } from './creator.js';
import { latenciesOf, now, type Latencies } from './moments.js';
import type { Order, Ports, Taken } from './receiver.js';

/** Rollcall, who creates users, and who receives webhooks, each in a process of its own. */
export interface Stage {
  readonly ports: Ports;
  createOrganization(): Promise<string>;
  /** Where users are created from then on, besides those there are. */
  createDirectory(organizationId: string): Promise<void>;
  /** Answers its id. */
  createEndpoint(url: string, organizationId: string): Promise<string>;
  deleteEndpoint(id: string): Promise<void>;
  /** Creates as fast as connections allow. Answers how many users a second were created and told of. */
  mostPerSecond(seconds: number, webhooksPerCreate: number): Promise<number>;
  /** Creates by a schedule. */
  atRate(perSecond: number, seconds: number, webhooksPerCreate: number): Promise<Latencies>;
  hangUp(): Promise<void>;
  stop(): Promise<void>;
}

/** For webhooks that are under way when the last create is answered. */
const SETTLE_MS = 15_000;
const LOOK_EVERY_MS = 100;

export async function openStage(connections: number): Promise<Stage> {
  const receiver = startChild('receiver.ts');
  const [ports] = (await once(receiver, 'message')) as [Ports];
  const creator = startChild('creator.ts');
  const rollcall = await startRollcall();
  const api = openApi({ url: `http://127.0.0.1:${rollcall.port}`, key: rollcall.adminKey });
  const directories: { path: string; token: string }[] = [];

  const created = async (perSecond: number | null, seconds: number): Promise<Created['creates']> => {
    const job: CreatorJob = { port: rollcall.port, directories, connections, seconds, perSecond };
    const { creates, failed, failure } = await ask<Created>(creator, job);
    if (failed > 0) throw new Error(`${failed} creates failed, the first with: ${failure ?? ''}`);
    return creates;
  };
  const arrived = async (expected: number) => {
    const end = now() + SETTLE_MS;
    while ((await ask<Taken>(receiver, 'count')).count < expected && now() < end) await pause(LOOK_EVERY_MS);
    const { arrivals } = await ask<Taken>(receiver, 'take');
    if (arrivals.length < expected)
      throw new Error(`${expected - arrivals.length} of ${expected} webhooks did not come`);
    return arrivals;
  };
  return {
    ports,
    createOrganization: async () => idOf(await api.send('POST', '/organizations', { body: { name: 'Bench' } })),
    async createDirectory(organizationId) {
      const body = { organizationId, name: 'Bench', provider: 'okta' };
      const { scimBaseUrl, token } = await api.send('POST', '/directories', { body });
      directories.push({ path: new URL(String(scimBaseUrl)).pathname, token: String(token) });
    },
    createEndpoint: async (url, organizationId) =>
      idOf(await api.send('POST', '/endpoints', { body: { url, organizationId, eventTypes: [] } })),
    async deleteEndpoint(id) {
      await api.send('DELETE', `/endpoints/${id}`);
    },
    async mostPerSecond(seconds, webhooksPerCreate) {
      const start = now();
      const creates = await created(null, seconds);
      const arrivals = await arrived(creates.length * webhooksPerCreate);
      const last = arrivals.reduce((latest, { at }) => Math.max(latest, at), start);
      return creates.length / ((last - start) / 1000);
    },
    async atRate(perSecond, seconds, webhooksPerCreate) {
      const creates = await created(perSecond, seconds);
      return latenciesOf(creates, await arrived(creates.length * webhooksPerCreate));
    },
    async hangUp() {
      await ask<Taken>(receiver, 'hang up');
    },
    async stop() {
      for (const child of [creator, receiver]) child.disconnect();
      await rollcall.stop();
    },
  };
}

const startChild = (file: string): ChildProcess => fork(join(__dirname, file), { execArgv: ['--import', 'tsx'] });

async function ask<T>(child: ChildProcess, question: CreatorJob | Order): Promise<T> {
  child.send(question);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

function idOf({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id !== 'string') throw new Error('an answer without an id');
  return id;
}
