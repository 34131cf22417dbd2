import type { Change } from './commit.js';
import { NO_NEEDS, NOTHING_LOADED, type Loaded, type Needs } from './needs.js';
import type { Membership, ResourceRow } from './resource.js';

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

type Pair = Pick<Membership, 'groupId' | 'memberId'>;

function pairsIn(pairs: readonly Pair[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { groupId, memberId } of pairs) {
    const known = all.get(groupId);
    if (known === undefined) all.set(groupId, new Set([memberId]));
    else known.add(memberId);
  }
  return all;
}

function byGroup(rows: readonly Membership[]): ReadonlyMap<string, ReadonlyMap<string, Membership>> {
  const all = new Map<string, Map<string, Membership>>();
  for (const row of rows) inner(all, row.groupId).set(row.memberId, row);
  return all;
}

/** The map under a key, made when it is not there. */
function inner<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, Value>();
  maps.set(key, made);
  return made;
}

const keyOf = (type: string, key: string): string => `${type} ${key}`;

/**
 * A directory as a batch of commands sees it: the rows that were loaded, overlaid with what the batch has decided so far.
 * Looking at a row that nobody asked for throws `Missing`, so that a forgotten load cannot pass for an absent row.
 */
export class View {
  readonly #loaded: Loaded;
  readonly #asked: Needs;
  readonly #askedKeys: ReadonlySet<string>;
  /** Members by their groups, and so on: texts made of two ids would be made many times over. */
  readonly #askedPairs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #resourcesBefore: ReadonlyMap<string, ResourceRow>;
  readonly #membershipsBefore: ReadonlyMap<string, ReadonlyMap<string, Membership>>;
  readonly #heldBefore: ReadonlySet<string>;

  /** The overlay: null where the batch ended a row. */
  readonly #resources = new Map<string, ResourceRow | null>();
  readonly #memberships = new Map<string, Map<string, { readonly row: Membership; readonly live: boolean }>>();
  readonly #unlinked = new Set<string>();

  constructor({ asked, loaded }: Facts) {
    this.#loaded = loaded;
    this.#asked = asked;
    this.#askedKeys = new Set(asked.keys.map(({ type, key }) => keyOf(type, key)));
    this.#askedPairs = pairsIn(asked.memberships);
    this.#resourcesBefore = new Map(loaded.resources.map((row) => [row.id, row]));
    this.#membershipsBefore = byGroup(loaded.memberships);
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
    const row = this.#current(id);
    if (row === undefined && !this.#knowsResource(id)) throw new Missing({ ...NO_NEEDS, ids: new Set([id]) });
    return row;
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
    const staged = this.#memberships.get(groupId)?.get(memberId);
    if (staged !== undefined) return staged.live ? staged.row : undefined;
    const row = this.#membershipsBefore.get(groupId)?.get(memberId);
    return row !== undefined && !this.#isUnlinked(row) ? row : undefined;
  }

  members(groupId: string): Membership[] {
    this.require({ members: new Set([groupId]) });
    const rows = new Map<string, Membership>();
    for (const [memberId, row] of this.#membershipsBefore.get(groupId) ?? []) {
      if (!this.#isUnlinked(row)) rows.set(memberId, row);
    }
    for (const [memberId, { row, live }] of this.#memberships.get(groupId) ?? []) {
      if (live) rows.set(memberId, row);
      else rows.delete(memberId);
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
      ...this.#movements(),
    ];
  }

  #movements(): Change[] {
    const changes: Change[] = [];
    for (const [groupId, members] of this.#memberships) {
      const before = this.#membershipsBefore.get(groupId);
      for (const [memberId, { row, live }] of members) {
        if (live !== (before?.has(memberId) ?? false)) changes.push({ kind: live ? 'join' : 'leave', membership: row });
      }
    }
    return changes;
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
        inner(this.#memberships, change.membership.groupId).set(change.membership.memberId, {
          row: change.membership,
          live: change.kind === 'join',
        });
        return;
      case 'unlink':
        // The range in the commit reaches rows of earlier commits; what this batch itself staged simply never happens.
        this.#memberships.delete(change.id);
        for (const members of this.#memberships.values()) members.delete(change.id);
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

  #knowsMembership(pair: Pair): boolean {
    return (
      this.#askedPairs.get(pair.groupId)?.has(pair.memberId) === true ||
      this.#memberships.get(pair.groupId)?.has(pair.memberId) === true ||
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
