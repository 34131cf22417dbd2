import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { attributeErrors, NO_MAPPING, type Mapping, type MappingError } from '../../../shared/directory/mapping.js';
import { previousOf, userData } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import { iso } from '../../../shared/events/timestamp.js';
import { rulesOf, userTypeOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { requestIdOf } from '../error-handler.js';
import { groupIdsByUser } from '../group-ids.js';
import { pageOf, pageParameters } from '../paging.js';
import { invalid, Problem } from '../problem.js';
import { bodyOf, id, pathId, queryOf, text } from '../request.js';
import { update } from '../update.js';

const ATTRIBUTES_MAX = 50;
const ROLES_MAX = 100;

const body = z.strictObject({
  attributes: z
    .array(z.strictObject({ to: text(1, 100), from: text(1, 300) }))
    .max(ATTRIBUTES_MAX)
    .default([]),
  roles: z
    .array(z.strictObject({ groupId: id, role: text(1, 100) }))
    .max(ROLES_MAX)
    .default([]),
});
const listing = z.strictObject(pageParameters);

/** How a directory's users become user data. */
export function mapping(deps: AdminDeps) {
  const { registry, clock } = deps;

  const get: RequestHandler = async (req, res) => {
    res.json(show(await knownDirectory(pathId(req, 'directory'), deps)));
  };

  const put: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const wanted = await readMapping(req, directory, deps);
    const now = clock();
    const saved = await update(registry.directories, 'directory', directory.id, now, (old) => {
      refuseDeleted(old);
      const before = old.mapping ?? NO_MAPPING;
      if (JSON.stringify(before) === JSON.stringify(wanted)) return {};
      refuseUnderWay(old);
      const remap = { before, requestId: requestIdOf(res), since: now, afterId: null, users: 0 };
      return { mapping: wanted, remap };
    });
    deps.remap(saved.id);
    res.json(show(saved));
  };

  const preview: RequestHandler = async (req, res) => {
    const request = queryOf(req, listing);
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const wanted = await readMapping(req, directory, deps);
    const page = await pageOf(request, (slice) => deps.resources.list(directory.id, 'User', undefined, slice));
    const data = await compare(page.data, directory, wanted, deps);
    const counts = { users: data.length, changed: data.filter(({ changed }) => changed.length > 0).length };
    res.json({ ...page, data, counts });
  };

  return { get, put, preview };
}

/** The mapping in a request, or a problem with everything that is wrong with it. */
async function readMapping(req: Request, directory: Directory, { resources }: AdminDeps): Promise<Mapping> {
  const wanted = bodyOf(req, body);
  const groups = await resources.getMany(directory.id, [...new Set(wanted.roles.map(({ groupId }) => groupId))]);
  const known = new Set(groups.flatMap(({ id: groupId, type }) => (type === 'Group' ? [groupId] : [])));
  const errors = [...attributeErrors(wanted.attributes, userTypeOf(directory)), ...roleErrors(wanted.roles, known)];
  if (errors.length > 0) throw invalid(...errors);
  return wanted;
}

const roleErrors = (roles: Mapping['roles'], known: ReadonlySet<string>): MappingError[] =>
  roles.flatMap(({ groupId, role }, index) => {
    if (!known.has(groupId)) {
      const message = 'names no group of this directory; GET …/groups lists them, and a deleted one is left out';
      return [{ field: `roles.${index}.groupId`, message }];
    }
    const first = roles.findIndex((other) => other.groupId === groupId && other.role === role);
    return first < index ? [{ field: `roles.${index}`, message: `repeats roles.${first}; leave it out` }] : [];
  });

/** Who was told by which mapping is known of one change at a time. */
function refuseUnderWay({ remap }: Directory): void {
  if (!remap) return;
  throw new Problem(
    'conflict',
    `Users are still being told of the last change of the mapping (${remap.users} so far); repeat it when "remap" is null.`,
  );
}

async function compare(users: readonly ResourceRow[], directory: Directory, wanted: Mapping, deps: AdminDeps) {
  const [now, then] = [rulesOf(directory), rulesOf(directory, undefined, wanted)];
  const groupIdsOf = await groupIdsByUser(deps.resources, directory.id, users, now, then);
  const scope = { directoryId: directory.id, organizationId: directory.organizationId };
  return users.map((row) => {
    const groupIds = groupIdsOf(row.id);
    const before = userData(row, scope, { rules: now, groupIds });
    const after = userData(row, scope, { rules: then, groupIds });
    return { id: row.id, userName: before.userName, changed: Object.keys(previousOf(before, after)), before, after };
  });
}

const show = ({ mapping: { attributes, roles } = NO_MAPPING, remap }: Directory) => ({
  attributes,
  roles,
  remap: remap ? { since: iso(remap.since), users: remap.users } : null,
});
