import type { MappingRules } from '../../shared/directory/mapping.js';
import type { Membership, ResourceRow } from '../../shared/directory/resource.js';
import type { ResourceReader } from '../../shared/store/port.js';

/** Answers the groups of each of the users; of no use, and not read, where none of the rules has a role. */
export async function groupIdsByUser(
  resources: Pick<ResourceReader, 'groupsOf'>,
  directoryId: string,
  users: readonly ResourceRow[],
  ...rules: readonly MappingRules[]
): Promise<(userId: string) => readonly string[]> {
  if (rules.every(({ roles }) => roles.size === 0)) return () => [];
  return groupIdsIn(
    await resources.groupsOf(
      directoryId,
      users.map(({ id }) => id),
    ),
  );
}

/** Answers the groups of each member. */
export function groupIdsIn(memberships: readonly Membership[]): (memberId: string) => readonly string[] {
  const byMember = new Map<string, string[]>();
  for (const { memberId, groupId } of memberships) {
    const known = byMember.get(memberId);
    if (known === undefined) byMember.set(memberId, [groupId]);
    else known.push(groupId);
  }
  return (memberId) => byMember.get(memberId) ?? [];
}
