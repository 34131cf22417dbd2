import type { Change } from './commit.js';
import { NO_NEEDS, NOTHING_LOADED, type Loaded, type Needs } from './needs.js';
import { pairOf, type Membership, type ResourceRow } from './resource.js';

/** Thrown when a decision looks at something that was not loaded: load it, and decide again. */
export class Missing extends Error {
  override readonly name = 'Missing';
  constructor(readonly needs: Needs) {
    super('The decision needs rows that are not loaded yet.');
  }
}

/** What is loaded so far, and what was asked for to load it: absent rows are known to be absent. */
export interface Facts {
  readonly asked: Needs;
  readonly loaded: Loaded;
}

export const NO_FACTS: Facts = { asked: NO_NEEDS, loaded: NOTHING_LOADED };

const keyOf = (type: string, key: string): string => `${type} ${key}`;

/**
 * A directory as a batch of commands sees it: the rows that were loaded, overlaid with what the batch has decided so far.
 * Looking at a row that nobody asked for throws `Missing`, so that a forgotten load cannot pass for an absent row.
 */
export class View {
  readonly #loaded: Loaded;
  readonly #asked: Needs;
  readonly #askedKeys: ReadonlySet<string>;
  readonly #askedPairs: ReadonlySet<string>;
  readonly #resourcesBefore: ReadonlyMap<string, ResourceRow>;
  readonly #membershipsBefore: ReadonlyMap<string, Membership>;
  readonly #heldBefore: ReadonlySet<string>;

  /** The overlay: null where the batch ended a row. */
  readonly #resources = new Map<string, ResourceRow | null>();
  readonly #memberships = new Map<string, { readonly row: Membership; readonly live: boolean }>();
  readonly #unlinked = new Set<string>();

  constructor({ asked, loaded }: Facts) {
    this.#loaded = loaded;
    this.#asked = asked;
    this.#askedKeys = new Set(asked.keys.map(({ type, key }) => keyOf(type, key)));
    this.#askedPairs = new Set(asked.memberships.map(pairOf));
    this.#resourcesBefore = new Map(loaded.resources.map((row) => [row.id, row]));
    this.#membershipsBefore = new Map(loaded.memberships.map((row) => [pairOf(row), row]));
    this.#heldBefore = new Set(loaded.heldKeys);
  }

