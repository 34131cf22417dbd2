import { createRandom, type Random } from '../../services/simulator/random.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { Store } from '../../shared/store/port.js';
import { idAt } from '../../shared/webhooks/delivery.js';
import { createFaults, faultyStore, type Faults, type Passage } from './faulty-store.js';
import { createCourier, type SimulatedReceiver } from './network.js';
import { startService } from './service.js';
import type { Owner, VirtualTime } from './virtual-time.js';
import type { Reachable } from './wire.js';

/** Rollcall as it is installed somewhere: its store, and one process after the other that uses it. */
export interface Installation {
  readonly faults: Faults;
  /** The store without faults, as the process that is there has it; undefined while there is none. */
  store(): Store | undefined;
  /** Undefined: nothing listens. */
  reach(): Reachable | undefined;
  start(): void;
  /** Ends the process at once. Another one starts after `downMs`. */
  crash(downMs: number): void;
  /** Ends it in order. Resolves when it has ended: false when it crashed meanwhile, and another one starts. */
  stop(): Promise<boolean>;
  /** By which the processes' clocks are ahead. Milliseconds. */
  skewMs: number;
  readonly clock: Clock;
  /** Ids as the product makes them, from the processes' clock. */
  readonly newId: () => string;
  /** How long a message takes on the network, one way. */
  readonly latency: () => number;
  /** Lines of errors that it has logged. */
  readonly errors: readonly string[];
}

export interface InstallationOptions {
  readonly time: VirtualTime;
  readonly world: Owner;
  readonly seed: number;
  readonly lagMs: number;
  readonly receivers: readonly SimulatedReceiver[];
  readonly openStore: () => Store;
  readonly trace: (line: () => string) => void;
}

export const ORGANIZATION = 'organization';
/** The only one: more would be more of the same, and slower. */
export const PARTITION = 0;
const PARTITIONS = 1;
/** 2026-01-01. */
const START_MS = 1_767_225_600_000;
const LATENCY_MS = 20;
/** Of a process that has crashed by a fault. */
const DOWN_MS = 500;

interface Process extends Reachable {
  readonly store: Store;
  readonly end: () => void;
  isListening: boolean;
}

export function createInstallation(options: InstallationOptions): Installation {
  const { time, world, seed, receivers, openStore, trace } = options;
  const faults = createFaults();
  const errors: string[] = [];
  // Each has chance of its own, so that leaving a step out changes as little as possible of the rest.
  const networkRandom = createRandom(seed + 1);
  const lag = options.lagMs === 0 ? undefined : createLag(createRandom(seed + 2), options.lagMs);
  // What a store in the process has in its memory alone ends with the process.
  const server = lag === undefined ? undefined : openStore();
  const latency = (): number => fraction(networkRandom) * LATENCY_MS;
  let process: Process | undefined;
  let count = 0;
  const clock: Clock = () => Math.floor(START_MS + time.now() + installation.skewMs);
  const newId = createIds(clock, createRandom(seed + 3));

  const start = (): void => {
    const owner: Owner = { name: `process ${(count += 1)}`, isDead: false };
    const store = server ?? openStore();
    const passage: Passage = { time, world, faults, owner, lag, trace, crash: () => installation.crash(DOWN_MS) };
    const logger = createLogger(trace, errors);
    const courier = createCourier(passage, { receivers, clock, newId, latency });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    // In its name from the first turn on.
    time.after(0, owner, () => {
      const service = startService({
        isStoreInProcess: lag === undefined,
        store: faultyStore(store, passage),
        courier,
        partitions: PARTITIONS,
        clock,
        newId,
        logger,
      });
      process = { service, owner, store, ended, end, isListening: true };
      trace(() => `${owner.name} starts`);
    });
  };
  const bury = (dead: Process): void => {
    dead.owner.isDead = true;
    if (process === dead) process = undefined;
    dead.end();
  };
  const installation: Installation = {
    faults,
    errors,
    clock,
    newId,
    latency,
    skewMs: 0,
    store: () => process?.store,
    reach: () => (process?.isListening === true ? process : undefined),
    start,
    crash(downMs) {
      const dead = process;
      if (dead === undefined) return;
      trace(() => `${dead.owner.name} ends`);
      bury(dead);
      time.after(downMs, world, start);
    },
    stop: () =>
      new Promise((resolve) => {
        const stopping = process;
        if (stopping === undefined) return resolve(false);
        stopping.isListening = false;
        trace(() => `${stopping.owner.name} stops`);
        let isInOrder = false;
        void stopping.ended.then(() => time.after(0, world, () => resolve(isInOrder)));
        time.after(0, stopping.owner, () => {
          void stopping.service.stop().then(() => {
            if (stopping.owner.isDead) return;
            isInOrder = true;
            bury(stopping);
          });
        });
      }),
  };
  return installation;
}

export const fraction = (random: Random): number => random.below(2 ** 30) / 2 ** 30;

/** Half of the calls take no time. */
const createLag = (random: Random, lagMs: number) => (): readonly [number, number] => {
  if (random.chance(0.5)) return [0, 0];
  const ms = fraction(random) * lagMs;
  const there = ms * fraction(random);
  return [there, ms - there];
};

function createIds(clock: Clock, random: Random): () => string {
  let [latest, count] = [0, 0];
  return () => {
    latest = Math.max(latest, clock());
    count += 1;
    const order = (count % 0x1000).toString(16).padStart(3, '0');
    const rest = (length: number): string =>
      random
        .below(16 ** length)
        .toString(16)
        .padStart(length, '0');
    return `${idAt(latest)}-7${order}-8${rest(3)}-${rest(6)}${rest(6)}`;
  };
}

function createLogger(trace: Passage['trace'], errors: string[]): Logger {
  const note =
    (level: string) =>
    (fields: object, message: string): void => {
      if (level === 'error') errors.push(message);
      trace(() => `${level}: ${message} ${JSON.stringify(fields)}`);
    };
  return { debug: () => undefined, info: note('info'), warn: note('warn'), error: note('error') };
}
