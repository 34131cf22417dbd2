import { pairOf, type Membership, type ResourceRow } from './resource.js';

/** What a batch of commands must see before it can be decided. */
export interface Needs {
  readonly ids: ReadonlySet<string>;
  /** Index keys with the resource type that they belong to: who bears them? */
  readonly keys: readonly { readonly type: string; readonly key: string }[];
  readonly memberships: readonly { readonly groupId: string; readonly memberId: string }[];
  /** Groups whose whole membership is needed. */
  readonly members: ReadonlySet<string>;
  /** Lane keys: is an event about it held? Asked only of a directory that holds some. */
  readonly heldKeys: ReadonlySet<string>;
}

/** The live rows that were asked for; what is not among them does not exist. */
export interface Loaded {
  /** By id and by key, each row once. */
  readonly resources: readonly ResourceRow[];
  readonly memberships: readonly Membership[];
  /** Those of the lane keys that a held event has. */
  readonly heldKeys: readonly string[];
}

export const NO_NEEDS: Needs = { ids: new Set(), keys: [], memberships: [], members: new Set(), heldKeys: new Set() };

export const NOTHING_LOADED: Loaded = { resources: [], memberships: [], heldKeys: [] };

export const mergeNeeds = (...all: readonly Partial<Needs>[]): Needs => ({
  ids: union(all.map(({ ids }) => ids)),
  keys: all.flatMap(({ keys = [] }) => keys),
  memberships: all.flatMap(({ memberships = [] }) => memberships),
  members: union(all.map(({ members }) => members)),
  heldKeys: union(all.map(({ heldKeys }) => heldKeys)),
});

/** Not copied where one has them all: that may be many. */
function union(sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> {
  const [first = NONE, ...others] = sets.filter((set) => set !== undefined && set.size > 0);
  return others.length === 0 ? first : new Set([first, ...others].flatMap((set) => [...(set ?? NONE)]));
}

const NONE: ReadonlySet<string> = new Set();

export const mergeLoaded = (a: Loaded, b: Loaded): Loaded => ({
  resources: mergeRows(a.resources, b.resources, ({ id }) => id),
  memberships: mergeRows(a.memberships, b.memberships, pairOf),
  heldKeys: [...new Set([...a.heldKeys, ...b.heldKeys])],
});

/** Each row once, as it was loaded last. */
function mergeRows<Row>(a: readonly Row[], b: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  return [...new Map([...a, ...b].map((row) => [keyOf(row), row])).values()];
}
