import * as z from 'zod';
import { attributeErrors, NO_MAPPING, type Mapping, type MappingError } from '../../../shared/directory/mapping.js';
import { previousOf, userData } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import { iso } from '../../../shared/events/timestamp.js';
import { rulesOf, userTypeOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { id, idOf, listOf, pathId, text, timeOf } from '../fields.js';
import { groupIdsByUser } from '../group-ids.js';
import { json, operation, type View } from '../operation.js';
import { pageOf, pageParameters } from '../paging.js';
import { etagOf, ifMatch } from '../precondition.js';
import { invalid, Problem } from '../problem.js';
import { userView } from '../views.js';
import { update } from '../update.js';

const ATTRIBUTES_MAX = 50;
const ROLES_MAX = 100;

const rules = {
  attributes: z
    .array(
      z.strictObject({
        to: text(1, 100).meta({
          description: 'Field of user data, or `custom.` and a name',
          examples: ['custom.costCenter'],
        }),
        from: text(1, 300).meta({
          description: 'A SCIM path',
          examples: ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter'],
        }),
      }),
    )
    .max(ATTRIBUTES_MAX)
    .meta({ description: 'Fields that have another source than the usual one' }),
  roles: z
    .array(
      z.strictObject({
        groupId: id.meta({ description: 'Group of this directory' }),
        role: text(1, 100).meta({ description: 'What its direct members get', examples: ['admin'] }),
      }),
    )
    .max(ROLES_MAX)
    .meta({ description: 'Roles by group', examples: [[]] }),
};
const wanted = z.strictObject({ attributes: rules.attributes.default([]), roles: rules.roles.default([]) });

export const mappingView = z
  .object({
    ...rules,
    remap: z
      .object({
        since: timeOf('When the mapping was changed'),
        users: z.int().meta({ description: 'Users looked at so far' }),
      })
      .nullable()
      .meta({ description: 'Users are being told of a change; null: all were' }),
  })
  .meta({ id: 'Mapping', description: 'How a directory’s users become user data' });

const compared = z.object({
  id: idOf('Of the user'),
  userName: z.string(),
  changed: z.array(z.string()).meta({ description: 'Fields that the mapping would change' }),
  before: userView,
  after: userView,
});
export const mappingPreview = listOf(compared).extend({
  counts: z.object({
    users: z.int().meta({ description: 'Users on the page' }),
    changed: z.int().meta({ description: 'Those of them that would change' }),
  }),
});

const path = { id: pathId('directory') };

export const get = operation({
  id: 'getMapping',
  summary: 'Read the mapping of a directory',
  path,
  answers: { 200: json(mappingView, 'etag') },
}).by(async ({ deps, path: { id } }) => {
  const directory = await knownDirectory(id, deps);
  return { status: 200, body: show(directory), etag: etagOf(directory) };
});

export const put = operation({
  id: 'putMapping',
  summary: 'Change the mapping of a directory',
  description: 'Every user is told of what it changes for them, in the background: `remap` says how far that is.',
  path,
  headers: ifMatch,
  body: wanted,
  answers: { 200: json(mappingView, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, requestId, path: { id }, headers, body }) => {
  const directory = await knownDirectory(id, deps);
  await refuseWrong(body, directory, deps);
  const now = deps.clock();
  const condition = { now, ifMatch: headers['if-match'] };
  const saved = await update(deps.registry.directories, 'directory', id, condition, (old) => {
    refuseDeleted(old);
    const before = old.mapping ?? NO_MAPPING;
    if (JSON.stringify(before) === JSON.stringify(body)) return {};
    refuseUnderWay(old);
    return { mapping: body, remap: { before, requestId, since: now, afterId: null, users: 0 } };
  });
  deps.remap(saved.id);
  return { status: 200, body: show(saved), etag: etagOf(saved) };
});

export const preview = operation({
  id: 'previewMapping',
  summary: 'See what a mapping would change, before it is saved',
  isKept: false,
  path,
  query: pageParameters,
  body: wanted,
  answers: {
    200: json(mappingPreview),
  },
}).by(async ({ deps, path: { id }, query, body }) => {
  const directory = await knownDirectory(id, deps);
  await refuseWrong(body, directory, deps);
  const page = await pageOf(query, (slice) => deps.resources.list(id, 'User', undefined, slice));
  const data = await compare(page.data, directory, body, deps);
  const counts = { users: data.length, changed: data.filter(({ changed }) => changed.length > 0).length };
  return { status: 200, body: { ...page, data, counts } };
});

/** Throws a problem with everything that is wrong with the mapping. */
async function refuseWrong(wanted: Mapping, directory: Directory, { resources }: AdminDeps): Promise<void> {
  const groups = await resources.getMany(directory.id, [...new Set(wanted.roles.map(({ groupId }) => groupId))]);
  const known = new Set(groups.flatMap(({ id: groupId, type }) => (type === 'Group' ? [groupId] : [])));
  const errors = [...attributeErrors(wanted.attributes, userTypeOf(directory)), ...roleErrors(wanted.roles, known)];
  if (errors.length > 0) throw invalid(...errors);
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

const show = ({ mapping: { attributes, roles } = NO_MAPPING, remap }: Directory): View<typeof mappingView> => ({
  attributes,
  roles,
  remap: remap ? { since: iso(remap.since), users: remap.users } : null,
});
