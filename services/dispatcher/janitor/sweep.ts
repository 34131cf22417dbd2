import type { DirectoryRef } from '../../../shared/directory/deletion.js';
import type { Journals } from '../../../shared/store/journals.js';
import { endOfLink, findAll, type IdempotencyKey, type Registry } from '../../../shared/store/registry.js';
import {
  cutoffsAt,
  DAY_MS,
  type Cutoffs,
  type Retention,
  type RetentionStore,
} from '../../../shared/store/retention.js';
import type { TallyStore } from '../../../shared/store/tallies.js';
import type { Clock } from '../../../shared/runtime/clock.js';

/** What janitors count. Each kind of record that is purged or erased joins this list. */
export const KINDS = [
  'positions',
  'commits',
  'deliveries',
  'attempts',
  'tombstones',
  'requests',
  'audit',
  'idempotencyKeys',
  'setupLinks',
  'tallies',
  'erasures',
] as const;
export type Removed = Partial<Readonly<Record<(typeof KINDS)[number], number>>>;

export interface SweepDeps {
  readonly store: RetentionStore;
  readonly registry: Pick<Registry, 'directories' | 'idempotencyKeys' | 'setupLinks'>;
  readonly journals: Journals;
  readonly tallies: Pick<TallyStore, 'purge'>;
  readonly partitions: number;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** Rows of one step: a few milliseconds of a local store, which does nothing else meanwhile. */
const ROWS_PER_STEP = 200;
/** Fewer of what has an answer in it. */
const KEYS_PER_STEP = 20;
/** How long it is still told that a set-up link was there. */
const LINK_MS = 30 * DAY_MS;

/**
 * Removes all that is past its retention, one bounded step after another; yields what each removed. First the logs begin later, then
 * directories lose the events that no log has any more, then deliveries and tombstones go, and at last what is written about requests.
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
  const directories = await findAll(deps.registry.directories, {});
  for (const directory of directories) yield* purgeDirectory(store, directory, cutoffs);
  for (let afterId: string | undefined = ''; afterId !== undefined;) {
    const { lastId, ...removed } = await store.purgeDeliveries(cutoffs, afterId, ROWS_PER_STEP);
    afterId = lastId;
    yield removed;
  }
  for (let tombstones = -1; tombstones !== 0;) {
    tombstones = await store.purgeTombstones(cutoffs, ROWS_PER_STEP);
    yield { tombstones };
  }
  for (const { id } of directories) yield* purgeLinks(deps, id);
  for (const { id } of directories) yield* purgeRequests(deps.journals, id, clock() - retention.requestMs);
  for (let audit = -1; audit !== 0;) {
    audit = await deps.journals.audit.purge({}, clock() - retention.auditMs, ROWS_PER_STEP);
    yield { audit };
  }
  for (let tallies = -1; tallies !== 0;) {
    tallies = await deps.tallies.purge(clock() - retention.requestMs, ROWS_PER_STEP);
    yield { tallies };
  }
  yield* purgeIdempotencyKeys(deps);
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

/** Removes what a directory's request log has of the time before. */
export async function* purgeRequests(
  { requests: journal }: Pick<Journals, 'requests'>,
  directoryId: string,
  before: number,
): AsyncGenerator<Removed> {
  for (let requests = -1; requests !== 0;) {
    requests = await journal.purge({ directoryId }, before, ROWS_PER_STEP);
    yield { requests };
  }
}

/** A directory has a few. */
async function* purgeLinks({ registry, clock }: SweepDeps, directoryId: string): AsyncGenerator<Removed> {
  const links = await findAll(registry.setupLinks, { directoryId });
  const over = links.filter((link) => endOfLink(link) <= clock() - LINK_MS);
  for (const { id } of over) await registry.setupLinks.delete(id);
  yield { setupLinks: over.length };
}

/** All of a day's are looked at. */
async function* purgeIdempotencyKeys({ registry, clock }: SweepDeps): AsyncGenerator<Removed> {
  for (let afterId: string | undefined = ''; afterId !== undefined;) {
    const page: IdempotencyKey[] = await registry.idempotencyKeys.find({}, { afterId, limit: KEYS_PER_STEP });
    const over = page.filter(({ expiresAt }) => expiresAt <= clock());
    for (const { id } of over) await registry.idempotencyKeys.delete(id);
    afterId = page.length < KEYS_PER_STEP ? undefined : page.at(-1)?.id;
    yield { idempotencyKeys: over.length };
  }
}
