import { COMMON_ATTRIBUTES } from './schemas/define.js';
import { dotAfterUrn } from './leniency.js';
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
  const path = resolveExactly(type, text);
  if (path !== undefined) return path;
  const corrected = dotAfterUrn(type, text);
  return corrected === undefined ? undefined : resolveExactly(type, corrected);
}

function resolveExactly(type: ResourceType, text: string): ResolvedPath | undefined {
  const own = below(type.schema.id, text);
  if (own !== undefined) return attributePath(undefined, ownAttributes(type), own);
  for (const { schema } of type.extensions) {
    if (schema.id.toLowerCase() === text.toLowerCase()) {
      return { kind: 'extension', urn: schema.id, attributes: schema.attributes };
    }
    const rest = below(schema.id, text);
    if (rest !== undefined) return attributePath(schema.id, schema.attributes, rest);
  }
  return attributePath(undefined, ownAttributes(type), text);
}

/** What follows `urn:` in `text`, if it starts with that. */
function below(urn: string, text: string): string | undefined {
  const prefix = `${urn.toLowerCase()}:`;
  return text.toLowerCase().startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

function attributePath(
  extension: string | undefined,
  attributes: readonly Attribute[],
  text: string,
): AttributePath | undefined {
  const [name = '', subName, ...more] = text.split('.');
  const attribute = findAttribute(attributes, name);
  if (attribute === undefined || more.length > 0) return undefined;
  if (subName === undefined) return { kind: 'attribute', extension, attribute, sub: undefined };
  const sub = findAttribute(attribute.subAttributes ?? [], subName);
  return sub === undefined ? undefined : { kind: 'attribute', extension, attribute, sub };
}

/** As an index key and an error text spell it. */
export const printPath = ({ extension, attribute, sub }: AttributePath): string =>
  `${extension === undefined ? '' : `${extension}:`}${attribute.name}${sub === undefined ? '' : `.${sub.name}`}`;
