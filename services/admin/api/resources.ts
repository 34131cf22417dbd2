import type { RequestHandler } from 'express';
import { z } from 'zod';
import { groupData, userData, type Scope } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { momentOf, usersAt } from '../directory-at.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { pathId, queryOf, time } from '../request.js';
import { refuseFuture } from './access-report.js';

const listing = z.strictObject(pageParameters);
const userListing = z.strictObject({ ...pageParameters, at: time.optional() });

/** Users and groups as the events tell them. */
export function resources(deps: AdminDeps) {
  const lister =
    (type: string, show: (row: ResourceRow, scope: Scope) => unknown): RequestHandler =>
    async (req, res) => {
      const request = queryOf(req, listing);
      const { id: directoryId, organizationId } = await knownDirectory(pathId(req, 'directory'), deps);
      const page = await pageOf(request, (slice) => deps.resources.list(directoryId, type, undefined, slice));
      res.json(mapPage(page, (row) => show(row, { directoryId, organizationId })));
    };

  const listUsersNow = lister('User', userData);

  /** With `at`: those that there were at that time, as they were. */
  const listUsers: RequestHandler = async (req, res, next) => {
    const { at, ...request } = queryOf(req, userListing);
    if (at === undefined) {
      await listUsersNow(req, res, next);
      return;
    }
    refuseFuture(at, deps.clock());
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const scope = { directoryId: directory.id, organizationId: directory.organizationId };
    const moment = await momentOf(deps, directory, at);
    res.json(await pageOf(request, (slice) => usersAt(deps, scope, moment, slice)));
  };

  return { listUsers, listGroups: lister('Group', groupData) };
}
