import type { Membership, ResourceRow } from '../../shared/directory/resource.js';
import { renderResource } from '../../shared/scim/messages.js';
import { project, wants, type Projection } from '../../shared/scim/projection.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { ResourceReader } from '../../shared/store/port.js';
import type { Call } from './call.js';

type Relations = Pick<ResourceReader, 'membersOf' | 'groupsOf' | 'getMany'>;

const MEMBERS_PAGE = 10_000;

/** Resources as the client asked to see them: relations are read only where they will be shown. */
export async function render(
  resources: Relations,
  { directory, baseUrl }: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  rows: readonly ResourceRow[],
  projection: Projection,
): Promise<Record<string, unknown>[]> {
  const shows = (kind: 'members' | 'groups'): boolean =>
    type.schema.attributes.some(({ name, relation }) => relation === kind && wants(projection, name));
  const groups = shows('groups') ? await groupsByMember(resources, directory.id, rows) : undefined;
  return Promise.all(
    rows.map(async (row) => {
      const rendered = renderResource(
        type,
        {
          ...row,
          ...(shows('members') ? { members: await everyMember(resources, directory.id, row.id) } : {}),
          ...(groups === undefined ? {} : { groups: groups.get(row.id) ?? [] }),
        },
        baseUrl,
      );
      return project(type, rendered, projection);
    }),
  );
}

export async function renderOne(
  resources: Relations,
  call: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  row: ResourceRow,
  projection: Projection,
): Promise<Record<string, unknown>> {
  const [rendered] = await render(resources, call, type, [row], projection);
  return rendered ?? {};
}

export async function everyMember(
  resources: Pick<ResourceReader, 'membersOf'>,
  directoryId: string,
  groupId: string,
): Promise<{ id: string; type: string }[]> {
  const members: Membership[] = [];
  for (;;) {
    const afterId = members.at(-1)?.memberId;
    const page = { limit: MEMBERS_PAGE, ...(afterId === undefined ? {} : { afterId }) };
    const next = await resources.membersOf(directoryId, groupId, page);
    members.push(...next);
    if (next.length < MEMBERS_PAGE)
      return members.map(({ memberId, memberType }) => ({ id: memberId, type: memberType }));
  }
}

async function groupsByMember(
  resources: Pick<ResourceReader, 'groupsOf' | 'getMany'>,
  directoryId: string,
  rows: readonly ResourceRow[],
): Promise<Map<string, { id: string; display?: string }[]>> {
  const memberships = await resources.groupsOf(
    directoryId,
    rows.map(({ id }) => id),
  );
  const groupIds = [...new Set(memberships.map(({ groupId }) => groupId))];
  const groups = groupIds.length === 0 ? [] : await resources.getMany(directoryId, groupIds);
  const displays = new Map(groups.map(({ id, attributes }) => [id, attributes['displayName']]));
  const byMember = new Map<string, { id: string; display?: string }[]>();
  for (const { memberId, groupId } of memberships) {
    const display = displays.get(groupId);
    const list = byMember.get(memberId) ?? [];
    list.push({ id: groupId, ...(typeof display === 'string' ? { display } : {}) });
    byMember.set(memberId, list);
  }
  return byMember;
}
