import type { Attributes } from '../scim/attributes.js';

/** A resource as a store keeps it. Memberships are rows of their own and never among the attributes. */
export interface ResourceRow {
  /** UUIDv7, ours, stable. */
  readonly id: string;
  /** Name of the resource type, such as `User`. */
  readonly type: string;
  /** 1 for a new resource, one more for each change; `W/"<version>"` is its ETag. */
  readonly version: number;
  /** Milliseconds since the epoch, as every time inside the product. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Everything the client may set, without `id`, `schemas`, `meta` and memberships. */
  readonly attributes: Attributes;
  /** Index keys, `<attribute path>:<normalized value>`, made by `indexKeys` from the schema's attributes. */
  readonly keys: readonly string[];
}

/** A resource whose attributes nobody has parsed yet: most are read only to be written out again. */
export interface ResourceText extends Omit<ResourceRow, 'attributes' | 'keys'> {
  /** The attributes as JSON, as `JSON.stringify` writes them. */
  readonly json: string;
}

/** As the store has it at hand. */
export type StoredResource = ResourceRow | ResourceText;

export const attributesOf = (resource: StoredResource): Attributes =>
  'json' in resource ? (JSON.parse(resource.json) as Attributes) : resource.attributes;

/** That a user or a group is a member of a group. */
export interface Membership {
  readonly groupId: string;
  readonly memberId: string;
  /** Resource type of the member, `User` or `Group`. */
  readonly memberType: string;
}

/** Tells memberships apart: the group's id is ours and has no space. */
export const pairOf = ({ groupId, memberId }: Pick<Membership, 'groupId' | 'memberId'>): string =>
  `${groupId} ${memberId}`;
