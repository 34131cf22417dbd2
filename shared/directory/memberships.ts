import type { MemberData } from '../events/event.js';
import type { EventDraft } from '../events/envelope.js';
import { InvalidValue, PayloadTooLarge } from '../scim/errors.js';
import type { MemberEdit } from '../scim/patch/operation.js';
import type { Change } from './commit.js';
import type { MappingRules } from './mapping.js';
import type { Needs } from './needs.js';
import { groupData, memberData, type Scope } from './normalize.js';
import type { Membership, ResourceRow } from './resource.js';
import type { Movement } from './roles.js';
import type { View } from './view.js';

/** Most members that one membership event names. */
const MEMBERS_PER_EVENT = 100;

/** Resource types whose resources can be members of groups (RFC 7643 section 4.2). */
const MEMBER_TYPES = ['User', 'Group'];

/** What edits of a group's members come to. */
export interface MemberChanges extends Movement {
  readonly changes: readonly Change[];
  /** The events, once the group's new row is known: removals first, then additions, 100 members each. */
  events(group: ResourceRow, scope: Scope, requestId: string): EventDraft[];
}

export const NO_MEMBER_CHANGES: MemberChanges = { joined: [], left: [], changes: [], events: () => [] };

/**
 * Works edits through in order and answers what they change in the end, in O(what the request names): only `replace`,
 * `clear` and a filter other than on ids look at the whole membership. Adding a member twice, or removing one that is not
 * there, changes nothing (RFC 7644 sections 3.5.2.1 and 3.5.2.2).
 */
export function decideMembers(
  view: View,
  groupId: string,
  edits: readonly MemberEdit[],
  group: 'new' | 'existing',
  rules: MappingRules,
): MemberChanges {
  if (edits.length === 0) return NO_MEMBER_CHANGES;
  view.require(memberNeeds(groupId, edits, group));
  const stored = isWhole(edits) && group === 'existing' ? view.members(groupId) : undefined;
  const rows = stored && new Map(stored.map((row) => [row.memberId, row]));
  const before = (memberId: string): Membership | undefined =>
    group === 'new' ? undefined : rows === undefined ? view.membership(groupId, memberId) : rows.get(memberId);
  view.require({ ids: new Set(namedIn(edits).filter((memberId) => before(memberId) === undefined)) });
  /** Who is a member, edit by edit: the whole group where an edit looks at it, else those who joined. */
  const current = new Map(rows);
  const staged = new Map<string, Membership | null>();
  const isMember = (memberId: string): boolean =>
    staged.has(memberId) ? current.has(memberId) : before(memberId) !== undefined;
  const add = (memberId: string): void => {
    if (isMember(memberId)) return;
    const row = newMembership(view, groupId, memberId);
    staged.set(memberId, row);
    current.set(memberId, row);
  };
  const remove = (memberId: string): void => {
    if (!isMember(memberId)) return;
    staged.set(memberId, null);
    current.delete(memberId);
  };
  let looks = 0;
  for (const edit of edits) {
    switch (edit.kind) {
      case 'add':
        edit.ids.forEach(add);
        break;
      case 'replace': {
        const keep = new Set(edit.ids);
        for (const id of current.keys()) if (!keep.has(id)) remove(id);
        keep.forEach(add);
        break;
      }
      case 'remove':
        edit.ids.forEach(remove);
        break;
      case 'clear':
        for (const id of current.keys()) remove(id);
        break;
      case 'removeWhere':
        looks += current.size * edit.parts;
        if (looks > Math.max(LOOKS_MAX, current.size * edit.parts)) throw tooManyLooks();
        for (const { memberId, memberType } of current.values()) {
          if (edit.matches({ id: memberId, type: memberType })) remove(memberId);
        }
        break;
    }
  }
  return summarize(view, staged, before, rules);
}

/** Most looks at members by the filters of one request, other than those on ids; one filter may look at any group once. */
const LOOKS_MAX = 200_000;

const tooManyLooks = (): PayloadTooLarge =>
  new PayloadTooLarge(
    `members: the filters would look at more than ${LOOKS_MAX} members together. Send fewer of them, or filter on "value".`,
  );

/** Whether an edit looks at the whole membership. */
const isWhole = (edits: readonly MemberEdit[]): boolean =>
  edits.some(({ kind }) => kind === 'replace' || kind === 'clear' || kind === 'removeWhere');

const namedIn = (edits: readonly MemberEdit[]): string[] => edits.flatMap((edit) => ('ids' in edit ? edit.ids : []));

/**
 * What the edits name, at once rather than one after another. Where the whole membership is looked at, it tells first who of
 * those who are named is new: the others, of whom there may be many, need no look.
 */
export function memberNeeds(
  groupId: string,
  edits: readonly MemberEdit[],
  group: 'new' | 'existing',
): Pick<Needs, 'ids' | 'memberships' | 'members'> {
  const named = namedIn(edits);
  const whole = isWhole(edits);
  const stored = group === 'existing';
  return {
    ids: new Set(stored && whole ? [] : named),
    memberships: stored && !whole ? named.map((memberId) => ({ groupId, memberId })) : [],
    members: new Set(stored && whole ? [groupId] : []),
  };
}

function newMembership(view: View, groupId: string, memberId: string): Membership {
  const member = view.resource(memberId);
  if (memberId === groupId) throw new InvalidValue('members: a group cannot be a member of itself. Leave it out.');
  if (member === undefined) {
    throw new InvalidValue(
      `members: there is no user or group with id "${memberId}" in this directory. Create it first, then add it.`,
    );
  }
  if (!MEMBER_TYPES.includes(member.type)) {
    throw new InvalidValue(
      `members: "${memberId}" is a ${member.type}. Only users and groups can be members; leave it out.`,
    );
  }
  return { groupId, memberId, memberType: member.type };
}

function summarize(
  view: View,
  staged: ReadonlyMap<string, Membership | null>,
  before: (memberId: string) => Membership | undefined,
  rules: MappingRules,
): MemberChanges {
  const joined: Membership[] = [];
  const left: Membership[] = [];
  for (const [memberId, row] of staged) {
    const was = before(memberId);
    if (row !== null && was === undefined) joined.push(row);
    if (row === null && was !== undefined) left.push(was);
  }
  view.require({ ids: new Set(left.map(({ memberId }) => memberId)) });
  const describe = ({ memberId }: Membership): MemberData[] => {
    const row = view.resource(memberId);
    return row === undefined ? [] : [memberData(row, rules)];
  };
  const leavers = left.flatMap(describe);
  const joiners = joined.flatMap(describe);
  return {
    joined,
    left,
    changes: [
      ...left.map((membership): Change => ({ kind: 'leave', membership })),
      ...joined.map((membership): Change => ({ kind: 'join', membership })),
    ],
    events: (group, scope, requestId) => {
      const draft = (type: 'group.members_added' | 'group.members_removed', members: MemberData[]): EventDraft => ({
        type,
        data: { group: groupData(group, scope), members },
        cause: { requestId },
      });
      return [
        ...chunks(leavers).map((members) => draft('group.members_removed', members)),
        ...chunks(joiners).map((members) => draft('group.members_added', members)),
      ];
    },
  };
}

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / MEMBERS_PER_EVENT) }, (_, index) =>
    items.slice(index * MEMBERS_PER_EVENT, (index + 1) * MEMBERS_PER_EVENT),
  );
