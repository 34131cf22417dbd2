import type { EventType } from '../../shared/events/event.js';

/** A user as an identity provider means it to be. */
export interface UserState {
  readonly externalId: string;
  readonly userName: string;
  readonly active: boolean;
  readonly email: string;
  readonly given: string;
  readonly family: string;
  readonly formatted: string | null;
  readonly displayName: string;
  readonly title: string;
  readonly department: string;
  readonly employeeNumber: string;
  /** SCIM id of the manager. */
  readonly managerId: string | null;
}

/** A user as an event's `data` tells of it: what is absent is null. */
export type UserFacts = { readonly [Field in keyof UserState]: UserState[Field] | null };

export interface GroupState {
  readonly externalId: string | null;
  readonly displayName: string;
}

/** Users and groups by SCIM id, and the members' ids of each group. What an identity provider knows, or what webhooks tell. */
export interface World {
  readonly users: Map<string, UserFacts>;
  readonly groups: Map<string, GroupState>;
  readonly members: Map<string, Set<string>>;
}

export const emptyWorld = (): World => ({ users: new Map(), groups: new Map(), members: new Map() });

/** What one acknowledged write made true. `before` and `after` undefined: the resource was not there, or is no more. */
export type Change =
  | {
      readonly type: 'User';
      readonly id: string;
      readonly before: UserFacts | undefined;
      readonly after: UserFacts | undefined;
    }
  | {
      readonly type: 'Group';
      readonly id: string;
      readonly before: GroupState | undefined;
      readonly after: GroupState | undefined;
    }
  /** `joined` were not members before, `left` were. */
  | {
      readonly type: 'Members';
      readonly id: string;
      readonly joined: readonly string[];
      readonly left: readonly string[];
    };

/** An event that must come of a change. */
export interface ExpectedEvent {
  readonly type: EventType;
  /** The user or group that it is about. */
  readonly id: string;
  /** Of a membership event: whom it names, if need be together with others of the same type and cause. */
  readonly members: readonly string[];
}

export function applyChange({ users, groups, members }: World, change: Change): void {
  const { id } = change;
  switch (change.type) {
    case 'User':
      if (change.after !== undefined) users.set(id, change.after);
      else {
        users.delete(id);
        members.forEach((ids) => ids.delete(id));
      }
      break;
    case 'Group':
      if (change.after !== undefined) groups.set(id, change.after);
      else {
        groups.delete(id);
        members.delete(id);
      }
      break;
    case 'Members': {
      const ids = members.get(id) ?? new Set();
      change.left.forEach((member) => ids.delete(member));
      change.joined.forEach((member) => ids.add(member));
      members.set(id, ids);
    }
  }
}

/** The change that a user's new state is, seen from what is known of the user. */
export const userChange = (world: World, id: string, after: UserFacts | undefined): Change => ({
  type: 'User',
  id,
  before: world.users.get(id),
  after,
});

export const groupChange = (world: World, id: string, after: GroupState | undefined): Change => ({
  type: 'Group',
  id,
  before: world.groups.get(id),
  after,
});

/** The events that a change must cause; none for one that changes nothing. Deleting implies memberships: no events for those. */
export function expectedEvents(change: Change): ExpectedEvent[] {
  const { id } = change;
  if (change.type === 'Members') {
    const events: ExpectedEvent[] = [];
    if (change.left.length > 0) events.push({ type: 'group.members_removed', id, members: change.left });
    if (change.joined.length > 0) events.push({ type: 'group.members_added', id, members: change.joined });
    return events;
  }
  const resource = change.type === 'User' ? 'user' : 'group';
  const { before, after } = change;
  if (before === undefined) return after === undefined ? [] : [{ type: `${resource}.created`, id, members: [] }];
  if (after === undefined) return [{ type: `${resource}.deleted`, id, members: [] }];
  return differences(before, after).length === 0 ? [] : [{ type: `${resource}.updated`, id, members: [] }];
}

/** Names of the fields that differ. */
export function differences<State extends UserFacts | GroupState>(one: State, other: State): string[] {
  const others = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one)
    .filter(([field, value]) => value !== others.get(field))
    .map(([field]) => field);
}
