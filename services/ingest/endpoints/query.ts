import type { ResourceRow } from '../../../shared/directory/resource.js';
import { candidates } from '../../../shared/scim/filter/candidates.js';
import { compileFilter, relationsIn } from '../../../shared/scim/filter/evaluate.js';
import { parseFilter, type Filter } from '../../../shared/scim/filter/parse.js';
import { listResponse } from '../../../shared/scim/messages.js';
import { readPaging, type Paging } from '../../../shared/scim/paging.js';
import { readProjection } from '../../../shared/scim/projection.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import type { ResourceReader } from '../../../shared/store/port.js';
import type { IngestDeps } from '../app.js';
import type { Operation } from '../call.js';
import { everyMember, render } from '../render.js';

/** Rows read at once while a filter is evaluated. */
const SCAN_PAGE = 500;

interface Found {
  readonly rows: readonly ResourceRow[];
  readonly totalResults: number;
}

/** GET /Users, GET /Groups (RFC 7644 section 3.4.2): filter, page, project. In the order of ids, which is that of creation. */
export const queryResources =
  ({ resources, commits }: Pick<IngestDeps, 'resources' | 'commits'>, type: ResourceType): Operation =>
  async (call) => {
    const projection = readProjection(type, call.query);
    const paging = readPaging(call.query);
    const text = call.query['filter'];
    const directoryId = call.directory.id;
    const found =
      text === undefined || text.trim() === ''
        ? await everything(resources, commits, directoryId, type, paging)
        : await matching(resources, directoryId, type, parseFilter(text), paging);
    const rendered = await render(resources, call, type, found.rows, projection);
    return { status: 200, body: listResponse(rendered, { ...paging, totalResults: found.totalResults }) };
  };

/** The head knows how many there are; only the page is read. */
async function everything(
  resources: ResourceReader,
  commits: IngestDeps['commits'],
  directoryId: string,
  type: ResourceType,
  { startIndex, count }: Paging,
): Promise<Found> {
  const { counts } = await commits.head(directoryId);
  const page = { offset: startIndex - 1, limit: count };
  const rows = count === 0 ? [] : await resources.list(directoryId, type.name, undefined, page);
  return { rows, totalResults: counts[type.name] ?? 0 };
}

/** The store narrows down to candidates by its indexes; the evaluator has the last word on each. */
async function matching(
  resources: ResourceReader,
  directoryId: string,
  type: ResourceType,
  filter: Filter,
  { startIndex, count }: Paging,
): Promise<Found> {
  const narrowed = candidates(type, filter);
  const matches = matcher(resources, directoryId, type, filter);
  const rows: ResourceRow[] = [];
  let totalResults = 0;
  let afterId: string | undefined;
  for (;;) {
    const page = await resources.list(directoryId, type.name, narrowed, {
      limit: SCAN_PAGE,
      ...(afterId === undefined ? {} : { afterId }),
    });
    for (const row of page) {
      if (!(await matches(row))) continue;
      totalResults += 1;
      if (totalResults >= startIndex && rows.length < count) rows.push(row);
    }
    afterId = page.at(-1)?.id;
    if (page.length < SCAN_PAGE) return { rows, totalResults };
  }
}

/** Evaluates the filter on a row; memberships are read only for a filter that speaks of them. */
function matcher(
  resources: ResourceReader,
  directoryId: string,
  type: ResourceType,
  filter: Filter,
): (row: ResourceRow) => boolean | Promise<boolean> {
  const relations = relationsIn(type, filter);
  const satisfies = compileFilter(type, filter);
  if (relations.length === 0) return satisfies;
  return async (row) => {
    const members = relations.includes('members') ? await everyMember(resources, directoryId, row.id) : [];
    const groups = relations.includes('groups') ? await resources.groupsOf(directoryId, [row.id]) : [];
    return satisfies({ ...row, members, groups: groups.map(({ groupId }) => ({ id: groupId })) });
  };
}
