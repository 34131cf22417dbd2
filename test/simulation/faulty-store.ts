import type { Store } from '../../shared/store/port.js';
import { StoreUnavailable } from '../../shared/store/port.js';
import { throughout } from './memory-store.js';
import type { Owner, VirtualTime } from './virtual-time.js';

/** Calls that a fault can be planned for; `attempt` is a courier's. */
export const CALLS = [
  'commits.head',
  'commits.load',
  'commits.commit',
  'commits.confirmHead',
  'outbox.next',
  'outbox.markPublished',
  'events.after',
  'events.ofDirectory',
  'events.saveCursor',
  'deliveries.progress',
  'deliveries.insert',
  'deliveries.endpointsWith',
  'deliveries.queue',
  'deliveries.claim',
  'deliveries.settle',
  'deliveries.move',
  'deliveries.relabel',
  'endpoints.find',
  'endpoints.replace',
  'leases.acquire',
  'attempt',
] as const;

type FaultyCall = (typeof CALLS)[number];

/**
 *   fails     the caller is told that the store is unavailable
 *   lingers   the answer comes after longer than any deadline or lease
 *   crashes   the process ends there
 */
type Effect = 'fails' | 'lingers' | 'crashes';

/** What happens at a call, before or after it was carried out. */
export interface Fault {
  readonly call: FaultyCall;
  readonly when: 'before' | 'after';
  readonly effect: Effect;
  /** 1: at the next such call. */
  readonly passage: number;
}

/** What is wrong with the store, and what of it will be. Outlives the processes that call it. */
export interface Faults {
  plan(fault: Fault): void;
  /** Every call fails until then. */
  outage(untilMs: number): void;
  /** All is well from now on. */
  clear(): void;
  /** What is to happen at this call. */
  next(call: string, now: number): Pick<Fault, 'when' | 'effect'> | undefined;
}

export function createFaults(): Faults {
  let planned: { fault: Fault; left: number }[] = [];
  let outUntil = -Infinity;
  return {
    plan: (fault) => void planned.push({ fault, left: fault.passage }),
    outage: (untilMs) => void (outUntil = untilMs),
    clear() {
      planned = [];
      outUntil = -Infinity;
    },
    next(call, now) {
      for (const one of planned) if (one.fault.call === call) one.left -= 1;
      const due = planned.find(({ fault, left }) => fault.call === call && left <= 0);
      planned = planned.filter((one) => one !== due);
      if (due !== undefined) return due.fault;
      return now < outUntil && call !== 'attempt' ? { when: 'before', effect: 'fails' } : undefined;
    },
  };
}

/** The way from a process to what it calls. */
export interface Passage {
  readonly time: VirtualTime;
  readonly world: Owner;
  readonly faults: Faults;
  /** The process that calls. */
  readonly owner: Owner;
  /** Ends it. */
  readonly crash: () => void;
  /** How long a call takes until it is carried out, and from then until it is answered. Undefined: at once, in the process. */
  readonly lag: (() => readonly [there: number, back: number]) | undefined;
  readonly trace: (line: () => string) => void;
}

/** Longer than a client waits for a commit, and than a delivery is leased. */
const LINGERING_MS = 35_000;

/** Takes a call to where it is carried out and its answer back, with what happens on the way. A dead process gets no answer. */
export async function pass<T>(name: string, call: () => Promise<T>, passage: Passage): Promise<T> {
  const { time, faults, owner, crash, lag, trace } = passage;
  // Whoever is dead waits for ever, and so does nothing more.
  const whileAlive = (): Promise<void> => (owner.isDead ? new Promise(() => undefined) : Promise.resolve());
  const befall = async (when: Fault['when']): Promise<void> => {
    if (fault?.when !== when) return;
    trace(() => `${fault.effect} ${when} ${name}`);
    if (fault.effect === 'crashes') crash();
    await whileAlive();
    if (fault.effect === 'fails') throw new StoreUnavailable(`${name} ${when}`);
    await new Promise<void>((resolve) => time.after(LINGERING_MS, owner, resolve));
  };
  await whileAlive();
  const fault = faults.next(name, time.now());
  await befall('before');
  trace(() => name);
  const result = lag === undefined ? await call() : await callAway(call, lag(), passage);
  await befall('after');
  return result;
}

/** What was sent arrives, although its sender may have ended; the answer finds only one that lives. */
const callAway = <T>(
  call: () => Promise<T>,
  [there, back]: readonly [number, number],
  { time, world, owner }: Passage,
): Promise<T> =>
  new Promise((resolve, reject) => {
    time.after(there, world, () => {
      call().then(
        (result) => time.after(back, owner, () => resolve(result)),
        (error: unknown) =>
          time.after(back, owner, () => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  });

/** The store as one process reaches it. */
export const faultyStore = (store: Store, passage: Passage): Store =>
  throughout(store, (name, call) => pass(name, call, passage));
