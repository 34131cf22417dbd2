import { hash } from 'node:crypto';
import { attributesOf } from '../../shared/directory/resource.js';
import { directoryGone } from '../../shared/directory/batch.js';
import { InvalidCursor, TooMany } from '../../shared/scim/errors.js';
import type { ListPage } from '../../shared/scim/messages.js';
import { readCursor, writeCursor, type Paging, type Place } from '../../shared/scim/paging.js';
import type { Parameters, Query } from '../../shared/scim/query.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import { compareKeys, sortKeyOf, type SortKey } from '../../shared/scim/sort.js';
import type { CommitStore, ResourceReader } from '../../shared/store/port.js';
import type { Call } from './call.js';
import { scan, type Match, type ScanOptions } from './scan.js';

export interface FindDeps {
  readonly resources: ResourceReader;
  readonly commits: Pick<CommitStore, 'head'>;
}

/** A page of what a query finds. */
export interface Found extends ListPage {
  readonly matches: readonly Match[];
}

/** Rows read at once while a filter is evaluated. */
const SCAN_PAGE = 500;
/** Most resources that are put in order for one answer. */
const SORTED_MAX = 200_000;

type Indexed = Paging & { method: 'index' };
type AtCursor = Paging & { method: 'cursor' };
type Scope = Pick<ScanOptions, 'directoryId' | 'baseUrl' | 'types' | 'filter'>;

/** Filters, sorts and pages (RFC 7644 section 3.4.2, RFC 9865). Without `sortBy`, in the order of types and of creation. */
export function find(
  deps: FindDeps,
  { directory, baseUrl }: Pick<Call, 'directory' | 'baseUrl'>,
  types: readonly ResourceType[],
  { filter, sort, paging, parameters }: Query,
): Promise<Found> {
  const scope = { directoryId: directory.id, baseUrl, types, filter };
  if (sort !== undefined) return sorted(deps, scope, sort, paging, fingerprint(parameters));
  if (paging.method === 'cursor') return behindCursor(deps, scope, paging, fingerprint(parameters));
  return filter === undefined ? unfiltered(deps, scope, paging) : filtered(deps, scope, paging);
}

/** The same for the same results in the same order: a cursor of one query means nothing to another. */
const fingerprint = ({ filter, sortBy, sortOrder }: Parameters): string =>
  hash('sha256', JSON.stringify([filter, sortBy, sortOrder]), 'base64url').slice(0, 12);

/** A directory that was deleted a moment ago must not look like one that is empty. */
async function countsIn(commits: FindDeps['commits'], directoryId: string): Promise<Readonly<Record<string, number>>> {
  const { counts, deleted } = await commits.head(directoryId);
  if (deleted) throw directoryGone(directoryId);
  return counts;
}

/** The head knows how many there are; only the page is read. */
async function unfiltered({ resources, commits }: FindDeps, scope: Scope, paging: Indexed): Promise<Found> {
  const { directoryId, types } = scope;
  const counts = await countsIn(commits, directoryId);
  const matches: Match[] = [];
  let totalResults = 0;
  for (const type of types) {
    const count = counts[type.name] ?? 0;
    const offset = Math.max(paging.startIndex - 1 - totalResults, 0);
    const limit = paging.count - matches.length;
    if (limit > 0 && offset < count) {
      const rows = await resources.listStored(directoryId, type.name, { offset, limit });
      matches.push(...rows.map((row) => ({ type, row })));
    }
    totalResults += count;
  }
  return { matches, totalResults, startIndex: paging.startIndex, nextCursor: undefined };
}

async function filtered({ resources }: FindDeps, scope: Scope, { startIndex, count }: Indexed): Promise<Found> {
  const matches: Match[] = [];
  let totalResults = 0;
  for await (const page of scan(resources, { ...scope, pageSize: SCAN_PAGE })) {
    for (const match of page) {
      totalResults += 1;
      if (totalResults >= startIndex && matches.length < count) matches.push(match);
    }
  }
  return { matches, totalResults, startIndex, nextCursor: undefined };
}

