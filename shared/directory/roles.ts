import type { EventDraft } from '../events/envelope.js';
import { PayloadTooLarge } from '../scim/errors.js';
import type { Change } from './commit.js';
import type { Circumstances } from './decide.js';
import type { MappingRules } from './mapping.js';
import type { Needs } from './needs.js';
import { userUpdate } from './normalize.js';
import type { Membership } from './resource.js';
import type { View } from './view.js';

/** Who joined or left a group. */
export interface Movement {
  readonly joined: readonly Membership[];
  readonly left: readonly Membership[];
}

/** Rows and events that follow from a change elsewhere. */
export interface Consequences {
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
}

const NO_CONSEQUENCES: Consequences = { changes: [], events: [] };

/** Most users whose roles one request can change: each has an event of its own in the commit. */
const USERS_MAX = 2000;

/** The memberships that tell the users' roles: none without a role mapping. */
export const roleNeeds = (userIds: readonly string[], { roles }: MappingRules): Needs['memberships'] =>
  [...roles.keys()].flatMap((groupId) => userIds.map((memberId) => ({ groupId, memberId })));

/** The groups that give the user a role. */
export function roleGroups(view: View, userId: string, rules: MappingRules): string[] {
  if (rules.roles.size === 0) return [];
  view.require({ memberships: roleNeeds([userId], rules) });
  return [...rules.roles.keys()].filter((groupId) => view.membership(groupId, userId) !== undefined);
}

/**
 * What a group's movement does to the roles of users: a new version and one `user.updated` for each whose effective roles
 * change, in O(users that moved). `view` is as before the movement. Throws `PayloadTooLarge` when too many move at once.
 */
export function decideRoles(
  view: View,
  groupId: string,
  { joined, left }: Movement,
  place: Circumstances,
  requestId: string,
): Consequences {
  const { rules } = place;
  if (!rules.roles.has(groupId)) return NO_CONSEQUENCES;
  const users = [...left, ...joined].filter(({ memberType }) => memberType === 'User').map(({ memberId }) => memberId);
  if (users.length > USERS_MAX) throw tooMany(users.length);
  view.require({ ids: new Set(users), memberships: roleNeeds(users, rules) });
  const joiners = new Set(joined.map(({ memberId }) => memberId));
  const updates = users.flatMap((userId) => {
    const row = view.resource(userId);
    if (row === undefined) return [];
    const before = roleGroups(view, userId, rules);
    const others = before.filter((other) => other !== groupId);
    const after = joiners.has(userId) ? [...others, groupId] : others;
    return userUpdate(row, { rules, groupIds: before }, { rules, groupIds: after }, place, requestId) ?? [];
  });
  return {
    changes: updates.map(({ resource }) => ({ kind: 'put', resource, isNew: false })),
    events: updates.map(({ event }) => event),
  };
}

/** The same of a group that is deleted: all its members leave. */
export function decideLostRoles(view: View, groupId: string, place: Circumstances, requestId: string): Consequences {
  if (!place.rules.roles.has(groupId)) return NO_CONSEQUENCES;
  return decideRoles(view, groupId, { joined: [], left: view.members(groupId) }, place, requestId);
}

const tooMany = (count: number): PayloadTooLarge =>
  new PayloadTooLarge(
    `The roles of ${count} users depend on this group, and one request can change those of ${USERS_MAX}. Add or remove fewer members per request, before the group is deleted too, or take the group out of the directory's role mapping.`,
  );
