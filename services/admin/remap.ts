import { BATCH_MAX } from '../../shared/directory/batch.js';
import type { Command } from '../../shared/directory/command.js';
import type { DirectoryRef } from '../../shared/directory/deletion.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { pause, pauseAfter } from '../../shared/runtime/pause.js';
import { decideLoaded } from '../../shared/store/decide-loaded.js';
import { rulesOf } from '../../shared/store/mapping-rules.js';
import type { CommitStore, ResourceReader } from '../../shared/store/port.js';
import { findAll, type Registry } from '../../shared/store/registry.js';
import { update } from './update.js';

/** Longer than any process believes what it has read of a directory: from then on all decide by the new mapping. */
const SETTLED_AFTER_MS = 5_000;
/** Users between two marks of how far it has come. */
const USERS_PER_MARK = 8 * BATCH_MAX;
const BACK_OFF = { firstMs: 1_000, longestMs: 60_000 };

interface RemapDeps {
  readonly registry: Pick<Registry, 'directories'>;
  readonly commits: CommitStore;
  readonly resources: Pick<ResourceReader, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells users, in the background, what a new mapping changes for them. */
export interface Remapper {
  start(directoryId: string): void;
  /** Resolves when nothing is under way any more, soon after the signal aborted. */
  idle(): Promise<void>;
}

/**
 * Begins with what an earlier process left undone, and stops when `signal` aborts. A process that dies between a commit and its
 * mark, and two that work at once, tell some users twice; none is left out.
 */
export function createRemapper(deps: RemapDeps, signal: AbortSignal): Remapper {
  const running = new Map<string, Promise<void>>();
  const start = (directoryId: string): void => {
    // Behind what is under way, which may have looked just before there was more to do.
    const run = (running.get(directoryId) ?? Promise.resolve()).then(() => remapAll(deps, directoryId, signal));
    running.set(directoryId, run);
    void run.then(() => running.get(directoryId) === run && running.delete(directoryId));
  };
  const resumed = retrying(deps, signal, 'Cannot read which mappings are under way.', async () => {
    const all = await findAll(deps.registry.directories, {});
    all.filter(({ remap }) => remap).forEach(({ id }) => start(id));
    return 'done';
  });
  return {
    start,
    async idle() {
      await resumed;
      await Promise.all(running.values());
    },
  };
}

const remapAll = (deps: RemapDeps, directoryId: string, signal: AbortSignal): Promise<void> =>
  retrying(deps, signal, `Directory ${directoryId}: not every user is told of its new mapping yet.`, () =>
    remapSome(deps, directoryId, signal),
  );

/** Repeats `step` until it is done; after a failure with a pause. */
async function retrying(
  { logger }: RemapDeps,
  signal: AbortSignal,
  failure: string,
  step: () => Promise<'done' | 'more'>,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      if ((await step()) === 'done') return;
      failures = 0;
    } catch (error) {
      failures += 1;
      logger.error({ error }, failure);
      await pause(pauseAfter(BACK_OFF, failures), signal);
    }
  }
}

/** The next users of a directory, and the mark behind them. */
async function remapSome(deps: RemapDeps, directoryId: string, signal: AbortSignal): Promise<'done' | 'more'> {
  const { registry, resources, clock } = deps;
  const directory = await registry.directories.get(directoryId);
  if (directory === undefined || directory.deletedAt !== null || !directory.remap) return 'done';
  const { remap } = directory;
  const early = remap.since + SETTLED_AFTER_MS - clock();
  if (early > 0) {
    await pause(early, signal);
    return 'more';
  }
  const after = remap.afterId === null ? {} : { afterId: remap.afterId };
  const users = await resources.list(directoryId, 'User', undefined, { limit: USERS_PER_MARK, ...after });
  const before = rulesOf(directory, undefined, remap.before);
  const { requestId } = remap;
  const commands = users.map(({ id }): Command => ({ kind: 'remap', requestId, id, before }));
  await tell(deps, { ...directory, rules: rulesOf(directory) }, commands);
  const lastId = users.length < USERS_PER_MARK ? undefined : users.at(-1)?.id;
  await update(registry.directories, 'directory', directoryId, { now: clock() }, (old) => {
    if (old.remap?.requestId !== requestId) return {};
    return { remap: lastId === undefined ? null : { ...remap, afterId: lastId, users: remap.users + users.length } };
  });
  return lastId === undefined ? 'done' : 'more';
}

/** Commits what the commands come to, in as many commits as that takes. */
async function tell(
  { commits, clock }: RemapDeps,
  directory: DirectoryRef,
  commands: readonly Command[],
): Promise<void> {
  for (let rest = commands; rest.length > 0;) {
    const head = await commits.head(directory.id);
    const decider = { directory, now: clock(), newId };
    const { commit, outcomes } = await decideLoaded(commits, head, rest.slice(0, BATCH_MAX), decider);
    const isCertain =
      commit === undefined
        ? await commits.confirmHead(directory.id, head.number)
        : (await commits.commit(commit)) === 'committed';
    if (isCertain) rest = rest.slice(outcomes.length);
  }
}
