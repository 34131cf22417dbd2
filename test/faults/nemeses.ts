import { execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../services/simulator/random.js';
import { FAIL_POINTS, type FailPoint } from '../../shared/runtime/fail-point.js';
import { isCommand, type CuttingProxy } from '../support/cutting-proxy.js';
import type { Installation, Server } from './installation.js';
import type { Member } from './member.js';
import { BAD_MOODS, type MoodyReceiver } from './receivers.js';
import { tear } from './torn-log.js';

/** What a nemesis may break, and with which luck. */
export interface Stage extends Installation {
  readonly receivers: readonly MoodyReceiver[];
  readonly random: Random;
  /** Fail points in the order in which they are tried, each turn anew. */
  readonly nextPoint: () => FailPoint;
}

interface Nemesis {
  /** Strikes once, and has made good for it when it resolves. */
  readonly strike: (stage: Stage) => Promise<unknown>;
  /** One of each track at a time, so that faults are mixed. */
  readonly track: Track;
  /** How often, beside the others of its track. */
  readonly weight: number;
  readonly needs?: Need;
}

type Need = keyof typeof IS_THERE;
const IS_THERE = {
  folder: ({ dataDir }: Installation): boolean => dataDir !== undefined,
  servers: ({ servers }: Installation): boolean => servers !== undefined,
  relays: ({ members }: Installation): boolean => members.some(({ role }) => role === 'relay'),
  /** Where fsync can be made to fail. */
  strace: ({ dataDir }: Installation): boolean => dataDir !== undefined && hasStrace(),
};

export type Track = (typeof TRACKS)[number];
export const TRACKS = ['processes', 'receivers', 'surroundings'] as const;

/** Longer than the lease of a relay, and than a member of a Kafka group may be silent. */
const BEYOND_LEASES_MS = 17_000;
/** Longer than a delivery is left to the dispatcher that has begun to send it. */
const BEYOND_SENDING_MS = 32_000;
/** Within it, and a little longer. */
const START_MS = 2_000;
/** Less than the minute after which a process that stood still ends. */
const AS_LONG_AS_IT_TAKES_MS = 45_000;
const HOUR_MS = 3_600_000;
/** From one jump to the next. */
const CLOCK_MS = 3_000;
/** Little enough that it fills up at once, where it is not full from the start. */
const ROOM_BYTES = 64 * 1024;

const NEMESES = {
  'kill -9': {
    track: 'processes',
    weight: 8,
    strike: (stage) => someone(stage).kill(),
  },
  'kill -9 while it starts': {
    track: 'processes',
    weight: 4,
    strike: async (stage) => {
      const one = someone(stage);
      for (let times = 0; times < 4; times += 1) {
        await one.killAnyway();
        await sleep(stage.random.below(START_MS));
      }
      await one.ready();
    },
  },
  'kill -9 at a fail point': {
    track: 'processes',
    weight: 8,
    strike: (stage) => strikeAt(stage, stage.nextPoint()),
  },
  'standstill at a fail point': {
    track: 'processes',
    weight: 2,
    strike: (stage) => strikeAt(stage, stage.nextPoint(), 1_000 + stage.random.below(3_000)),
  },
  standstill: {
    track: 'processes',
    weight: 2,
    strike: (stage) => someone(stage).standStill(500 + stage.random.below(2_500)),
  },
  'standstill beyond leases': {
    track: 'processes',
    weight: 1,
    strike: (stage) => {
      const one = someone(stage);
      return one.standStill(one.role === 'dispatcher' ? BEYOND_SENDING_MS : BEYOND_LEASES_MS);
    },
  },
  'two relays on one lease': {
    track: 'processes',
    weight: 2,
    needs: 'relays',
    // Whoever comes back from it goes on with what is another's by then.
    strike: (stage) => strikeAt(stage, stage.random.pick(RELAY_POINTS) ?? 'relay.positioned', BEYOND_LEASES_MS),
  },
  'clock an hour back': {
    track: 'processes',
    weight: 1,
    strike: (stage) => jump(stage, -HOUR_MS),
  },
  'clock an hour ahead': {
    track: 'processes',
    weight: 1,
    strike: (stage) => jump(stage, HOUR_MS),
  },
  'torn write-ahead log': {
    track: 'processes',
    weight: 3,
    needs: 'folder',
    strike: (stage) => someone(stage).kill(() => void tear(logOf(stage))),
  },
  'bad receiver': {
    track: 'receivers',
    weight: 1,
    strike: async ({ receivers, random }) => {
      const receiver = random.pick(receivers);
      if (receiver === undefined) return;
      receiver.mood = random.pick(BAD_MOODS) ?? 'well';
      await sleep(500 + random.below(4_000));
      receiver.mood = 'well';
    },
  },
  'full disk': {
    track: 'surroundings',
    weight: 1,
    needs: 'folder',
    strike: async (stage) => {
      const { random } = stage;
      const size = statSync(logOf(stage), { throwIfNoEntry: false })?.size ?? 0;
      const one = someone(stage);
      await one.ready();
      const { pid } = one;
      limitFiles(pid, random.chance(0.5) ? 1 : size + random.below(ROOM_BYTES));
      await sleep(300 + random.below(2_000));
      limitFiles(pid, 'unlimited');
    },
  },
  'fsync fails': {
    track: 'surroundings',
    weight: 1,
    needs: 'strace',
    strike: async (stage) => {
      const one = someone(stage);
      await one.ready();
      await failFlushes(one.pid, 300 + stage.random.below(2_000));
    },
  },
  'lost answer of MongoDB': {
    track: 'surroundings',
    weight: 4,
    needs: 'servers',
    strike: (stage) => loseAnswers(stage, 'mongo'),
  },
  'slow line to MongoDB': {
    track: 'surroundings',
    weight: 2,
    needs: 'servers',
    strike: (stage) => slowLine(stage, 'mongo'),
  },
  'half-open line to MongoDB': {
    track: 'surroundings',
    weight: 2,
    needs: 'servers',
    strike: (stage) => halfOpenLine(stage, 'mongo'),
  },
  'MongoDB killed': {
    track: 'surroundings',
    weight: 1,
    needs: 'servers',
    strike: ({ servers }) => restart(servers?.mongo),
  },
  'lost answer of Kafka': {
    track: 'surroundings',
    weight: 3,
    needs: 'servers',
    strike: (stage) => loseAnswers(stage, 'kafka'),
  },
  'slow line to Kafka': {
    track: 'surroundings',
    weight: 1,
    needs: 'servers',
    strike: (stage) => slowLine(stage, 'kafka'),
  },
  'half-open line to Kafka': {
    track: 'surroundings',
    weight: 1,
    needs: 'servers',
    strike: (stage) => halfOpenLine(stage, 'kafka'),
  },
  'a Kafka broker killed': {
    track: 'surroundings',
    weight: 2,
    needs: 'servers',
    strike: ({ servers, random }) => restart(random.pick(servers?.kafka.brokers ?? []), random.below(BEYOND_LEASES_MS)),
  },
  'all of Kafka killed': {
    track: 'surroundings',
    weight: 1,
    needs: 'servers',
    strike: ({ servers }) => restart(servers?.kafka),
  },
} as const satisfies Readonly<Record<string, Nemesis>>;

export type NemesisName = keyof typeof NEMESES;

export const NEMESIS_NAMES = Object.keys(NEMESES) as readonly NemesisName[];

export const nemesis = (name: NemesisName): Nemesis => NEMESES[name];

/** Those of the track that an installation can be struck by. */
export const nemesesOf = (track: Track, installation: Installation): NemesisName[] =>
  NEMESIS_NAMES.filter((name) => {
    const { needs, ...one } = nemesis(name);
    return one.track === track && (needs === undefined || IS_THERE[needs](installation));
  });

function someone({ members, random }: Stage): Member {
  const member = random.pick(members);
  if (member === undefined) throw new Error('an installation has processes');
  return member;
}

/** There, and after a while back again. */
async function jump(stage: Stage, jumpMs: number): Promise<void> {
  const one = someone(stage);
  await one.kill(undefined, {
    NODE_OPTIONS: `--require ${join(__dirname, 'clock.cjs')}`,
    FAULTS_CLOCK_JUMP_MS: String(jumpMs),
  });
  for (let jumps = 0; jumps < 2; jumps += 1) {
    one.signal('SIGUSR2');
    await sleep(CLOCK_MS);
  }
}

type ServerName = 'mongo' | 'kafka';

function someLine({ servers, random }: Stage, server: ServerName): CuttingProxy {
  const line = random.pick([...(servers?.[server].lines.values() ?? [])].flat());
  if (line === undefined) throw new Error('a server has lines to it');
  return line;
}

async function loseAnswers(stage: Stage, server: ServerName): Promise<void> {
  for (let times = 0; times < 5; times += 1) {
    someLine(stage, server).cutNext(stage.random.chance(0.8) ? 'answer' : 'request', () => true);
    await sleep(stage.random.below(500));
  }
}

async function slowLine(stage: Stage, server: ServerName): Promise<void> {
  const line = someLine(stage, server);
  line.setDelay(100 + stage.random.below(900));
  await sleep(1_000 + stage.random.below(4_000));
  // In this order nothing overtakes: what is held up by then has long been sent.
  line.setStalled(true);
  await sleep(1_000);
  line.setDelay(0);
  line.setStalled(false);
}

async function halfOpenLine(stage: Stage, server: ServerName): Promise<void> {
  const line = someLine(stage, server);
  line.setStalled(true);
  await sleep(1_000 + stage.random.below(12_000));
  line.setStalled(false);
}

async function restart(server: Pick<Server, 'kill' | 'start'> | undefined, afterMs = 0): Promise<void> {
  await server?.kill();
  await sleep(afterMs);
  await server?.start();
}

/** Has one end at the point, or stand still there for so long. */
async function strikeAt(stage: Stage, point: FailPoint, stillMs?: number): Promise<void> {
  const members = stage.members.filter((other) => passes(other, point));
  const one = someone({ ...stage, members });
  if (point === 'commit.half-applied') {
    // The halves are sent at once: what is still under way has to be lost, or it would be written after all.
    const line = stage.servers?.mongo.lines.get(one)?.[0];
    await one.failAt(point, 1, { stillMs, before: () => line?.cutNext('request', isCommand('update', 'memberships')) });
    return;
  }
  // One relay has all the work: until this one has got it, and got there, the others stand still.
  const over = new AbortController();
  const onReached = (): void => over.abort();
  const struck = one.failAt(point, 1 + stage.random.below(2), { stillMs, onReached }).finally(onReached);
  const others = one.role === 'relay' ? members.filter((other) => other !== one) : [];
  await Promise.all([struck, ...others.map((other) => other.standStill(AS_LONG_AS_IT_TAKES_MS, over.signal))]);
}

const ROLE_OF: Readonly<Record<string, string>> = {
  commit: 'ingest',
  relay: 'relay',
  'fan-out': 'dispatcher',
  attempt: 'dispatcher',
  settlement: 'dispatcher',
};

const passes = ({ role }: Member, point: FailPoint): boolean =>
  role === 'standalone' || role === ROLE_OF[point.slice(0, point.indexOf('.'))];

const RELAY_POINTS = FAIL_POINTS.filter((point) => point.startsWith('relay.'));

/** Those that a process of the installation passes. On SQLite there is no step in which some of the rows are written. */
export const pointsOf = ({ dataDir, members }: Installation): FailPoint[] =>
  FAIL_POINTS.filter(
    (point) => (dataDir === undefined || point !== 'commit.half-applied') && members.some((one) => passes(one, point)),
  );

const logOf = ({ dataDir = '' }: Stage): string => join(dataDir, 'rollcall.db-wal');

/** RLIMIT_FSIZE: what would make a file of the process longer fails, as on a disk that is full. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], { stdio: 'ignore' });
  } catch {
    // It has ended meanwhile; its successor has no limit.
  }
}

/** For so long, every flush of the process to the disk is refused by the kernel's word, EIO. */
async function failFlushes(pid: number, ms: number): Promise<void> {
  const flushes = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'];
  const tracer = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-p', String(pid), ...flushes], { stdio: 'ignore' });
  const ended = new Promise((resolve) => tracer.once('close', resolve));
  const enough = setTimeout(() => tracer.kill('SIGTERM'), ms);
  // It ends by itself with the process.
  await ended;
  clearTimeout(enough);
}

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
