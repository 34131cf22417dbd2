import type { RequestHandler } from 'express';
import { z } from 'zod';
import { groupData, userData, type Scope } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { pathId, queryOf } from '../request.js';

const listing = z.strictObject(pageParameters);

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

  return { listUsers: lister('User', userData), listGroups: lister('Group', groupData) };
}
