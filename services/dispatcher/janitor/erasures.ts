import type { Clock } from '../../../shared/runtime/clock.js';
import type { DeliveryStore } from '../../../shared/store/deliveries.js';
import { NO_DECLARATIONS } from '../../../shared/scim/declarations/declarations.js';
import { eraseFromEntry, type AuditEntry } from '../../../shared/store/audit.js';
import type { ErasureStore } from '../../../shared/store/erasure.js';
import type { Journals } from '../../../shared/store/journals.js';
import type { CommitStore } from '../../../shared/store/port.js';
import { findAll, type Erasure, type Registry } from '../../../shared/store/registry.js';
import { DAY_MS } from '../../../shared/store/retention.js';
import { purgeRequests, type Removed } from './sweep.js';

export interface ErasuresDeps {
  readonly store: ErasureStore;
  readonly registry: Pick<Registry, 'erasures' | 'directories' | 'tokens' | 'setupLinks'>;
  readonly commits: Pick<CommitStore, 'head'>;
  readonly deliveries: Pick<DeliveryStore, 'list' | 'progress'>;
  readonly journals: Journals;
  readonly clock: Clock;
}

const ROWS_PER_STEP = 200;
/** Longer than dispatchers keep bodies in memory, and than the attempts that carry them take. */
const SECOND_PASS_MS = 2 * 60_000;
/** How often it is looked whether a deleted directory's deliveries are over. */
const WAIT_MS = 5 * 60_000;
/** Longer than a whole run of the retry schedule: by then nobody takes the deliveries that are left. */
const PATIENCE_MS = 7 * DAY_MS;

/** Carries out the erasures that are due, one bounded step after another; each step's progress is on record before the next. */
export async function* carryOutErasures(deps: ErasuresDeps): AsyncGenerator<Removed> {
  const { registry, clock } = deps;
  for (const erasure of await findAll(registry.erasures, { state: 'open' })) {
    if (erasure.dueAt > clock()) continue;
    yield* erasure.userId === null ? eraseDirectory(erasure, deps) : eraseUser(erasure, erasure.userId, deps);
  }
}

async function* eraseUser(order: Erasure, userId: string, deps: ErasuresDeps): AsyncGenerator<Removed> {
  const { store, clock } = deps;
  for (let erasure = order; ;) {
    const { events, next } = await store.eraseUser(erasure.directoryId, userId, erasure.after, ROWS_PER_STEP);
    const erased = erasure.erased + events;
    if (next !== undefined) {
      erasure = await note(erasure, { after: next, erased }, deps);
      yield { erasures: events };
      continue;
    }
    await store.scrub();
    if (erasure.pass === 2) await note(erasure, { erased, state: 'done' }, deps);
    else await note(erasure, { erased, pass: 2, after: 0, dueAt: clock() + SECOND_PASS_MS }, deps);
    yield { erasures: events };
    return;
  }
}

async function* eraseDirectory(order: Erasure, deps: ErasuresDeps): AsyncGenerator<Removed> {
  const { store, deliveries, clock } = deps;
  const { directoryId } = order;
  let erasure = order;
  const later = () => note(erasure, { dueAt: clock() + WAIT_MS }, deps);
  if (!(await isToldToAll(directoryId, deps))) {
    await later();
    return;
  }
  const unfinished = clock() - order.createdAt > PATIENCE_MS ? 'remove' : 'keep';
  for (let removed = -1; removed !== 0;) {
    removed = await store.eraseDirectory(directoryId, unfinished, ROWS_PER_STEP);
    if (removed > 0) erasure = await note(erasure, { erased: erasure.erased + removed }, deps);
    yield { erasures: removed };
  }
  if ((await deliveries.list({ directoryId }, { limit: 1 })).length > 0) {
    await later();
    return;
  }
  yield* purgeRequests(deps.journals, directoryId, clock());
  yield* eraseFromAudit(directoryId, deps);
  await forget(directoryId, deps);
  await note(erasure, { state: 'done' }, deps);
}

/** That it was changed, and by whom, stays known; what it was is not. */
async function* eraseFromAudit(directoryId: string, { journals: { audit } }: ErasuresDeps): AsyncGenerator<Removed> {
  for (let beforeId: string | undefined, isOver = false; !isOver;) {
    const page: AuditEntry[] = await audit.list({ directoryId }, { beforeId, limit: ROWS_PER_STEP });
    const told = page.filter(({ before, after }) => before !== null || after !== null);
    for (const entry of told) await audit.amend(eraseFromEntry(entry));
    beforeId = page.at(-1)?.id;
    isOver = page.length < ROWS_PER_STEP;
    yield { erasures: told.length };
  }
}

/** What is left is a record that keeps the id from being used again. */
async function forget(directoryId: string, { store, registry, clock }: ErasuresDeps): Promise<void> {
  for (const { id } of await findAll(registry.tokens, { directoryId })) await registry.tokens.delete(id);
  for (const { id } of await findAll(registry.setupLinks, { directoryId })) await registry.setupLinks.delete(id);
  const directory = await registry.directories.get(directoryId);
  if (directory !== undefined) {
    const nameless = { ...directory, name: '(erased)', provider: null, declarations: NO_DECLARATIONS };
    await registry.directories.replace({ ...nameless, version: directory.version + 1, updatedAt: clock() });
  }
  await store.scrub();
}

/** Whether the dispatcher has made deliveries of the directory's last event. */
async function isToldToAll(directoryId: string, { commits, deliveries }: ErasuresDeps): Promise<boolean> {
  const [head, progress] = await Promise.all([commits.head(directoryId), deliveries.progress([directoryId])]);
  return head.deleted && (progress.get(directoryId) ?? 0) >= head.lastSeq;
}

/** Another janitor that was taken for dead may have written: then this one begins anew with what is on record. */
async function note(erasure: Erasure, change: Partial<Erasure>, { registry, clock }: ErasuresDeps): Promise<Erasure> {
  const changed = { ...erasure, ...change, version: erasure.version + 1, updatedAt: clock() };
  if (!(await registry.erasures.replace(changed)))
    throw new Error(`erasure ${erasure.id}: another janitor works on it`);
  return changed;
}
