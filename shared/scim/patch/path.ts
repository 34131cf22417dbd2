import type { Attributes } from '../attributes.js';
import { InvalidFilter, InvalidPath } from '../errors.js';
import { compileValueFilter } from '../filter/evaluate.js';
import { parseFilter, partsOf, type Filter } from '../filter/parse.js';
import { findAttribute, resolvePath, type AttributePath, type ResolvedPath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { readSingle } from '../values.js';
import type { Target } from './operation.js';

/** What a path leads to: an attribute, or an extension as a whole. */
type PatchPath = Target | Exclude<ResolvedPath, { kind: 'attribute' }>;

/** `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`, each with a URN before it; or a URN alone. */
function partsOfPath(path: string): { name: string; filter: string | undefined; sub: string | undefined } | undefined {
  const open = path.indexOf('[');
  if (open === -1) return { name: path, filter: undefined, sub: undefined };
  const close = path.lastIndexOf(']');
  const [name, rest] = [path.slice(0, open), path.slice(close + 1)];
  if (close < open || name.includes(']') || (rest !== '' && !SUB.test(rest))) return undefined;
  return { name, filter: path.slice(open + 1, close), sub: rest === '' ? undefined : rest.slice(1) };
}

const SUB = /^\.[\w$-]+$/;

/** Reads a PATCH path (RFC 7644 section 3.5.2, figure 7). Throws `InvalidPath` or, for what is in brackets, `InvalidFilter`. */
export function readPath(type: ResourceType, text: string): PatchPath {
  const path = findPath(type, text);
  if (path !== undefined) return path;
  const fix = adviceOn(type, text);
  throw new InvalidPath(`The path ${JSON.stringify(text)} names no attribute of ${type.name}. ${fix}`);
}

/** Who reads it sees a log of the identity provider, where the path comes from a mapping of attributes. */
function adviceOn(type: ResourceType, text: string): string {
  const urn = type.extensions.map(({ schema }) => schema.id).find((id) => resolvePath(type, `${id}:${text}`));
  if (urn !== undefined) return `Map to ${urn}:${text}, the attribute of the extension.`;
  return 'Take it out of the attribute mapping, or declare a schema that has it. GET /Schemas lists them all.';
}

/** As `readPath`, but undefined when the type has no such attribute. */
export function findPath(type: ResourceType, text: string): PatchPath | undefined {
  const parts = partsOfPath(text.trim());
  if (parts === undefined) return undefined;
  const { name, filter: filterText, sub: subName } = parts;
  const resolved = resolvePath(type, name);
  if (resolved === undefined) return undefined;
  if (filterText === undefined) return resolved.kind === 'extension' ? resolved : unfiltered(resolved);
  if (resolved.kind === 'extension' || resolved.sub !== undefined || !resolved.attribute.multiValued) {
    throw new InvalidPath(
      `The path ${JSON.stringify(text)} selects values of something that is not multi-valued. Leave out the brackets.`,
    );
  }
  const { attribute } = resolved;
  return { ...resolved, sub: subOf(attribute, subName, text), filter: readFilter(attribute, filterText, text) };
}

const unfiltered = ({ kind, extension, attribute, sub }: AttributePath): Target => ({
  kind,
  extension,
  attribute,
  sub,
  filter: undefined,
});

/** A message may have many paths: what is wrong with a filter is told with the one that has it. */
function readFilter(attribute: Attribute, text: string, path: string): Target['filter'] {
  try {
    const tree = parseFilter(text);
    const matches = compileValueFilter(attribute, tree);
    return { matches, seed: seedOf(attribute, tree), text, tree, parts: partsOf(tree) };
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    throw new InvalidFilter(`The path ${JSON.stringify(path)}: ${error.detail}`);
  }
}

function subOf(attribute: Attribute, name: string | undefined, text: string): Attribute | undefined {
  if (name === undefined) return undefined;
  const { subAttributes = [] } = attribute;
  const sub = findAttribute(subAttributes, name);
  if (sub !== undefined) return sub;
  const known = subAttributes.map((one) => one.name).join(', ');
  throw new InvalidPath(`The path ${JSON.stringify(text)}: ${attribute.name} has no ${name}, only ${known}.`);
}

/** The value that a filter of equalities describes: `type eq "work" and primary eq true`. Its literals fit their types. */
function seedOf(attribute: Attribute, filter: Filter): Attributes | undefined {
  if (filter.kind === 'and') {
    const [left, right] = [seedOf(attribute, filter.left), seedOf(attribute, filter.right)];
    return left && right && { ...left, ...right };
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.literal.value === null) return undefined;
  const sub = findAttribute(attribute.subAttributes ?? [], filter.path);
  if (sub === undefined) return undefined;
  const { value, text } = filter.literal;
  const isText = sub.type !== 'boolean' && sub.type !== 'integer' && sub.type !== 'decimal';
  const read = readSingle(sub, isText ? text : value, sub.name);
  return read === undefined ? undefined : { [sub.name]: read };
}
