import { setImmediate as othersTurn } from 'node:timers/promises';
import { groupData, userData } from '../../shared/directory/normalize.js';
import {
  pastMemberships,
  pastResources,
  type AsOf,
  type PastMemberships,
  type PastResources,
} from '../../shared/directory/past.js';
import type { Membership, ResourceRow } from '../../shared/directory/resource.js';
import type { DirectoryEvent, GroupData, UserData } from '../../shared/events/event.js';
import { iso } from '../../shared/events/timestamp.js';
import { rulesOf } from '../../shared/store/mapping-rules.js';
import type { Directory } from '../../shared/store/registry.js';
import type { AdminDeps } from './deps.js';
import { groupIdsByUser, groupIdsIn } from './group-ids.js';
import { Problem } from './problem.js';
import { afterGap } from './purged.js';

type Deps = Pick<AdminDeps, 'commits' | 'resources' | 'events'>;

const ROWS_PER_PAGE = 500;
const EVENTS_PER_PAGE = 500;
/** How much that has changed since is kept in memory: a user or group counts as much as this many memberships. */
const CHANGES_MAX = 1_000_000;
const WEIGHT = 10;

/** A page of what was in a directory at a `seq`, and the memberships of what is on the page. */
export type PageAt =
  | { readonly type: 'Group'; readonly resources: readonly AsOf<GroupData>[]; readonly memberships: Membership[] }
  | { readonly type: 'User'; readonly resources: readonly AsOf<UserData>[]; readonly memberships: Membership[] };

/**
 * Everything that was in the directory at `seq`, groups first, while writes go on: rows are read page by page, and after each
 * page the events up to now, which tell what of it was otherwise then (`past.ts`). Nothing is locked. Throws a problem where
 * the events since are no longer kept, or are too many.
 */
export async function* directoryAt(deps: Deps, directory: Directory, seq: number): AsyncGenerator<PageAt, void> {
  const scope = scopeOf(directory);
  const rules = rulesOf(directory);
  const resources = pastResources();
  const memberships = pastMemberships();
  const catchUp = follow(deps, scope.directoryId, seq, { resources, memberships });
  await catchUp();
  for (const type of ['Group', 'User'] as const) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = { afterId: after, limit: ROWS_PER_PAGE };
      const rows = await deps.resources.list(scope.directoryId, type, undefined, page);
      const now = await deps.resources.groupsOf(
        scope.directoryId,
        rows.map(({ id }) => id),
      );
      const groupIds = groupIdsIn(now);
      await catchUp();
      const upTo: string | undefined = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)?.id;
      const changed = resources.between(type, after, upTo);
      const found =
        type === 'User'
          ? overlay<UserData>(rows, (row) => userData(row, scope, { rules, groupIds: groupIds(row.id) }), changed)
          : overlay<GroupData>(rows, (row) => groupData(row, scope), changed);
      const ids = found.map(({ id }) => id);
      yield { type, resources: found, memberships: memberships.of(ids, now) } as PageAt;
      after = upTo;
    }
  }
}

/** Users at a time, in the order of ids. Reads all events since its `seq`, and keeps of them what the page can need. */
export async function usersAt(
  deps: Deps,
  directory: Directory,
  { at, seq }: Moment,
  { afterId = '', limit }: { readonly afterId?: string; readonly limit: number },
): Promise<AsOf<UserData>[]> {
  const scope = scopeOf(directory);
  const rules = rulesOf(directory);
  const rows: ResourceRow[] = [];
  let upTo: string | undefined = afterId;
  while (upTo !== undefined && rows.length < limit) {
    const page = { afterId: upTo, limit: ROWS_PER_PAGE };
    const read: ResourceRow[] = await deps.resources.list(scope.directoryId, 'User', undefined, page);
    // Who is here now and was created by then was here then.
    const old = read.filter(({ createdAt }) => createdAt <= at).slice(0, limit - rows.length);
    rows.push(...old);
    upTo = rows.length < limit ? (read.length < ROWS_PER_PAGE ? undefined : read.at(-1)?.id) : rows.at(-1)?.id;
  }
  const groupIds = await groupIdsByUser(deps.resources, scope.directoryId, rows, rules);
  const resources = pastResources((id) => id > afterId && (upTo === undefined || id <= upTo));
  await follow(deps, scope.directoryId, seq, { resources })();
  const changed = resources.between('User', afterId, upTo);
  const show = (row: ResourceRow): UserData => userData(row, scope, { rules, groupIds: groupIds(row.id) });
  const found = overlay<UserData>(rows, show, changed);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

export const scopeOf = ({ id: directoryId, organizationId }: Directory) => ({ directoryId, organizationId });

/** What is there now, corrected by what is known of then. */
function overlay<Data extends UserData | GroupData>(
  rows: readonly ResourceRow[],
  show: (row: ResourceRow) => Data,
  changed: ReadonlyMap<string, AsOf<UserData | GroupData> | undefined>,
): AsOf<Data>[] {
  const unchanged = rows.filter(({ id }) => !changed.has(id)).map(show);
  const others = [...changed.values()].filter((was) => was !== undefined);
  return [...unchanged, ...(others as AsOf<Data>[])];
}

interface Past {
  readonly resources: PastResources;
  readonly memberships?: PastMemberships;
}

/** Answers how to read on, from the events after `seq` to the newest one that the rows have by then. */
function follow({ commits, events, resources }: Deps, directoryId: string, seq: number, past: Past) {
  let seen = seq;
  return async (): Promise<void> => {
    // Reading the head applies it: a row that is read later lacks nothing of it, and what it deleted has its traces.
    const { lastSeq, deleted } = await commits.head(directoryId);
    if (deleted) throw new Problem('purged', `The directory ${directoryId} is deleted, and what was in it is gone.`);
    while (seen < lastSeq) {
      const page = await events.ofDirectory(directoryId, seen, EVENTS_PER_PAGE);
      if (page.length === 0 || afterGap(page, seen) !== undefined) throw noLongerKept();
      for (const stored of page) {
        if (stored.seq > lastSeq) break;
        const event = JSON.parse(stored.body) as DirectoryEvent;
        past.resources.take(event);
        past.memberships?.take(event);
        if (event.type === 'user.deleted' || event.type === 'group.deleted') {
          past.memberships?.restore(await resources.endedWith(directoryId, event.data.id));
        }
        seen = stored.seq;
      }
      if (past.resources.size * WEIGHT + (past.memberships?.size ?? 0) > CHANGES_MAX) throw tooMuchChanged();
      await othersTurn();
    }
    await othersTurn();
  };
}

/** A time, and the `seq` that a directory was at then. */
export interface Moment {
  readonly at: number;
  readonly seq: number;
}

/** Throws a problem when what was then can no longer be told. */
export async function momentOf({ events }: Pick<Deps, 'events'>, directory: Directory, at: number): Promise<Moment> {
  const { id, deletedAt } = directory;
  if (deletedAt !== null) {
    throw new Problem('purged', `The directory ${id} was deleted at ${iso(deletedAt)}, and what was in it is gone.`);
  }
  const seq = await events.seqAt(id, at);
  if (seq === undefined) throw noLongerKept();
  return { at, seq };
}

const noLongerKept = (): Problem =>
  new Problem('purged', 'The events since that time are no longer all kept; ask for a later time.');

const tooMuchChanged = (): Problem =>
  new Problem('busy', 'Too much has changed since that time to be held in memory; ask for a later time.');
