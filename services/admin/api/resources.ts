import { groupData, userData } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import type { UserData } from '../../../shared/events/event.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { momentOf, scopeOf, usersAt } from '../directory-at.js';
import { listOf, pathId, time } from '../fields.js';
import { groupIdsByUser } from '../group-ids.js';
import { json, operation } from '../operation.js';
import { mapPage, pageOf, pageParameters, type Page, type PageRequest } from '../paging.js';
import { invalid } from '../problem.js';
import { q, searchResources } from '../search.js';
import { groupView, pastUserView } from '../views.js';
import { refuseFuture } from './access-report.js';

const path = { id: pathId('directory') };

export const listUsers = operation({
  id: 'listUsers',
  summary: 'List the users of a directory, as events tell of them',
  path,
  query: {
    ...pageParameters,
    q: q.meta({
      description:
        'Only those whose `userName`, e-mail address, `displayName` or `externalId` begins so, or whose id it is; a page may be short, or empty, and have a next one',
    }),
    at: time.optional().meta({ description: 'Those that there were at that time, as they were' }),
  },
  answers: { 200: json(listOf(pastUserView)) },
  refusals: ['purged', 'busy'],
}).by(async ({ deps, path: { id }, query: { at, q, ...request } }) => {
  if (at !== undefined) refuseFuture(at, deps.clock());
  if (at !== undefined && q !== undefined) {
    throw invalid({ field: 'q', message: 'looks at the present users; leave it out, or at' });
  }
  const directory = await knownDirectory(id, deps);
  if (at === undefined) return { status: 200, body: await usersNow(deps, directory, request, q) };
  const moment = await momentOf(deps, directory, at);
  return { status: 200, body: await pageOf(request, (slice) => usersAt(deps, directory, moment, slice)) };
});

export const listGroups = operation({
  id: 'listGroups',
  summary: 'List the groups of a directory, as events tell of them',
  path,
  query: {
    ...pageParameters,
    q: q.meta({
      description:
        'Only those whose `displayName` or `externalId` begins so, or whose id it is; a page may be short, or empty, and have a next one',
    }),
  },
  answers: { 200: json(listOf(groupView)) },
}).by(async ({ deps, path: { id }, query: { q, ...request } }) => {
  const directory = await knownDirectory(id, deps);
  const page = await pageNow(deps, directory, GROUP, request, q);
  return { status: 200, body: mapPage(page, (row) => groupData(row, scopeOf(directory))) };
});

export async function usersNow(
  deps: AdminDeps,
  directory: Directory,
  request: PageRequest,
  q?: string,
): Promise<Page<UserData>> {
  const page = await pageNow(deps, directory, USER, request, q);
  const rules = rulesOf(directory);
  const groupIds = await groupIdsByUser(deps.resources, directory.id, page.data, rules);
  return mapPage(page, (row) => userData(row, scopeOf(directory), { rules, groupIds: groupIds(row.id) }));
}

async function pageNow(
  { resources }: AdminDeps,
  directory: Directory,
  type: ResourceType,
  request: PageRequest,
  q: string | undefined,
): Promise<Page<ResourceRow>> {
  if (q === undefined) return pageOf(request, (slice) => resources.list(directory.id, type.name, undefined, slice));
  return searchResources(resources, directory.id, type, q, request);
}
