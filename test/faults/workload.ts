import { setTimeout as sleep } from 'node:timers/promises';
import type { Management, NewDirectory } from '../../services/cli/demo/management.js';
import { asObject } from '../../services/simulator/json.js';
import { createRandom } from '../../services/simulator/random.js';
import type { Exchange } from '../../services/simulator/session.js';
import { createSimulator, type Run } from '../../services/simulator/simulator.js';
import { openWire, type Wire } from '../../services/simulator/wire.js';
import { scimBaseUrl } from '../../shared/directory/base-url.js';
import type { Read } from './history.js';

export interface WorkloadOptions {
  readonly management: Management;
  /** Where SCIM is served, when it is not where directories say. */
  readonly scimUrl: string | undefined;
  readonly seed: number;
  /** How many identity providers write at a time. */
  readonly providers: number;
  /** Shortest time from one step of a provider to the next. */
  readonly paceMs: number;
  /** People in a directory: a new one begins when their story is told. */
  readonly users: number;
}

/** What was asked and answered of one directory. */
export interface Played {
  readonly directory: NewDirectory;
  readonly run: Run;
  readonly reads: readonly Read[];
}

export interface Workload {
  /** Requests that were answered or not, so far. */
  readonly operations: () => number;
  readonly acknowledged: () => number;
  /** Nothing new is begun; resolves when what is under way has been answered. */
  stop(): Promise<readonly Played[]>;
}

const USERS_PER_GROUP = 4;
const CONCURRENCY = 3;
/** Enough to outlast whatever is done to the service. */
const TRIES = 1_000;
const LONGEST_PAUSE_MS = 400;
/** How often what was acknowledged is read. */
const READ_SHARE = 0.4;
const CALM_MS = 200;

/** Identity providers that provision one directory after another; beside them, readers of what was acknowledged. */
export function startWorkload(options: WorkloadOptions): Workload {
  const { management, seed, providers, users } = options;
  const groups = Math.ceil(users / USERS_PER_GROUP);
  const over = new AbortController();
  const played: Played[] = [];
  let [operations, acknowledged] = [0, 0];
  const count = (exchange: Exchange): void => {
    operations += 1;
    if (exchange.acknowledged !== null) acknowledged += 1;
  };
  const provide = async (provider: number): Promise<void> => {
    const organization = await insist(() => management.createOrganization(`Organization ${provider}`));
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const dialect = (provider + turn) % 2 === 0 ? 'okta' : 'entra';
      const directory = await insist(() => management.createDirectory(organization, `Directory ${turn}`, dialect));
      const story = { provider: dialect, seed: seed * 1000 + provider * 100 + turn, groups } as const;
      played.push(await play(directory, { ...options, ...story, over: over.signal, count }));
    }
  };
  const providing = Promise.all(Array.from({ length: providers }, (_, provider) => provide(provider)));
  return {
    operations: () => operations,
    acknowledged: () => acknowledged,
    async stop() {
      over.abort();
      await providing;
      return played;
    },
  };
}

interface Story extends Pick<WorkloadOptions, 'scimUrl' | 'paceMs' | 'users'> {
  readonly provider: 'okta' | 'entra';
  readonly seed: number;
  readonly groups: number;
  readonly over: AbortSignal;
  readonly count: (exchange: Exchange) => void;
}

async function play(directory: NewDirectory, { over, count, scimUrl, ...story }: Story): Promise<Played> {
  const { id, token, scimBaseUrl: told } = directory;
  const baseUrl = scimUrl === undefined ? told : scimBaseUrl(scimUrl, id);
  const wire = openWire(baseUrl, { authorization: `Bearer ${token}` }, 2);
  const random = createRandom(story.seed);
  const reads: Read[] = [];
  const reading: Promise<void>[] = [];
  const onRequest = (exchange: Exchange): void => {
    count(exchange);
    if (!random.chance(READ_SHARE)) return;
    reading.push(
      read(wire, exchange).then((found) => {
        if (found !== undefined) reads.push(found);
      }),
    );
  };
  const options = {
    ...story,
    baseUrl,
    token,
    concurrency: CONCURRENCY,
    tries: TRIES,
    longestPauseMs: LONGEST_PAUSE_MS,
    onRequest,
    signal: over,
  };
  const run = await createSimulator(options).run();
  await Promise.all(reading);
  await wire.close();
  return { directory, run, reads };
}

/** Reads what a write was about. Undefined where nothing was acknowledged, or the read was not answered. */
async function read(wire: Wire, { acknowledged, requestId }: Exchange): Promise<Read | undefined> {
  const [expected] = acknowledged?.expected ?? [];
  if (expected === undefined || requestId === null) return undefined;
  const { id, type } = expected;
  const startedAt = Date.now();
  const { status, body } = await wire.send('GET', `/${type.startsWith('user.') ? 'Users' : 'Groups'}/${id}`);
  const common = { id, after: requestId, startedAt, endedAt: Date.now() };
  if (status === 404) return { ...common, version: null };
  const version = /^W\/"(\d+)"$/.exec(String(asObject(body['meta'])['version']))?.[1];
  return status === 200 && version !== undefined ? { ...common, version: Number(version) } : undefined;
}

/** A call of the management API, which may be down for a while. Made twice, the first one leaves something that nobody uses. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(CALM_MS);
    }
  }
}
