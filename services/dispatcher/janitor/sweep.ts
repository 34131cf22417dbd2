import type { DirectoryRef } from '../../../shared/directory/deletion.js';
import { findAll, type Registry } from '../../../shared/store/registry.js';
import { cutoffsAt, type Cutoffs, type Retention, type RetentionStore } from '../../../shared/store/retention.js';
import type { Clock } from '../../../shared/runtime/clock.js';

/** What janitors count. Each kind of record that is purged or erased joins this list. */
export const KINDS = ['positions', 'commits', 'deliveries', 'attempts', 'tombstones', 'erasures'] as const;
export type Removed = Partial<Readonly<Record<(typeof KINDS)[number], number>>>;

export interface SweepDeps {
  readonly store: RetentionStore;
  readonly directories: Pick<Registry['directories'], 'find'>;
  readonly partitions: number;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** Rows of one step: a few milliseconds of a local store, which does nothing else meanwhile. */
const ROWS_PER_STEP = 200;

/**
 * Removes all that is past its retention, one bounded step after another; yields what each removed. First the logs begin later, then
 * directories lose the events that no log has any more, then deliveries and tombstones go.
 */
export async function* sweep(deps: SweepDeps): AsyncGenerator<Removed> {
  const { store, partitions, retention, clock } = deps;
  const cutoffs = cutoffsAt(clock(), retention);
  for (let partition = 0; partition < partitions; partition += 1) {
    for (let positions = -1; positions !== 0;) {
      positions = await store.shortenLog(partition, cutoffs, ROWS_PER_STEP);
      yield { positions };
    }
  }
  for (const directory of await findAll(deps.directories, {})) yield* purgeDirectory(store, directory, cutoffs);
  for (let afterId: string | undefined = ''; afterId !== undefined;) {
    const { lastId, ...removed } = await store.purgeDeliveries(cutoffs, afterId, ROWS_PER_STEP);
    afterId = lastId;
    yield removed;
  }
  for (let tombstones = -1; tombstones !== 0;) {
    tombstones = await store.purgeTombstones(cutoffs, ROWS_PER_STEP);
    yield { tombstones };
  }
}

async function* purgeDirectory(
  store: RetentionStore,
  { id }: Pick<DirectoryRef, 'id'>,
  cutoffs: Cutoffs,
): AsyncGenerator<Removed> {
  for (let commits = -1; commits !== 0;) {
    commits = await store.purgeEvents(id, cutoffs, ROWS_PER_STEP);
    yield { commits };
  }
}
