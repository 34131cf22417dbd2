import { InvalidValue } from './errors.js';
import { ownAttributes, resolvePath } from './path.js';
import type { Attribute, ResourceType } from './schema.js';
import { isObject } from './values.js';

/**
 * Which attributes a client wants to see (RFC 7644 section 3.9). Keys are an attribute's name or an extension's URN; a value
 * names the parts of it, or is 'whole'.
 */
export type Projection =
  { readonly kind: 'default' } | { readonly kind: 'only' | 'without'; readonly parts: ReadonlyMap<string, Parts> };

type Parts = 'whole' | ReadonlyMap<string, Parts>;

/** Reads `attributes` or `excludedAttributes`. Names that the type does not have are ignored; throws `InvalidValue` of both at once. */
export function readProjection(type: ResourceType, query: Readonly<Record<string, string>>): Projection {
  const { attributes = '', excludedAttributes = '' } = query;
  if (attributes !== '' && excludedAttributes !== '') {
    throw new InvalidValue('attributes and excludedAttributes exclude each other. Send one of them.');
  }
  if (attributes !== '') return { kind: 'only', parts: readParts(type, attributes) };
  return excludedAttributes === ''
    ? { kind: 'default' }
    : { kind: 'without', parts: readParts(type, excludedAttributes) };
}

/** Whether an attribute of the type's own will be shown, in part or as a whole. */
export function wants(projection: Projection, name: string): boolean {
  switch (projection.kind) {
    case 'default':
      return true;
    case 'only':
      return projection.parts.has(name);
    case 'without':
      return projection.parts.get(name) !== 'whole';
  }
}

/** The rendered resource as the client asked to see it. Attributes returned `always` stay. */
export function project(
  type: ResourceType,
  rendered: Record<string, unknown>,
  projection: Projection,
): Record<string, unknown> {
  if (projection.kind === 'default') return rendered;
  const extensions = type.extensions.map(({ schema }) => ({ name: schema.id, subAttributes: schema.attributes }));
  return pick([...ownAttributes(type), ...extensions], rendered, projection.kind, projection.parts);
}

type Shown = Pick<Attribute, 'name' | 'subAttributes'> & Partial<Pick<Attribute, 'returned'>>;

function pick(
  attributes: readonly Shown[],
  object: Readonly<Record<string, unknown>>,
  kind: 'only' | 'without',
  parts: ReadonlyMap<string, Parts>,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributes.find((candidate) => candidate.name === name);
    const part = parts.get(name);
    const isWhole = attribute?.returned === 'always' || (part === 'whole') === (kind === 'only');
    if (part !== undefined && part !== 'whole') {
      const shown = pickInside(attribute?.subAttributes ?? [], value, kind, part);
      if (shown !== undefined) picked[name] = shown;
    } else if (isWhole) picked[name] = value;
  }
  return picked;
}

/** Of a complex value, or of each of several, what is to be seen; undefined when nothing of it is: an empty value is none. */
function pickInside(
  attributes: readonly Shown[],
  value: unknown,
  kind: 'only' | 'without',
  parts: ReadonlyMap<string, Parts>,
): unknown {
  if (Array.isArray(value)) {
    const shown = value.flatMap((item) => pickInside(attributes, item, kind, parts) ?? []);
    return shown.length === 0 ? undefined : shown;
  }
  const picked = isObject(value) ? pick(attributes, value, kind, parts) : {};
  return Object.keys(picked).length === 0 ? undefined : picked;
}

function readParts(type: ResourceType, list: string): ReadonlyMap<string, Parts> {
  const parts = new Map<string, Parts>();
  for (const text of list.split(',')) {
    const path = resolvePath(type, text.trim());
    if (path === undefined) continue;
    const names = path.kind === 'extension' ? [path.urn] : [path.extension, path.attribute.name, path.sub?.name];
    put(
      parts,
      names.filter((name) => name !== undefined),
    );
  }
  return parts;
}

/** The whole of an attribute outweighs any part of it. */
function put(parts: Map<string, Parts>, [name = '', ...rest]: readonly string[]): void {
  const known = parts.get(name);
  if (known === 'whole') return;
  if (rest.length === 0) {
    parts.set(name, 'whole');
    return;
  }
  const inner = new Map(known);
  put(inner, rest);
  parts.set(name, inner);
}