/** Reads the page and one resource more, which tells whether another page follows. */
async function behindCursor(
  { resources, commits }: FindDeps,
  scope: Scope,
  paging: AtCursor,
  query: string,
): Promise<Found> {
  const { directoryId, types, filter } = scope;
  const after = placeOf(paging.cursor, query, types);
  const wanted = paging.count + 1;
  const found: Match[] = [];
  const pageSize = filter === undefined ? wanted : SCAN_PAGE;
  for await (const page of scan(resources, { ...scope, pageSize, ...(after === undefined ? {} : { after }) })) {
    found.push(...page);
    if (found.length >= wanted) break;
  }
  const matches = found.slice(0, paging.count);
  const last = found.length > paging.count ? matches.at(-1) : undefined;
  const counts = await countsIn(commits, directoryId);
  return {
    matches,
    totalResults: filter === undefined ? types.reduce((sum, { name }) => sum + (counts[name] ?? 0), 0) : undefined,
    startIndex: undefined,
    nextCursor: last && writeCursor({ type: last.type.name, id: last.row.id }, query),
  };
}

function placeOf(cursor: string, query: string, types: readonly ResourceType[]): Place | undefined {
  if (cursor === '') return undefined;
  const place = readCursor(cursor, query);
  if (types.some(({ name }) => name === place.type)) return place;
  throw new InvalidCursor('cursor: it belongs to another endpoint. Start again with an empty cursor.');
}

/** A resource among others that are put in order: small, because there may be many. */
interface Ranked {
  readonly type: ResourceType;
  readonly rank: number;
  readonly id: string;
  readonly key: SortKey;
}

async function sorted(
  { resources }: FindDeps,
  scope: Scope,
  { by, isDescending }: NonNullable<Query['sort']>,
  paging: Paging,
  query: string,
): Promise<Found> {
  const order = (a: Ranked, b: Ranked): number =>
    compareKeys(a.key, b.key) * (isDescending ? -1 : 1) || a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  const ranked = await rankAll(resources, scope, by);
  ranked.sort(order);
  const from =
    paging.method === 'index' ? paging.startIndex - 1 : indexBehind(ranked, order, paging.cursor, query, scope.types);
  const page = ranked.slice(from, from + paging.count);
  const rows = await resources.getMany(
    scope.directoryId,
    page.map(({ id }) => id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const last = paging.method === 'cursor' && from + paging.count < ranked.length ? page.at(-1) : undefined;
  return {
    matches: page.flatMap(({ type, id }) => {
      const row = byId.get(id);
      return row === undefined ? [] : [{ type, row }];
    }),
    totalResults: ranked.length,
    startIndex: paging.method === 'index' ? paging.startIndex : undefined,
    nextCursor: last && writeCursor({ type: last.type.name, id: last.id, ...keyIn(last) }, query),
  };
}

async function rankAll(resources: ResourceReader, scope: Scope, by: string): Promise<Ranked[]> {
  const keyOf = new Map(scope.types.map((type) => [type, sortKeyOf(type, by, scope.baseUrl)]));
  const ranked: Ranked[] = [];
  for await (const page of scan(resources, { ...scope, pageSize: SCAN_PAGE })) {
    for (const { type, row } of page) {
      ranked.push({
        type,
        rank: scope.types.indexOf(type),
        id: row.id,
        key: keyOf.get(type)?.({ ...row, attributes: attributesOf(row) }),
      });
    }
    if (ranked.length <= SORTED_MAX) continue;
    throw new TooMany(
      `sortBy: more than ${SORTED_MAX} resources match, too many to sort. Narrow them down with a filter.`,
    );
  }
  return ranked;
}

/** Where the page behind the cursor begins; the resource that the cursor names may be gone, its place in the order is not. */
function indexBehind(
  ranked: readonly Ranked[],
  order: (a: Ranked, b: Ranked) => number,
  cursor: string,
  query: string,
  types: readonly ResourceType[],
): number {
  const place = placeOf(cursor, query, types);
  const type = types.find(({ name }) => name === place?.type);
  if (place === undefined || type === undefined) return 0;
  const last = { type, rank: types.indexOf(type), id: place.id, key: place.sortKey };
  const index = ranked.findIndex((one) => order(one, last) > 0);
  return index === -1 ? ranked.length : index;
}

const keyIn = ({ key }: Ranked): { readonly sortKey?: string | number } => (key === undefined ? {} : { sortKey: key });
