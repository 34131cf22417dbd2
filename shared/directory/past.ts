import { isErased } from '../events/erase.js';
import type { DirectoryEvent, GroupData, UserData } from '../events/event.js';
import type { Membership } from './resource.js';

/**
 * What a directory was at an earlier `seq`. Of each thing, its first event after that `seq` tells what it was then; what no
 * event is about is as it is now. So the present rows and the events since are enough, in whatever order they are read, as long
 * as the events are read after the rows. A user whose personal data was erased since is left out, as if it had never been there.
 */

/** `updatedAt` is null where a later change has taken its place: events tell no older one. */
export type AsOf<Data> = Omit<Data, 'updatedAt'> & { readonly updatedAt: string | null };

type Data = UserData | GroupData;

export interface PastResources {
  take(event: DirectoryEvent): void;
  /**
   * What is known of those whose id is above `after` and, where given, not above `upTo`: undefined of one that was not there.
   * Forgets them; so ask from the lowest ids to the highest.
   */
  between(type: 'User' | 'Group', after: string, upTo: string | undefined): Map<string, AsOf<Data> | undefined>;
  readonly size: number;
}

/** `wants`: which ids to keep; all of them unless told otherwise. */
export function pastResources(wants: (id: string) => boolean = () => true): PastResources {
  const known = { User: new Map<string, AsOf<Data> | undefined>(), Group: new Map<string, AsOf<Data> | undefined>() };
  const keep = (type: 'User' | 'Group', id: string, was: () => AsOf<Data> | undefined): void => {
    if (wants(id) && !known[type].has(id)) known[type].set(id, was());
  };
  return {
    take(event) {
      switch (event.type) {
        case 'user.created':
          return keep('User', event.data.id, () => undefined);
        case 'group.created':
          return keep('Group', event.data.id, () => undefined);
        case 'user.deleted':
          return keep('User', event.data.id, () => (isErased(event.data) ? undefined : event.data));
        case 'group.deleted':
          return keep('Group', event.data.id, () => event.data);
        case 'user.updated':
          return keep('User', event.data.id, () =>
            isErased(event.data) ? undefined : before(event.data, event.previous),
          );
        case 'group.updated':
          return keep('Group', event.data.id, () => before(event.data, event.previous));
        case 'group.members_added':
        case 'group.members_removed':
          return keep('Group', event.data.group.id, () => before(event.data.group, {}));
        default: // of declared resources and of the directory itself, nothing is told of the past
      }
    },
    between(type, after, upTo) {
      const found = new Map([...known[type]].filter(([id]) => id > after && (upTo === undefined || id <= upTo)));
      for (const id of found.keys()) known[type].delete(id);
      return found;
    },
    get size() {
      return known.User.size + known.Group.size;
    },
  };
}

/** A change makes one version, however many events tell of it. */
const before = <T extends Data>(data: T, previous: object): AsOf<T> => ({
  ...data,
  ...previous,
  version: data.version - 1,
  updatedAt: null,
});

export interface PastMemberships {
  take(event: DirectoryEvent): void;
  /** What the deletion that was taken last has ended: `ResourceReader.endedWith`. */
  restore(ended: readonly Membership[]): void;
  /** The memberships of these members then, given those that they have now. Forgets what it knew of them. */
  of(memberIds: readonly string[], now: readonly Membership[]): Membership[];
  readonly size: number;
}

export function pastMemberships(): PastMemberships {
  /** By member and group: the membership, or undefined where there was none. */
  const known = new Map<string, Map<string, Membership | undefined>>();
  let size = 0;
  const keep = (membership: Membership, wasThere: boolean): void => {
    const { groupId, memberId } = membership;
    const groups = known.get(memberId) ?? new Map<string, Membership | undefined>();
    if (groups.has(groupId)) return;
    size += 1;
    known.set(memberId, groups.set(groupId, wasThere ? membership : undefined));
  };
  return {
    take(event) {
      if (event.type !== 'group.members_added' && event.type !== 'group.members_removed') return;
      const { group, members } = event.data;
      const wasThere = event.type === 'group.members_removed';
      for (const { id, type } of members) keep({ groupId: group.id, memberId: id, memberType: type }, wasThere);
    },
    restore(ended) {
      for (const membership of ended) keep(membership, true);
    },
    of(memberIds, now) {
      const groupsOf = new Map<string, Map<string, Membership | undefined>>(memberIds.map((id) => [id, new Map()]));
      for (const row of now) groupsOf.get(row.memberId)?.set(row.groupId, row);
      for (const [memberId, groups] of groupsOf) {
        const changed = known.get(memberId);
        known.delete(memberId);
        size -= changed?.size ?? 0;
        for (const [groupId, was] of changed ?? []) groups.set(groupId, was);
      }
      return [...groupsOf.values()].flatMap((groups) => [...groups.values()].filter((row) => row !== undefined));
    },
    get size() {
      return size;
    },
  };
}
