import type { Attributes, AttributeValue } from '../attributes.js';
import type { Filter } from '../filter/parse.js';
import type { AttributePath } from '../path.js';

/** Selects values of a multi-valued attribute. */
interface ValueFilter {
  readonly matches: (value: AttributeValue) => boolean;
  /** What a value that matches has to have, where the filter says only that: `type eq "work"`. Undefined of other filters. */
  readonly seed: Attributes | undefined;
  /** Its tree, for relations, whose values are not at hand. */
  readonly tree: Filter;
  /** How many parts the tree has. */
  readonly parts: number;
  /** As the client wrote it. */
  readonly text: string;
}

/** Where an operation works: an attribute, or a sub-attribute, of all its values or of those that a filter selects. */
export interface Target extends AttributePath {
  readonly filter: ValueFilter | undefined;
}

/**
 * One step of a PATCH, resolved against the schema and with its values in canonical form. A client's operation may come to
 * several, or to none.
 */
export type PatchOperation =
  | { readonly kind: 'add' | 'replace'; readonly target: Target; readonly value: AttributeValue }
  /** `values`: only those that are among them; undefined: all. */
  | { readonly kind: 'remove'; readonly target: Target; readonly values: readonly AttributeValue[] | undefined }
  | { readonly kind: 'removeExtension'; readonly urn: string }
  | { readonly kind: 'members'; readonly edit: MemberEdit };

/** What an operation does to a group's members, without knowing who they are. */
export type MemberEdit =
  | { readonly kind: 'add' | 'replace' | 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'clear' }
  | {
      readonly kind: 'removeWhere';
      readonly matches: (member: { readonly id: string; readonly type: string }) => boolean;
      /** How many parts the filter has. */
      readonly parts: number;
    };
