import type { RequestHandler } from 'express';
import { z } from 'zod';
import { groupData, userData } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { momentOf, scopeOf, usersAt } from '../directory-at.js';
import { groupIdsByUser } from '../group-ids.js';
import { pageOf, pageParameters } from '../paging.js';
import { pathId, queryOf, time } from '../request.js';
import { refuseFuture } from './access-report.js';

const listing = z.strictObject(pageParameters);
const userListing = z.strictObject({ ...pageParameters, at: time.optional() });

/** Users and groups as the events tell them. */
export function resources(deps: AdminDeps) {
  const lister =
    (type: string, show: (rows: readonly ResourceRow[], directory: Directory) => Promise<unknown>): RequestHandler =>
    async (req, res) => {
      const request = queryOf(req, listing);
      const directory = await knownDirectory(pathId(req, 'directory'), deps);
      const page = await pageOf(request, (slice) => deps.resources.list(directory.id, type, undefined, slice));
      res.json({ ...page, data: await show(page.data, directory) });
    };

  const users = async (rows: readonly ResourceRow[], directory: Directory) => {
    const rules = rulesOf(directory);
    const groupIds = await groupIdsByUser(deps.resources, directory.id, rows, rules);
    return rows.map((row) => userData(row, scopeOf(directory), { rules, groupIds: groupIds(row.id) }));
  };
  const groups = async (rows: readonly ResourceRow[], directory: Directory) =>
    rows.map((row) => groupData(row, scopeOf(directory)));
  const listUsersNow = lister('User', users);

  /** With `at`: those that there were at that time, as they were. */
  const listUsers: RequestHandler = async (req, res, next) => {
    const { at, ...request } = queryOf(req, userListing);
    if (at === undefined) {
      await listUsersNow(req, res, next);
      return;
    }
    refuseFuture(at, deps.clock());
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const moment = await momentOf(deps, directory, at);
    res.json(await pageOf(request, (slice) => usersAt(deps, directory, moment, slice)));
  };

  return { listUsers, listGroups: lister('Group', groups) };
}
