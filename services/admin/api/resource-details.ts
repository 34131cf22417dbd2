import * as z from 'zod';
import { groupData, memberData, userData } from '../../../shared/directory/normalize.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import { oldestFirst } from '../../../shared/store/bounded-search.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { scopeOf } from '../directory-at.js';
import { idOf, listOf, pathId } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { LIMIT_MAX, mapPage, pageOf, pageParameters, type Page, type PageRequest } from '../paging.js';
import { notFound } from '../problem.js';
import { groupView, userView } from '../views.js';

/** One user or group, with what it is a part of and what is a part of it. */

/** Groups of one user that are told. */
const GROUPS_MAX = 100;

const groupName = z.object({ id: idOf('Of the group'), displayName: z.string() });

export const userWithGroups = userView
  .extend({
    groups: z.array(groupName).meta({ description: `The first ${GROUPS_MAX} of which it is a member itself` }),
    groupCount: z.int().meta({ description: 'How many there are', examples: [2] }),
  })
  .meta({ id: 'UserWithGroups', description: 'A user, and the groups of which it is a member' });

export const member = z
  .object({
    id: idOf('The user or group'),
    type: z.string().meta({ description: 'Its resource type', examples: ['User'] }),
    displayName: z.string().nullable(),
    userName: z.string().nullable().meta({ description: 'Null of a group' }),
    email: z.string().nullable().meta({ description: 'Null of a group' }),
    externalId: z.string().nullable(),
  })
  .meta({ id: 'Member', description: 'A member of a group' });

const groupWithMembers = groupView
  .extend({ members: listOf(member).meta({ description: `The first ${LIMIT_MAX}; more at …/members` }) })
  .meta({ id: 'GroupWithMembers', description: 'A group and its members' });

export const getUser = operation({
  id: 'getUser',
  summary: 'Read a user with its groups',
  path: { id: pathId('directory'), userId: pathId('user') },
  answers: { 200: json(userWithGroups) },
}).by(async ({ deps, path: { id, userId } }) => {
  const directory = await knownDirectory(id, deps);
  const row = await knownResource('User', 'user', directory, userId, deps);
  const memberships = await deps.resources.groupsOf(directory.id, [userId]);
  const groupIds = memberships.map(({ groupId }) => groupId).sort();
  const groups = await deps.resources.getMany(directory.id, groupIds.slice(0, GROUPS_MAX));
  const user = userData(row, scopeOf(directory), { rules: rulesOf(directory), groupIds });
  return {
    status: 200,
    body: { ...user, groups: groups.map(showName).sort(oldestFirst), groupCount: groupIds.length },
  };
});

export const getGroup = operation({
  id: 'getGroup',
  summary: 'Read a group with its first members',
  path: { id: pathId('directory'), groupId: pathId('group') },
  answers: { 200: json(groupWithMembers) },
}).by(async ({ deps, path: { id, groupId } }) => {
  const directory = await knownDirectory(id, deps);
  const row = await knownResource('Group', 'group', directory, groupId, deps);
  const members = await membersOf(directory, groupId, { limit: LIMIT_MAX }, deps);
  return { status: 200, body: { ...groupData(row, scopeOf(directory)), members } };
});

export const listMembers = operation({
  id: 'listMembers',
  summary: 'List the members of a group',
  path: { id: pathId('directory'), groupId: pathId('group') },
  query: pageParameters,
  answers: { 200: json(listOf(member)) },
}).by(async ({ deps, path: { id, groupId }, query }) => {
  const directory = await knownDirectory(id, deps);
  await knownResource('Group', 'group', directory, groupId, deps);
  return { status: 200, body: await membersOf(directory, groupId, query, deps) };
});

type Deps = Pick<AdminDeps, 'resources'>;

async function knownResource(
  type: 'User' | 'Group',
  what: string,
  directory: Directory,
  id: string,
  { resources }: Deps,
): Promise<ResourceRow> {
  const row = await resources.get(directory.id, type, id);
  if (row === undefined) throw notFound(`${what} in the directory`, id);
  return row;
}

async function membersOf(
  directory: Directory,
  groupId: string,
  request: PageRequest,
  { resources }: Deps,
): Promise<Page<View<typeof member>>> {
  const page = await pageOf(request, async (slice) =>
    (await resources.membersOf(directory.id, groupId, slice)).map((membership) => ({
      ...membership,
      id: membership.memberId,
    })),
  );
  const rows = await resources.getMany(
    directory.id,
    page.data.map(({ id }) => id),
  );
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return mapPage(page, (membership) => showMember(membership, rowOf.get(membership.memberId), directory));
}

/** A member that was deleted in between is told by its id alone. */
function showMember({ memberId, memberType }: Membership, row: ResourceRow | undefined, directory: Directory) {
  if (row === undefined) {
    return { id: memberId, type: memberType, displayName: null, userName: null, email: null, externalId: null };
  }
  return { ...memberData(row, rulesOf(directory)), displayName: textOrNull(row.attributes['displayName']) };
}

const showName = ({ id, attributes }: ResourceRow): View<typeof groupName> => ({
  id,
  displayName: textOrNull(attributes['displayName']) ?? '',
});

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