  /** Throws one `Missing` that names everything of `needs` that is not loaded. */
  require(needs: Partial<Needs>): void {
    const missing: Needs = {
      ids: new Set([...(needs.ids ?? [])].filter((id) => !this.#knowsResource(id))),
      keys: (needs.keys ?? []).filter(({ type, key }) => !this.#askedKeys.has(keyOf(type, key))),
      memberships: (needs.memberships ?? []).filter((pair) => !this.#knowsMembership(pair)),
      members: new Set([...(needs.members ?? [])].filter((id) => !this.#knowsMembers(id))),
      heldKeys: new Set([...(needs.heldKeys ?? [])].filter((key) => !this.#asked.heldKeys.has(key))),
    };
    const { ids, keys, memberships, members, heldKeys } = missing;
    if (ids.size + keys.length + memberships.length + members.size + heldKeys.size > 0) throw new Missing(missing);
  }

  resource(id: string): ResourceRow | undefined {
    // Not by `require`, which is for many: a large group asks for each of its members.
    if (!this.#knowsResource(id)) throw new Missing({ ...NO_NEEDS, ids: new Set([id]) });
    return this.#current(id);
  }

  /** Who bears the index key among resources of the type. */
  bearer(type: string, key: string): ResourceRow | undefined {
    this.require({ keys: [{ type, key }] });
    for (const staged of this.#resources.values()) {
      if (staged?.type === type && staged.keys.includes(key)) return staged;
    }
    return this.#loaded.resources.find(
      (row) => row.type === type && row.keys.includes(key) && this.#current(row.id)?.keys.includes(key) === true,
    );
  }

  membership(groupId: string, memberId: string): Membership | undefined {
    if (!this.#knowsMembership({ groupId, memberId })) {
      throw new Missing({ ...NO_NEEDS, memberships: [{ groupId, memberId }] });
    }
    const pair = pairOf({ groupId, memberId });
    const staged = this.#memberships.get(pair);
    if (staged !== undefined) return staged.live ? staged.row : undefined;
    const row = this.#membershipsBefore.get(pair);
    return row !== undefined && !this.#isUnlinked(row) ? row : undefined;
  }

  members(groupId: string): Membership[] {
    this.require({ members: new Set([groupId]) });
    const rows = new Map<string, Membership>();
    for (const row of this.#loaded.memberships) {
      if (row.groupId === groupId && !this.#isUnlinked(row)) rows.set(row.memberId, row);
    }
    for (const { row, live } of this.#memberships.values()) {
      if (row.groupId !== groupId) continue;
      if (live) rows.set(row.memberId, row);
      else rows.delete(row.memberId);
    }
    return [...rows.values()];
  }

  /** Whether earlier commits hold an event about it; what this batch holds is not looked at. */
  isHeld(laneKey: string): boolean {
    this.require({ heldKeys: new Set([laneKey]) });
    return this.#heldBefore.has(laneKey);
  }

  /** Takes decided changes into the overlay, for the commands that follow. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) this.#applyOne(change);
  }

  /** One image per row: what the whole batch leaves behind. */
  changes(): Change[] {
    const unlinks = [...this.#unlinked].filter((id) => this.#resourcesBefore.has(id));
    return [
      ...unlinks.map((id): Change => ({ kind: 'unlink', id })),
      ...[...this.#resources].flatMap(([id, row]): Change[] => {
        const before = this.#resourcesBefore.get(id);
        if (row !== null) return [{ kind: 'put', resource: row, isNew: before === undefined }];
        return before === undefined ? [] : [{ kind: 'delete', type: before.type, id }];
      }),
      ...[...this.#memberships].flatMap(([pair, { row, live }]): Change[] => {
        if (live === this.#membershipsBefore.has(pair)) return [];
        return [{ kind: live ? 'join' : 'leave', membership: row }];
      }),
    ];
  }

  #applyOne(change: Change): void {
    switch (change.kind) {
      case 'put':
        this.#resources.set(change.resource.id, change.resource);
        return;
      case 'delete':
        this.#resources.set(change.id, null);
        return;
      case 'join':
      case 'leave':
        this.#memberships.set(pairOf(change.membership), { row: change.membership, live: change.kind === 'join' });
        return;
      case 'unlink':
        // The range in the commit reaches rows of earlier commits; what this batch itself staged simply never happens.
        for (const [pair, { row }] of this.#memberships) {
          if (row.groupId === change.id || row.memberId === change.id) this.#memberships.delete(pair);
        }
        this.#unlinked.add(change.id);
        return;
      case 'hold':
      case 'unhold':
      case 'sweep':
        throw new Error(`No command decides on ${change.kind}: it is for the whole directory, not for the view.`);
    }
  }

  #current(id: string): ResourceRow | undefined {
    const staged = this.#resources.get(id);
    return staged === null ? undefined : (staged ?? this.#resourcesBefore.get(id));
  }

  #isUnlinked(row: Membership): boolean {
    return this.#unlinked.has(row.groupId) || this.#unlinked.has(row.memberId);
  }

  #knowsResource(id: string): boolean {
    return this.#asked.ids.has(id) || this.#resourcesBefore.has(id) || this.#resources.has(id);
  }

  #knowsMembership(pair: Pick<Membership, 'groupId' | 'memberId'>): boolean {
    return (
      this.#askedPairs.has(pairOf(pair)) ||
      this.#memberships.has(pairOf(pair)) ||
      this.#knowsMembers(pair.groupId) ||
      this.#isMadeHere(pair.memberId)
    );
  }

  /** Of a group that this batch made, the store can know nothing. */
  #knowsMembers(groupId: string): boolean {
    return this.#asked.members.has(groupId) || this.#isMadeHere(groupId);
  }

  #isMadeHere(id: string): boolean {
    return this.#resources.has(id) && !this.#resourcesBefore.has(id);
  }
}
