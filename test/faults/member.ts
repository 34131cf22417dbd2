import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { FailPoint } from '../../shared/runtime/fail-point.js';
import type { TestProcess } from '../support/process.js';

type Env = Readonly<Record<string, string>>;

/** A process of the product that is started again whenever it ends, as a supervisor does. */
export interface Member {
  readonly role: string;
  readonly pid: number;
  readonly signal: (name: NodeJS.Signals) => void;
  /** SIGKILL. `between`: done before the next one starts, which gets the environment besides. Resolves when that one is ready. */
  kill(between?: () => void | Promise<void>, env?: Env): Promise<void>;
  /** SIGKILL of the one that is there, ready or not. */
  killAnyway(): Promise<void>;
  /** SIGSTOP, and SIGCONT after so long, or once the signal aborts. */
  standStill(ms: number, over?: AbortSignal): Promise<void>;
  /**
   * Lets a successor end at the n-th passage of the point, or stand still there. Resolves when that is over and there is one that is
   * ready; answers false when it was not reached in time, as one that has nothing to do does not.
   */
  failAt(point: FailPoint, passage: number, plan?: FailurePlan): Promise<boolean>;
  /** Resolves when it is ready. */
  ready(): Promise<void>;
  /** SIGTERM, for good. */
  stop(): Promise<void>;
}

interface FailurePlan {
  /** It stands still for so long. Undefined: it ends. */
  readonly stillMs?: number | undefined;
  /** Done before the successor starts. */
  readonly before?: () => void;
  readonly onReached?: () => void;
}

/** What a member tells of. */
export interface Watcher {
  /** `why`: undefined, it was killed. */
  readonly onDeath: (role: string, why: string | undefined) => void;
  /** Milliseconds from a death, or the end of a standstill, to readiness. */
  readonly onRecovery: (ms: number) => void;
  readonly onFailPoint: (point: FailPoint) => void;
}

const REACHED = /^rollcall: fail point .*: SIG(KILL|STOP)$/m;
/** From readiness on. */
const REACH_MS = 15_000;
/** It gets partitions only when its group is divided anew, and then something to send. */
const DISPATCHER_REACH_MS = 40_000;
const READY_MS = 180_000;
const LOOK_EVERY_MS = 20;

export function supervise(role: string, url: string, start: (env: Env) => TestProcess, watcher: Watcher): Member {
  let next: { between: () => void | Promise<void>; env: Env } | undefined;
  let isOver = false;
  let current = start({});
  let readiness = untilReady(url, () => current);
  readiness.catch(() => undefined);
  let kills = new Set<TestProcess>();

  const keep = async (): Promise<void> => {
    for (;;) {
      await current.exited;
      if (isOver) return;
      const diedAt = performance.now();
      const wasKilled = kills.has(current) || REACHED.test(current.stderr());
      watcher.onDeath(role, wasKilled ? undefined : lastWords(current));
      const plan = next;
      next = undefined;
      kills = new Set();
      readiness = untilReady(url, () => current).then(() => watcher.onRecovery(performance.now() - diedAt));
      readiness.catch(() => undefined);
      await plan?.between();
      current = start(plan?.env ?? {});
    }
  };
  const kept = keep();

  const member: Member = {
    role,
    get pid() {
      return current.pid;
    },
    signal: (name) => signal(current.pid, name),
    async kill(between = () => undefined, env = {}) {
      await readiness;
      next = { between, env };
      await member.killAnyway();
      await readiness;
    },
    async killAnyway() {
      const victim = current;
      kills.add(victim);
      await victim.kill('SIGKILL');
      await sleep(0);
    },
    async standStill(ms, over) {
      await readiness;
      const still = current;
      signal(still.pid, 'SIGSTOP');
      await sleep(ms, undefined, { signal: over }).catch(() => undefined);
      signal(still.pid, 'SIGCONT');
      const wokenAt = performance.now();
      await untilReady(url, () => current);
      watcher.onRecovery(performance.now() - wokenAt);
    },
    async failAt(point, passage, { stillMs, before = () => undefined, onReached } = {}) {
      await readiness;
      const victim = current;
      const env = { ROLLCALL_FAIL_POINT: `${point}:${passage}${stillMs === undefined ? '' : ':stop'}` };
      next = { between: before, env };
      await member.killAnyway();
      // It may get there before it is ready.
      while (current === victim) await sleep(LOOK_EVERY_MS);
      const armed = current;
      let until = performance.now() + READY_MS;
      const reachMs = role === 'dispatcher' ? DISPATCHER_REACH_MS : REACH_MS;
      const limit = (): void => void (until = performance.now() + reachMs);
      readiness.then(limit, limit);
      while (!REACHED.test(armed.stderr()) && performance.now() < until) await sleep(LOOK_EVERY_MS);
      if (!REACHED.test(armed.stderr())) {
        // It may still get there, when nobody waits for it any more.
        await member.killAnyway();
        await readiness;
        return false;
      }
      watcher.onFailPoint(point);
      onReached?.();
      if (stillMs !== undefined) {
        await sleep(stillMs);
        signal(armed.pid, 'SIGCONT');
      } else await armed.exited;
      await sleep(0);
      await readiness;
      return true;
    },
    ready: () => readiness,
    async stop() {
      await readiness;
      isOver = true;
      await current.kill('SIGTERM');
      await kept;
    },
  };
  return member;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Until the process that is there by then says so itself: one that ends while it starts is followed by another. */
async function untilReady(url: string, current: () => TestProcess): Promise<void> {
  const until = performance.now() + READY_MS;
  while (performance.now() < until) {
    const isReady = await request(`${url}/readyz`, { headersTimeout: 2_000 }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode === 200;
      },
      () => false,
    );
    if (isReady) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`Not ready within ${READY_MS} ms: ${lastWords(current())}`);
}

const lastWords = (one: TestProcess): string =>
  `${one.stdout()}\n${one.stderr()}`.trim().split('\n').slice(-5).join('\n');
