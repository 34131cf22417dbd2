import * as z from 'zod';
import { openApi, type Api } from '../../services/cli/api/api.js';
import type { Management } from '../../services/cli/demo/management.js';
import { applyEvent, readEvent } from '../../services/simulator/received.js';
import { emptyWorld, type World } from '../../services/simulator/truth.js';
import { DELIVERY_STATUSES, UNFINISHED_STATUSES } from '../../shared/webhooks/delivery.js';
import { request } from 'undici';
import type { DirectoryHistory, History, LedgerEntry, ReceiverHistory } from './history.js';
import { isTaken } from './checker.js';
import type { MoodyReceiver } from './receivers.js';
import { insist, type Played } from './workload.js';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sources {
  readonly url: string;
  readonly adminKey: string;
  readonly management: Management;
  readonly played: readonly Played[];
  readonly receivers: readonly MoodyReceiver[];
}

const LOOK_EVERY_MS = 200;
const READERS = 8;

/** Waits until everything that is listed has arrived and no delivery is open, or nothing goes on any more; then asks for all there is. */
export async function collect(sources: Sources, patienceMs: number): Promise<History> {
  const { url, adminKey, management, played, receivers } = sources;
  const api = openApi({ url, key: adminKey });
  const eventsOf = new Map<string, readonly string[]>();
  await inParallel(played, async ({ directory: { id } }) => {
    eventsOf.set(id, await insist(() => management.events(id)));
  });
  await untilQuiet(api, receivers, [...eventsOf.values()].flat(), patienceMs);
  const directories: DirectoryHistory[] = [];
  await inParallel(played, async ({ directory: { id }, run, reads }) => {
    const state = worldOf(id, await snapshot(sources, id));
    directories.push({ id, run, reads, events: eventsOf.get(id) ?? [], state });
  });
  const histories: ReceiverHistory[] = [];
  for (const { name, types, endpointId, arrivals } of receivers) {
    const ledger = await ledgerOf(api, endpointId);
    histories.push({ name, arrivals, ledger, ...(types === undefined ? {} : { types }) });
  }
  return { directories, receivers: histories };
}

async function untilQuiet(
  api: Api,
  receivers: readonly MoodyReceiver[],
  events: readonly string[],
  patienceMs: number,
): Promise<void> {
  let [seen, since] = [-1, performance.now()];
  const listed = events.flatMap((body) => readEvent(body) ?? []);
  const isMissing = (): boolean =>
    receivers.some(({ arrivals, types }) => {
      const taken = new Set(arrivals.filter(isTaken).map(({ id }) => id));
      return listed.some(({ id, type }) => types?.includes(type) !== false && !taken.has(id));
    });
  while (performance.now() - since < patienceMs) {
    if (!isMissing() && !(await hasUnfinished(api, receivers))) return;
    const arrived = receivers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    if (arrived !== seen) [seen, since] = [arrived, performance.now()];
    await sleep(LOOK_EVERY_MS);
  }
}

const page = z.object({
  data: z.array(z.object({ id: z.string(), eventId: z.string(), status: z.enum(DELIVERY_STATUSES) })),
  nextCursor: z.string().nullable(),
});

async function hasUnfinished(api: Api, receivers: readonly MoodyReceiver[]): Promise<boolean> {
  for (const { endpointId } of receivers) {
    for (const status of UNFINISHED_STATUSES) {
      const query = { endpointId, status, limit: 1 };
      const { data } = page.parse(await insist(() => api.send('GET', '/deliveries', { query })));
      if (data.length > 0) return true;
    }
  }
  return false;
}

const attemptList = z.object({ data: z.array(z.object({ status: z.int().nullable(), error: z.string().nullable() })) });

async function ledgerOf(api: Api, endpointId: string): Promise<LedgerEntry[]> {
  const ledger: LedgerEntry[] = [];
  for (let after: string | undefined; ;) {
    const query = { endpointId, limit: 100, after };
    const { data, nextCursor } = page.parse(await insist(() => api.send('GET', '/deliveries', { query })));
    await inParallel(data, async ({ id, eventId, status }) => {
      const attempts = attemptList.parse(await insist(() => api.send('GET', `/deliveries/${id}/attempts`))).data;
      ledger.push({ eventId, status, attempts });
    });
    if (nextCursor === null) return ledger;
    after = nextCursor;
  }
}

const snapshotLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('header') }),
  z.object({ kind: z.literal('user'), data: z.object({ id: z.string() }).loose() }),
  z.object({ kind: z.literal('group'), data: z.object({ id: z.string() }).loose() }),
  z.object({ kind: z.literal('members'), groupId: z.string(), memberIds: z.array(z.string()) }),
  z.object({ kind: z.literal('footer') }),
]);

async function snapshot({ url, adminKey }: Sources, directoryId: string): Promise<string[]> {
  const lines = await insist(async () => {
    const headers = { authorization: `Bearer ${adminKey}` };
    const answer = await request(`${url}/v1/directories/${directoryId}/snapshot`, { headers });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
    return text.split('\n').filter((line) => line !== '');
  });
  return lines;
}

/** What a snapshot tells of a user is what its newest event tells. */
export function worldOf(directoryId: string, lines: readonly string[]): World {
  const world = emptyWorld();
  for (const told of lines.map((text) => snapshotLine.parse(JSON.parse(text)))) {
    if (told.kind === 'members') {
      const members = world.members.get(told.groupId) ?? new Set();
      told.memberIds.forEach((id) => members.add(id));
      world.members.set(told.groupId, members);
    } else if (told.kind === 'user' || told.kind === 'group') {
      const envelope = { id: told.data.id, seq: 1, directoryId, cause: { requestId: '' } };
      const event = readEvent(JSON.stringify({ type: `${told.kind}.created`, ...envelope, data: told.data }));
      if (event === undefined) throw new Error(`a snapshot's ${told.kind} is not as documented`);
      applyEvent(world, event);
    }
  }
  return world;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: READERS }, one));
}
