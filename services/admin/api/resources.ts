import { groupData, userData } from '../../../shared/directory/normalize.js';
import type { UserData } from '../../../shared/events/event.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { momentOf, scopeOf, usersAt } from '../directory-at.js';
import { listOf, pathId, time } from '../fields.js';
import { groupIdsByUser } from '../group-ids.js';
import { json, operation } from '../operation.js';
import { mapPage, pageOf, pageParameters, type Page, type PageRequest } from '../paging.js';
import { groupView, pastUserView } from '../views.js';
import { refuseFuture } from './access-report.js';

const path = { id: pathId('directory') };

export const listUsers = operation({
  id: 'listUsers',
  summary: 'List the users of a directory, as events tell of them',
  path,
  query: {
    ...pageParameters,
    at: time.optional().meta({ description: 'Those that there were at that time, as they were' }),
  },
  answers: { 200: json(listOf(pastUserView)) },
  refusals: ['purged', 'busy'],
}).by(async ({ deps, path: { id }, query: { at, ...request } }) => {
  if (at !== undefined) refuseFuture(at, deps.clock());
  const directory = await knownDirectory(id, deps);
  if (at === undefined) return { status: 200, body: await usersNow(deps, directory, request) };
  const moment = await momentOf(deps, directory, at);
  return { status: 200, body: await pageOf(request, (slice) => usersAt(deps, directory, moment, slice)) };
});

export const listGroups = operation({
  id: 'listGroups',
  summary: 'List the groups of a directory, as events tell of them',
  path,
  query: pageParameters,
  answers: { 200: json(listOf(groupView)) },
}).by(async ({ deps, path: { id }, query }) => {
  const directory = await knownDirectory(id, deps);
  const page = await pageOf(query, (slice) => deps.resources.list(id, 'Group', undefined, slice));
  return { status: 200, body: mapPage(page, (row) => groupData(row, scopeOf(directory))) };
});

async function usersNow({ resources }: AdminDeps, directory: Directory, request: PageRequest): Promise<Page<UserData>> {
  const page = await pageOf(request, (slice) => resources.list(directory.id, 'User', undefined, slice));
  const rules = rulesOf(directory);
  const groupIds = await groupIdsByUser(resources, directory.id, page.data, rules);
  return mapPage(page, (row) => userData(row, scopeOf(directory), { rules, groupIds: groupIds(row.id) }));
}
