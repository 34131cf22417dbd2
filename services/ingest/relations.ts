import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Membership } from '../../shared/directory/resource.js';
import type { RelatedFacts } from '../../shared/scim/messages.js';
import type { ResourceReader } from '../../shared/store/port.js';

/** Members read at once, before it is the others' turn. */
const MEMBERS_PAGE = 2000;

export async function everyMember(
  resources: Pick<ResourceReader, 'membersOf'>,
  directoryId: string,
  groupId: string,
): Promise<NonNullable<RelatedFacts['members']>> {
  const members: Membership[] = [];
  for (;;) {
    const afterId = members.at(-1)?.memberId;
    const page = { limit: MEMBERS_PAGE, ...(afterId === undefined ? {} : { afterId }) };
    const next = await resources.membersOf(directoryId, groupId, page);
    members.push(...next);
    if (next.length < MEMBERS_PAGE) return members.map((member) => ({ id: member.memberId, type: member.memberType }));
    await othersTurn();
  }
}

/** The groups that each of the resources is a member of, with their names. */
export async function groupsByMember(
  resources: Pick<ResourceReader, 'groupsOf' | 'getMany'>,
  directoryId: string,
  rows: readonly { readonly id: string }[],
): Promise<ReadonlyMap<string, NonNullable<RelatedFacts['groups']>>> {
  const ids = rows.map(({ id }) => id);
  const memberships = await resources.groupsOf(directoryId, ids);
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
