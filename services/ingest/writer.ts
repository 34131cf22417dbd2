import { setImmediate as othersTurn } from 'node:timers/promises';
import { BATCH_MAX } from '../../shared/directory/batch.js';
import type { Command, Outcome, SeqRange } from '../../shared/directory/command.js';
import { headOf, type Decider, type Head } from '../../shared/directory/commit.js';
import type { DirectoryRef } from '../../shared/directory/deletion.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { failPoint } from '../../shared/runtime/fail-point.js';
import { remember } from '../../shared/runtime/remember.js';
import { Unavailable } from '../../shared/scim/errors.js';
import { decideLoaded } from '../../shared/store/decide-loaded.js';
import type { CommitStore } from '../../shared/store/port.js';

export interface WriterDeps {
  readonly commits: CommitStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Called after each commit: there is something for the relay in the partition. */
  readonly onCommit: (partition: number, cost: CommitCost) => void;
  /** Called before a command is answered that caused events. */
  readonly onEvents: (requestId: string, events: SeqRange) => void;
}

export interface CommitCost {
  /** Requests that the commit answers. */
  readonly requests: number;
  /** From the decision to the store's confirmation. */
  readonly seconds: number;
  /** Of the requests that have one. */
  readonly traceparents: () => readonly string[];
}

export interface Writer {
  /**
   * Queues a command behind those of its directory; resolves once it is committed with the resource as it is then. Rejects
   * with the `ScimError` that refused it, or with `Unavailable` when the store did not answer in time: the change may
   * still be made, and repeating it is safe.
   */
  submit(directory: DirectoryRef, command: Command): Promise<ResourceRow | undefined>;
  /**
   * Resolves when nothing is queued or under way, or when every request that waits has been answered 503 because the store does
   * not answer.
   */
  drained(): Promise<void>;
}

interface Waiting {
  /** As the request found it. */
  readonly directory: DirectoryRef;
  readonly command: Command;
  readonly settle: (outcome: Outcome) => void;
}

interface Queue {
  /** Not yet in a batch. */
  waiting: Waiting[];
  running: Promise<void>;
}

/** How long a request waits for its commit before it is answered 503: below the 60 s after which Okta gives up. */
const DEADLINE_MS = 30_000;

/** Most commands of a directory that wait for a batch. */
const WAITING_MAX = 5_000;

/** From so many changes on, deciding on a commit and writing it each take long enough for a turn of their own. */
const LARGE_COMMIT = 1000;

/** Most heads remembered: the least recently written directory is read again when it comes back. */
const HEADS_MAX = 10_000;

/** Load → decide → commit, in batches per directory: what arrives while a commit is under way goes into the next one. */
export function createWriter(deps: WriterDeps): Writer {
  const queues = new Map<string, Queue>();
  const heads = new Map<string, Head>();

  const run = async (directoryId: string, queue: Queue): Promise<void> => {
    while (queue.waiting.length > 0) {
      // One turn of the event loop, so that requests already read from their sockets join this batch.
      await othersTurn();
      const batch = queue.waiting.splice(0, BATCH_MAX);
      const outcomes = await writeBatch(deps, heads, batch);
      queue.waiting.unshift(...batch.slice(outcomes.length));
      outcomes.forEach((outcome, index) => batch[index]?.settle(outcome));
    }
    queues.delete(directoryId);
  };

  return {
    submit(directory, command) {
      return new Promise((resolve, reject) => {
        const queue = queues.get(directory.id) ?? { waiting: [], running: Promise.resolve() };
        if (queue.waiting.length >= WAITING_MAX) {
          reject(tooMany());
          return;
        }
        const late = setTimeout(() => {
          // What has not begun is not begun any more: its client was told to repeat it.
          queue.waiting = queue.waiting.filter((one) => one !== waiting);
          reject(tooLate());
        }, DEADLINE_MS);
        const settle = (outcome: Outcome): void => {
          clearTimeout(late);
          if (outcome.ok && outcome.events !== undefined) deps.onEvents(command.requestId, outcome.events);
          if (outcome.ok) resolve(outcome.resource);
          else reject(outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error)));
        };
        const waiting: Waiting = { directory, command, settle };
        queue.waiting.push(waiting);
        if (queues.has(directory.id)) return;
        queues.set(directory.id, queue);
        queue.running = run(directory.id, queue);
      });
    },
    async drained() {
      const idle = Promise.all([...queues.values()].map(({ running }) => running));
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, DEADLINE_MS);
        void idle.then(() => {
          clearTimeout(patience);
          resolve();
        });
      });
    },
  };
}

/** The row that a create, replace or modify answers with. */
export function committed(row: ResourceRow | undefined): ResourceRow {
  if (row === undefined) throw new Error('A command that leaves a resource answered without one.');
  return row;
}

const tooMany = (): Unavailable =>
  new Unavailable(`More than ${WAITING_MAX} changes of this directory wait for the store. Repeat the request later.`);

const tooLate = (): Unavailable =>
  new Unavailable(`The store did not confirm the change within ${DEADLINE_MS / 1000} s. Repeat the request.`);

/** Answers at least the first command. Never rejects: what goes wrong is every command's outcome. */
async function writeBatch(
  deps: WriterDeps,
  heads: Map<string, Head>,
  batch: readonly Waiting[],
): Promise<readonly Outcome[]> {
  // A queue under load may never run empty: what is true of the directory is what its newest request found.
  const directory = batch.at(-1)?.directory;
  if (directory === undefined) return [];
  const commands = batch.map(({ command }) => command);
  const decider = (): Decider => ({ directory, now: deps.clock(), newId: deps.newId });
  try {
    for (;;) {
      const head = heads.get(directory.id) ?? (await deps.commits.head(directory.id));
      heads.delete(directory.id);
      const { commit, outcomes } = await decideLoaded(deps.commits, head, commands, decider());
      if (commit === undefined) {
        // Nothing to write is an answer too, and holds only of the newest head.
        if (!(await deps.commits.confirmHead(directory.id, head.number))) continue;
        remember(heads, directory.id, head, HEADS_MAX);
        return outcomes;
      }
      const begun = performance.now();
      if (commit.changes.length >= LARGE_COMMIT) await othersTurn();
      failPoint('commit.decided');
      if ((await deps.commits.commit(commit)) === 'conflict') continue;
      failPoint('commit.done');
      remember(heads, directory.id, headOf(commit), HEADS_MAX);
      deps.onCommit(commit.partition, {
        requests: outcomes.length,
        seconds: (performance.now() - begun) / 1000,
        traceparents: () => [...new Set(commands.flatMap(({ traceparent }) => traceparent ?? []))],
      });
      return outcomes;
    }
  } catch (error) {
    return commands.map(() => ({ ok: false, error }));
  }
}
