import { listText } from '../../../shared/scim/messages.js';
import { readProjection } from '../../../shared/scim/projection.js';
import { readQuery, readSearch, type Query } from '../../../shared/scim/query.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import type { Call, Operation, Reply, TypeOperation } from '../call.js';
import { find, type FindDeps } from '../find.js';
import { render } from '../render.js';

/** GET /Users, GET /Groups … (RFC 7644 section 3.4.2). */
export const queryResources =
  (deps: FindDeps): TypeOperation =>
  async (call, type) =>
    answer(deps, [type], call, readQuery(call.query));

/** POST to .search of a type: the same with its parameters in the body (RFC 7644 section 3.4.3). */
export const searchResources =
  (deps: FindDeps): TypeOperation =>
  async (call, type) =>
    answer(deps, [type], call, readSearch(call.body));

/** GET on the base URL, which spans the types. */
export const queryAll =
  (deps: FindDeps): Operation =>
  async (call) =>
    answer(deps, call.types.all, call, readQuery(call.query));

/** POST to .search on the base URL. */
export const searchAll =
  (deps: FindDeps): Operation =>
  async (call) =>
    answer(deps, call.types.all, call, readSearch(call.body));

async function answer(deps: FindDeps, types: readonly ResourceType[], call: Call, query: Query): Promise<Reply> {
  const projections = new Map(types.map((type) => [type, readProjection(type, query.parameters)]));
  const { matches, ...page } = await find(deps, call, types, query);
  const rendered = new Map<string, string>();
  for (const [type, projection] of projections) {
    const rows = matches.filter((match) => match.type === type).map(({ row }) => row);
    const shown = await render(deps.resources, call, type, rows, projection);
    rows.forEach(({ id }, index) => rendered.set(id, shown[index] ?? '{}'));
  }
  return {
    status: 200,
    body: listText(
      matches.map(({ row }) => rendered.get(row.id) ?? '{}'),
      page,
    ),
  };
}
