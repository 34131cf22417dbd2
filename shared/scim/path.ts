import { COMMON_ATTRIBUTES } from './schemas/define.js';
import { isAfterUrn } from './leniency.js';
import type { Attribute, ResourceType } from './schema.js';

/** What an attribute path (RFC 7644 section 3.10) means for a resource type. */
export type ResolvedPath =
  { readonly kind: 'extension'; readonly urn: string; readonly attributes: readonly Attribute[] } | AttributePath;

export interface AttributePath {
  readonly kind: 'attribute';
  /** URN of the extension that the attribute belongs to; undefined of the type's own. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

/** The type's own attributes: the common ones and its schema's. */
export function ownAttributes(type: ResourceType): readonly Attribute[] {
  const known = OWN.get(type);
  if (known !== undefined) return known;
  const all = [...COMMON_ATTRIBUTES, ...type.schema.attributes];
  OWN.set(type, all);
  return all;
}

const OWN = new WeakMap<ResourceType, readonly Attribute[]>();

/** Attribute names are case-insensitive (RFC 7643 section 2.1). */
export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | undefined {
  let index = BY_NAME.get(attributes);
  if (index === undefined) {
    index = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
    BY_NAME.set(attributes, index);
  }
  return index.get(name.toLowerCase());
}

const BY_NAME = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

/**
 * Resolves `attribute`, `attribute.sub`, each with a schema's URN and a colon before it, or an extension's URN alone. Undefined
 * when the type has no such attribute. URNs have dots of their own ("2.0"), so the known ones are taken off first.
 */
export function resolvePath(type: ResourceType, text: string): ResolvedPath | undefined {
  // No attribute has a colon in its name.
  if (!text.includes(':')) return attributePath(undefined, ownAttributes(type), text);
  const lower = text.toLowerCase();
  for (const { prefix, extension, attributes } of spacesOf(type)) {
    if (!lower.startsWith(prefix)) continue;
    if (lower.length === prefix.length && extension !== undefined) {
      return { kind: 'extension', urn: extension, attributes };
    }
    const path = isAfterUrn(lower.charAt(prefix.length))
      ? attributePath(extension, attributes, text.slice(prefix.length + 1))
      : undefined;
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The attributes of a schema, and its URN in lower case. */
interface NameSpace {
  readonly prefix: string;
  readonly extension: string | undefined;
  readonly attributes: readonly Attribute[];
}

/** Longest URN first: one may begin another. */
function spacesOf(type: ResourceType): readonly NameSpace[] {
  const known = SPACES.get(type);
  if (known !== undefined) return known;
  const spaces = [
    { prefix: type.schema.id.toLowerCase(), extension: undefined, attributes: ownAttributes(type) },
    ...type.extensions.map(({ schema: { id, attributes } }) => ({
      prefix: id.toLowerCase(),
      extension: id,
      attributes,
    })),
  ].sort((a, b) => b.prefix.length - a.prefix.length);
  SPACES.set(type, spaces);
  return spaces;
}

const SPACES = new WeakMap<ResourceType, readonly NameSpace[]>();

function attributePath(
  extension: string | undefined,
  attributes: readonly Attribute[],
  text: string,
): AttributePath | undefined {
  const [name = '', subName, more] = text.split('.', 3);
  const attribute = findAttribute(attributes, name);
  if (attribute === undefined || more !== undefined) return undefined;
  if (subName === undefined) return { kind: 'attribute', extension, attribute, sub: undefined };
  const sub = findAttribute(attribute.subAttributes ?? [], subName);
  return sub === undefined ? undefined : { kind: 'attribute', extension, attribute, sub };
}

/** As an index key and an error text spell it. */
export const printPath = ({ extension, attribute, sub }: AttributePath): string =>
  `${extension === undefined ? '' : `${extension}:`}${attribute.name}${sub === undefined ? '' : `.${sub.name}`}`;
