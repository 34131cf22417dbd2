import { InvalidValue } from './errors.js';
import { oncePer } from './once-per.js';
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

/**
 * The rendered resource as the client asked to see it, as far as each attribute's `returned` allows (RFC 7643 section 7): `always`
 * stays, `never` goes, `request` is shown only where `attributes` names it.
 */
export function project(
  type: ResourceType,
  rendered: Record<string, unknown>,
  projection: Projection,
): Record<string, unknown> {
  const hidesNothing =
    projection.kind === 'default' && !selectiveOf(type).some(({ name }) => Object.hasOwn(rendered, name));
  return hidesNothing ? rendered : pick(shownBy(type), rendered, projection);
}

/** An attribute, or an extension as if it were a complex one. */
interface Shown {
  readonly name: string;
  readonly returned?: Attribute['returned'];
  readonly subAttributes?: readonly Shown[];
}

const shownBy = oncePer((type: ResourceType): readonly Shown[] => [
  ...ownAttributes(type),
  ...type.extensions.map(({ schema }) => ({ name: schema.id, subAttributes: schema.attributes })),
]);

/** Whether part of it is hidden unless it is asked for. */
const isSelective = ({ returned, subAttributes = [] }: Shown): boolean =>
  returned === 'request' || returned === 'never' || subAttributes.some(isSelective);

/** Those of a resource that are hidden, or parts of them, unless they are asked for. */
export const selectiveOf = oncePer((type: ResourceType): readonly Shown[] => shownBy(type).filter(isSelective));

const DEFAULT: Projection = { kind: 'default' };
const ONLY_ALWAYS: Projection = { kind: 'only', parts: new Map() };

function pick(
  attributes: readonly Shown[],
  object: Readonly<Record<string, unknown>>,
  projection: Projection,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributes.find((candidate) => candidate.name === name) ?? { name };
    const inside = insideOf(attribute, projection);
    const shown = inside && pickInside(attribute, value, inside);
    if (shown !== undefined) picked[name] = shown;
  }
  return picked;
}

/** How to look at what is inside an attribute; undefined when nothing of it is shown. */
function insideOf({ name, returned }: Shown, projection: Projection): Projection | undefined {
  if (returned === 'never') return undefined;
  if (projection.kind === 'default') return returned === 'request' ? undefined : DEFAULT;
  const { kind } = projection;
  const part = projection.parts.get(name);
  if (kind === 'without' && returned === 'request') return undefined;
  if (part !== undefined && part !== 'whole') return { kind, parts: part };
  const isNamed = part === 'whole';
  if (returned === 'always' || isNamed === (kind === 'only')) return DEFAULT;
  // What is always returned is so in an extension too.
  return name.includes(':') ? ONLY_ALWAYS : undefined;
}

/** Of a complex value, or of each of several, what is to be seen; undefined when nothing of it is: an empty value is none. */
function pickInside(attribute: Shown, value: unknown, projection: Projection): unknown {
  const { subAttributes = [] } = attribute;
  if (projection.kind === 'default' && !subAttributes.some(isSelective)) return value;
  if (Array.isArray(value)) {
    const shown = value.flatMap((item) => pickInside(attribute, item, projection) ?? []);
    return shown.length === 0 ? undefined : shown;
  }
  const picked = isObject(value) ? pick(subAttributes, value, projection) : {};
  return Object.keys(picked).length === 0 ? undefined : picked;
}

function readParts(type: ResourceType, list: string): ReadonlyMap<string, Parts> {
  const parts: Tree = new Map();
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

type Tree = Map<string, 'whole' | Tree>;

/** The whole of an attribute outweighs any part of it. */
function put(parts: Tree, [name = '', ...rest]: readonly string[]): void {
  const known = parts.get(name);
  if (known === 'whole') return;
  if (rest.length === 0) {
    parts.set(name, 'whole');
    return;
  }
  const inner = known ?? new Map<string, 'whole' | Tree>();
  put(inner, rest);
  parts.set(name, inner);
}
