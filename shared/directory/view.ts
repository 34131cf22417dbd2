import type { Change } from './commit.js';
import { NO_NEEDS, type Loaded, type Needs } from './needs.js';
import type { Membership, ResourceRow } from './resource.js';

/** Thrown when a decision looks at something that was not loaded: load it, and decide again. */
export class Missing extends Error {
  override readonly name = 'Missing';
  constructor(readonly needs: Needs) {
    super('The decision needs rows that are not loaded yet.');
  }
}

/**
 * A directory as a batch of commands sees it: the rows that were loaded, overlaid with what the batch has decided so far.
 * Looking at a row that nobody asked for throws `Missing`, so that a forgotten load cannot pass for an absent row.
 */
export interface View {
  /** Throws one `Missing` that names everything of `needs` that is not loaded. */
  require(needs: Partial<Needs>): void;
  resource(id: string): ResourceRow | undefined;
  /** Who bears the index key among resources of the type. */
  bearer(type: string, key: string): ResourceRow | undefined;
  membership(groupId: string, memberId: string): Membership | undefined;
  members(groupId: string): Membership[];
  /** Takes decided changes into the overlay, for the commands that follow. */
  apply(changes: readonly Change[]): void;
  /** One image per row: what the whole batch leaves behind. */
  changes(): Change[];
}

/** What is loaded so far, and what was asked for to load it: absent rows are known to be absent. */
export interface Facts {
  readonly asked: Needs;
  readonly loaded: Loaded;
}

export const NO_FACTS: Facts = { asked: NO_NEEDS, loaded: { resources: [], memberships: [] } };

const pairOf = (groupId: string, memberId: string): string => `${groupId} ${memberId}`;
const keyOf = (type: string, key: string): string => `${type} ${key}`;

export function createView({ asked, loaded }: Facts): View {
  const baseResources = new Map(loaded.resources.map((row) => [row.id, row]));
  const baseMemberships = new Map(loaded.memberships.map((row) => [pairOf(row.groupId, row.memberId), row]));
  const askedKeys = new Set(asked.keys.map(({ type, key }) => keyOf(type, key)));
  const askedPairs = new Set(asked.memberships.map(({ groupId, memberId }) => pairOf(groupId, memberId)));

  // The overlay: null where the batch ended a row.
  const resources = new Map<string, ResourceRow | null>();
  const memberships = new Map<string, { readonly row: Membership; readonly live: boolean }>();
  const unlinked = new Set<string>();

  const require = (needs: Partial<Needs>): void => {
    const missing: Needs = {
      ids: new Set([...(needs.ids ?? [])].filter((id) => !asked.ids.has(id) && !baseResources.has(id) && !resources.has(id))),
      keys: (needs.keys ?? []).filter(({ type, key }) => !askedKeys.has(keyOf(type, key))),
      memberships: (needs.memberships ?? []).filter(
        ({ groupId, memberId }) =>
          !askedPairs.has(pairOf(groupId, memberId)) &&
          !asked.members.has(groupId) &&
          !memberships.has(pairOf(groupId, memberId)) &&
          !isNew(groupId),
      ),
      members: new Set([...(needs.members ?? [])].filter((id) => !asked.members.has(id) && !isNew(id))),
    };
    if (missing.ids.size + missing.keys.length + missing.memberships.length + missing.members.size > 0) {
      throw new Missing(missing);
    }
  };

  /** Made by this batch, so the store can know nothing of it. */
  const isNew = (id: string): boolean => resources.has(id) && !baseResources.has(id);

  const isUnlinked = (row: Membership): boolean => unlinked.has(row.groupId) || unlinked.has(row.memberId);

  const current = (id: string): ResourceRow | undefined => {
    const staged = resources.get(id);
    return staged === null ? undefined : (staged ?? baseResources.get(id));
  };

  const applyOne = (change: Change): void => {
    switch (change.kind) {
      case 'put':
        resources.set(change.resource.id, change.resource);
        return;
      case 'delete':
        resources.set(change.id, null);
        return;
      case 'join':
      case 'leave': {
        const { membership: row } = change;
        memberships.set(pairOf(row.groupId, row.memberId), { row, live: change.kind === 'join' });
        return;
      }
      case 'unlink':
        // The range in the commit reaches rows of earlier commits; what this batch itself staged simply never happens.
        for (const [pair, { row }] of memberships) {
          if (row.groupId === change.id || row.memberId === change.id) memberships.delete(pair);
        }
        unlinked.add(change.id);
        return;
      case 'sweep':
        throw new Error('A directory is deleted by a commit of its own, not in a batch.');
    }
  };

  return {
    require,
    resource(id) {
      require({ ids: new Set([id]) });
      return current(id);
    },
    bearer(type, key) {
      require({ keys: [{ type, key }] });
      for (const staged of resources.values()) {
        if (staged?.type === type && staged.keys.includes(key)) return staged;
      }
      return loaded.resources.find(
        (row) => row.type === type && row.keys.includes(key) && current(row.id)?.keys.includes(key) === true,
      );
    },
    membership(groupId, memberId) {
      require({ memberships: [{ groupId, memberId }] });
      const staged = memberships.get(pairOf(groupId, memberId));
      if (staged !== undefined) return staged.live ? staged.row : undefined;
      const row = baseMemberships.get(pairOf(groupId, memberId));
      return row !== undefined && !isUnlinked(row) ? row : undefined;
    },
    members(groupId) {
      require({ members: new Set([groupId]) });
      const rows = new Map<string, Membership>();
      for (const row of loaded.memberships) {
        if (row.groupId === groupId && !isUnlinked(row)) rows.set(row.memberId, row);
      }
      for (const { row, live } of memberships.values()) {
        if (row.groupId !== groupId) continue;
        if (live) rows.set(row.memberId, row);
        else rows.delete(row.memberId);
      }
      return [...rows.values()];
    },
    apply(changes) {
      changes.forEach(applyOne);
    },
    changes() {
      return [
        ...[...unlinked].filter((id) => baseResources.has(id)).map((id): Change => ({ kind: 'unlink', id })),
        ...[...resources].flatMap(([id, row]): Change[] => {
          const before = baseResources.get(id);
          if (row !== null) return [{ kind: 'put', resource: row, isNew: before === undefined }];
          return before === undefined ? [] : [{ kind: 'delete', type: before.type, id }];
        }),
        ...[...memberships].flatMap(([pair, { row, live }]): Change[] => {
          const wasLive = baseMemberships.has(pair);
          if (live === wasLive) return [];
          return [{ kind: live ? 'join' : 'leave', membership: row }];
        }),
      ];
    },
  };
}
