import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ResourceRow, StoredResource } from '../../shared/directory/resource.js';
import { candidates } from '../../shared/scim/filter/candidates.js';
import { compileFilter, relationsIn } from '../../shared/scim/filter/evaluate.js';
import type { Filter } from '../../shared/scim/filter/parse.js';
import type { RelatedFacts } from '../../shared/scim/messages.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { ResourcePage, ResourceReader } from '../../shared/store/port.js';
import { everyMember, groupsByMember } from './relations.js';

/** A resource that was found, and its type. */
export interface Match {
  readonly type: ResourceType;
  readonly row: StoredResource;
}

export interface ScanOptions {
  readonly directoryId: string;
  /** The directory's, which begins every location. */
  readonly baseUrl: string;
  readonly types: readonly ResourceType[];
  readonly filter: Filter | undefined;
  /** Begins behind this resource. */
  readonly after?: { readonly type: string; readonly id: string };
  /** Rows read at once. */
  readonly pageSize: number;
}

/**
 * Everything that matches, page by page, in the order of types and then of ids, which is that of creation. The store narrows
 * down to candidates by its indexes; the evaluator has the last word on each, so that all stores agree.
 */
export async function* scan(resources: ResourceReader, options: ScanOptions): AsyncGenerator<Match[]> {
  const { types, after, pageSize } = options;
  const start = after === undefined ? 0 : types.findIndex(({ name }) => name === after.type);
  // Every type is looked at before the first one is read: a filter that does not fit is refused even where nothing would be.
  const plans = types
    .slice(Math.max(start, 0))
    .map((type) => ({ type, readPage: pageReader(resources, options, type) }));
  for (const { type, readPage } of plans) {
    let afterId = type.name === after?.type ? after.id : undefined;
    for (;;) {
      const { read, matching } = await readPage({ limit: pageSize, ...(afterId === undefined ? {} : { afterId }) });
      yield matching.map((row) => ({ type, row }));
      afterId = read.at(-1)?.id;
      if (read.length < pageSize) break;
      // A local store answers without ever leaving the process: a long scan must not keep other requests waiting.
      await othersTurn();
    }
  }
}

interface PageRead {
  readonly read: readonly StoredResource[];
  readonly matching: readonly StoredResource[];
}

function pageReader(
  resources: ResourceReader,
  options: ScanOptions,
  type: ResourceType,
): (page: ResourcePage) => Promise<PageRead> {
  const { directoryId, filter } = options;
  if (filter === undefined) {
    return async (page) => {
      const read = await resources.listStored(directoryId, type.name, page);
      return { read, matching: read };
    };
  }
  const narrowed = candidates(type, filter);
  const matches = matcher(resources, options, type, filter);
  return async (page) => {
    const read = await resources.list(directoryId, type.name, narrowed, page);
    return { read, matching: await matches(read) };
  };
}

type Matcher = (rows: readonly ResourceRow[]) => Promise<readonly ResourceRow[]>;

/** Relations are read only for a filter that speaks of them. */
function matcher(
  resources: ResourceReader,
  { directoryId, baseUrl }: ScanOptions,
  type: ResourceType,
  filter: Filter,
): Matcher {
  const satisfies = compileFilter(type, filter, baseUrl);
  const relations = relationsIn(type, filter);
  if (relations.length === 0) return async (rows) => rows.filter(satisfies);
  return async (rows) => {
    const groups = relations.includes('groups') ? await groupsByMember(resources, directoryId, rows) : undefined;
    const matching: ResourceRow[] = [];
    for (const row of rows) {
      const members = relations.includes('members') ? await everyMember(resources, directoryId, row.id) : [];
      const facts: RelatedFacts = { ...row, members, groups: groups?.get(row.id) ?? [] };
      if (satisfies(facts)) matching.push(row);
    }
    return matching;
  };
}
