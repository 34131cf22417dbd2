import timersPromises from 'node:timers/promises';

/** Who has planned something: a process, which may die, or the world around it. */
export interface Owner {
  readonly name: string;
  /** What it has planned, or plans from now on, does not happen. */
  isDead: boolean;
}

/**
 * Time as a list of what is planned: it passes from one entry to the next, at once. While it runs, timers, immediates, chance and
 * `performance.now()` of this process are those of the list, so that whatever is played happens in the same order each time.
 */
export interface VirtualTime {
  /** Milliseconds since the start; never goes back. */
  now(): number;
  /** Calls `work` after so long, in the name of `owner`. */
  after(ms: number, owner: Owner, work: () => void): void;
  /** Runs what `begin` starts, and what that plans, until it resolves. Rejects when it cannot: nothing is planned, or there is no end. */
  run<T>(begin: () => Promise<T>): Promise<T>;
}

interface Task {
  readonly at: number;
  readonly owner: Owner;
  readonly work: () => void;
}

/** How long a turn of the event loop takes, so that time passes for what never waits. */
const TURN_MS = 0.01;
/** As Node has it: what is longer, or not a number, is 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;
/** Far more than a history needs. */
const TASKS_MAX = 200_000;

const real = { setImmediate: globalThis.setImmediate };
/** Promises that can go on have gone on when the next turn of the real event loop begins. */
const settled = (): Promise<void> => new Promise((resolve) => void real.setImmediate(resolve));

/** `chance`: from 0 up to 1, in place of `Math.random`. */
export function createVirtualTime(world: Owner, chance: () => number): VirtualTime {
  let now = 0;
  let current = world;
  const tasks: Task[] = [];

  const plan = (ms: number, owner: Owner, work: () => void): Task => {
    const task = { at: now + ms, owner, work };
    let index = tasks.length;
    for (let before = tasks[index - 1]; before !== undefined && before.at > task.at; before = tasks[index - 1])
      index -= 1;
    tasks.splice(index, 0, task);
    return task;
  };
  const cancel = (task: Task | undefined): void => {
    const index = task === undefined ? -1 : tasks.indexOf(task);
    if (index >= 0) tasks.splice(index, 1);
  };
  const timer = (ms: number, work: () => void): Task =>
    plan(ms >= 1 && ms <= LONGEST_MS ? Math.trunc(ms) : 1, current, work);
  const replaced = replacements({
    timer,
    turn: (work) => plan(TURN_MS, current, work),
    cancel,
    now: () => now,
    chance,
  });

  const step = async (): Promise<void> => {
    const task = tasks.shift();
    if (task === undefined) throw new Error('nothing is planned any more, and it is not over');
    if (task.owner.isDead) return;
    now = Math.max(now, task.at);
    current = task.owner;
    task.work();
    await settled();
  };

  return {
    now: () => now,
    after: (ms, owner, work) => void plan(ms, owner, work),
    async run(begin) {
      const restore = replaced();
      try {
        current = world;
        const played = begin();
        const isOver = whetherSettled(played);
        await settled();
        for (let count = 0; count < TASKS_MAX; count += 1) {
          if (isOver()) return await played;
          await step();
        }
        throw new Error(`no end after ${TASKS_MAX} turns`);
      } finally {
        restore();
      }
    },
  };
}

function whetherSettled(promise: Promise<unknown>): () => boolean {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  promise.then(settle, settle);
  return () => isSettled;
}

interface Source {
  readonly timer: (ms: number, work: () => void) => Task;
  readonly turn: (work: () => void) => Task;
  readonly cancel: (task: Task | undefined) => void;
  readonly now: () => number;
  readonly chance: () => number;
}

/** Puts them in the place of the real ones; what is answered puts those back. */
function replacements({ timer, turn, cancel, now, chance }: Source): () => () => void {
  /** As much of a `NodeJS.Timeout` as the product uses. */
  const handleOf = (task: Task) => ({
    task,
    unref() {
      return this;
    },
    ref() {
      return this;
    },
  });
  const clear = (handle: { readonly task?: Task } | undefined): void => cancel(handle?.task);
  const promised = <T>(plan: (work: () => void) => Task, value: T, signal: AbortSignal | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const aborted = (): void => {
        cancel(task);
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const task = plan(() => {
        signal?.removeEventListener('abort', aborted);
        resolve(value);
      });
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
    });
  type Options = { readonly signal?: AbortSignal };
  const places: [object, object][] = [
    [
      globalThis,
      {
        setTimeout: (work: () => void, ms = 1) => handleOf(timer(ms, work)),
        setImmediate: (work: () => void) => handleOf(turn(work)),
        setInterval: notPlayed,
        clearTimeout: clear,
        clearImmediate: clear,
      },
    ],
    [
      timersPromises,
      {
        setTimeout: <T>(ms = 1, value?: T, options?: Options) =>
          promised((work) => timer(ms, work), value, options?.signal),
        setImmediate: <T>(value?: T, options?: Options) => promised(turn, value, options?.signal),
        setInterval: notPlayed,
      },
    ],
    [performance, { now }],
    [Math, { random: chance }],
  ];
  return () => {
    const before = places.map(([place, replacement]) => {
      const names = Object.keys(replacement);
      const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(place, name)] as const);
      Object.assign(place, replacement);
      return { place, kept };
    });
    return () => {
      for (const { place, kept } of before) {
        for (const [name, descriptor] of kept) {
          if (descriptor === undefined) Reflect.deleteProperty(place, name);
          else Object.defineProperty(place, name, descriptor);
        }
      }
    };
  };
}

const notPlayed = (): never => {
  throw new Error('setInterval is not played');
};
