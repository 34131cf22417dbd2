import { COMMON_ATTRIBUTES } from './schemas/define.js';
import { isAfterUrn } from './leniency.js';
import { oncePer } from './once-per.js';
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
export const ownAttributes = oncePer(({ schema }: ResourceType): readonly Attribute[] => [
  ...COMMON_ATTRIBUTES,
  ...schema.attributes,
]);

/** Attribute names are case-insensitive (RFC 7643 section 2.1). */
export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | undefined {
  if (attributes.length === 0) return undefined;
  const index = byName(attributes);
  // As their schema spells them, as nearly always: no other text has to be made.
  return index.get(name) ?? index.get(name.toLowerCase());
}

const byName = oncePer((attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> => {
  const index = new Map<string, Attribute>();
  for (const attribute of attributes) index.set(attribute.name.toLowerCase(), attribute);
  for (const attribute of attributes) if (!index.has(attribute.name)) index.set(attribute.name, attribute);
  return index;
});

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
const spacesOf = oncePer((type: ResourceType): readonly NameSpace[] =>
  [
    { prefix: type.schema.id.toLowerCase(), extension: undefined, attributes: ownAttributes(type) },
    ...type.extensions.map(({ schema: { id, attributes } }) => ({
      prefix: id.toLowerCase(),
      extension: id,
      attributes,
    })),
  ].sort((a, b) => b.prefix.length - a.prefix.length),
);

function attributePath(
  extension: string | undefined,
  attributes: readonly Attribute[],
  text: string,
): AttributePath | undefined {
  const dot = text.indexOf('.');
  const attribute = findAttribute(attributes, dot === -1 ? text : text.slice(0, dot));
  if (attribute === undefined) return undefined;
  if (dot === -1) return { kind: 'attribute', extension, attribute, sub: undefined };
  // No attribute has a dot in its name, so that a second one leads nowhere.
  const sub = findAttribute(attribute.subAttributes ?? [], text.slice(dot + 1));
  return sub === undefined ? undefined : { kind: 'attribute', extension, attribute, sub };
}

/** As an index key and an error text spell it. */
export const printPath = ({ extension, attribute, sub }: AttributePath): string =>
  `${extension === undefined ? '' : `${extension}:`}${attribute.name}${sub === undefined ? '' : `.${sub.name}`}`;
