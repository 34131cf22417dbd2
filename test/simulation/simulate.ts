import { createRandom } from '../../services/simulator/random.js';
import type { Endpoint } from '../../shared/store/registry.js';
import { judge, VIOLATIONS, type Verdict } from '../faults/checker.js';
import { newEndpoint } from '../unit/dispatcher/rows.js';
import { collect } from './evidence.js';
import { DIRECTORIES, type SimulatedHistory } from './history.js';
import { createInstallation, fraction, ORGANIZATION, PARTITION } from './installation.js';
import { createMemoryDatabase } from './memory-store.js';
import { createReceiver, type SimulatedReceiver } from './network.js';
import { play, type Stage } from './play.js';
import { createProvider } from './provider.js';
import { sealer } from './service.js';
import { createVirtualTime, type Owner } from './virtual-time.js';
import { createWire } from './wire.js';

export interface Played {
  readonly verdict: Verdict;
  /** What should not have happened, in words; none where the promise was kept. */
  readonly faults: readonly string[];
  readonly virtualSeconds: number;
}

export interface SimulationOptions {
  /** Told of everything that happens, in order. */
  readonly trace?: (line: string) => void;
}

/** What each receiver subscribes to; undefined: everything. */
const TYPES = [
  undefined,
  ['group.created', 'group.updated', 'group.deleted', 'group.members_added', 'group.members_removed'] as const,
];

const database = createMemoryDatabase();

/** Plays a history in virtual time, and judges it. The same history is played the same way each time. */
export async function simulate(history: SimulatedHistory, options: SimulationOptions = {}): Promise<Played> {
  database.clear();
  const stage = createStage(history, options);
  const { time, installation, ...sources } = stage;
  const faults: string[] = [];
  const unhandled = (error: unknown): void => void faults.push(`a promise was rejected in vain: ${String(error)}`);
  process.on('unhandledRejection', unhandled);
  try {
    await time.run(async () => {
      if (!(await play(history, stage))) faults.push('something has not come in four minutes in which all was well');
      await installation.stop();
    });
  } catch (error) {
    faults.push(`it came to no end: ${String(error)}`);
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  const verdict = judge(await collect({ ...sources, store: database.open(), types: TYPES }));
  const broken = VIOLATIONS.flatMap((kind) => verdict.violations[kind].map((what) => `${kind}: ${what}`));
  return { verdict, faults: [...broken, ...installation.errors, ...faults], virtualSeconds: time.now() / 1000 };
}

function createStage(history: SimulatedHistory, { trace: told }: SimulationOptions): Stage {
  const world: Owner = { name: 'world', isDead: false };
  const chance = createRandom(history.seed);
  const time = createVirtualTime(world, () => fraction(chance));
  const trace = (line: () => string): void => told?.(`${time.now().toFixed(2)} ${line()}`);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => time.after(ms, world, resolve));
  const receivers = TYPES.map((_, index) => createReceiver(`receiver-${index}`, time));
  const installation = createInstallation({
    ...{ ...history, time, world, receivers, trace },
    openStore: () => database.open(),
  });
  const { newId, latency } = installation;
  const directoryIds = Array.from({ length: DIRECTORIES }, (_, index) => `directory-${index}`);
  const providers = directoryIds.map((id) => {
    const directory = { id, organizationId: ORGANIZATION, partition: PARTITION };
    return createProvider(
      createWire({ time, world, directory, reach: () => installation.reach(), newId, latency }),
      pause,
    );
  });
  return {
    time,
    installation,
    providers,
    directoryIds,
    receivers,
    endpoints: endpointsOf(history, receivers),
    pause,
    trace,
  };
}

/** The first one is plain. */
const endpointsOf = ({ ordering, rateLimit }: SimulatedHistory, receivers: readonly SimulatedReceiver[]): Endpoint[] =>
  receivers.map(({ url, secret }, index) => {
    const id = `endpoint-${index}`;
    const secrets = [{ sealed: sealer.seal(secret, { id, organizationId: null }), createdAt: 0, expiresAt: null }];
    const special = { ordering, rateLimit: rateLimit === null ? null : { perSecond: rateLimit } };
    return newEndpoint(id, { url, secrets, eventTypes: TYPES[index] ?? [], ...(index === 0 ? {} : special) });
  });
