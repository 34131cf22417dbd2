import type { Attributes } from '../attributes.js';
import { InvalidPath } from '../errors.js';
import { compileValueFilter } from '../filter/evaluate.js';
import { parseFilter, partsOf, type Filter } from '../filter/parse.js';
import { findAttribute, resolvePath, type ResolvedPath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { readSingle } from '../values.js';
import type { Target } from './operation.js';

/** What a path leads to: an attribute, or an extension as a whole. */
type PatchPath = Target | Exclude<ResolvedPath, { kind: 'attribute' }>;

/** `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`, each with a URN before it; or a URN alone. */
const FORM = /^([^[\]]+)(?:\[(.*)\](?:\.([\w$-]+))?)?$/s;

/** Reads a PATCH path (RFC 7644 section 3.5.2, figure 7). Throws `InvalidPath` or, for what is in brackets, `InvalidFilter`. */
export function readPath(type: ResourceType, text: string): PatchPath {
  const path = findPath(type, text);
  if (path !== undefined) return path;
  throw new InvalidPath(
    `The path ${JSON.stringify(text)} names no attribute of ${type.name}. GET /Schemas lists them all.`,
  );
}

/** As `readPath`, but undefined when the type has no such attribute. */
export function findPath(type: ResourceType, text: string): PatchPath | undefined {
  const [, name = '', filterText, subName] = FORM.exec(text.trim()) ?? [];
  const resolved = resolvePath(type, name);
  if (resolved === undefined) return undefined;
  if (filterText === undefined) return resolved.kind === 'extension' ? resolved : { ...resolved, filter: undefined };
  if (resolved.kind === 'extension' || resolved.sub !== undefined || !resolved.attribute.multiValued) {
    throw new InvalidPath(`The path ${JSON.stringify(text)} selects values of something that is not multi-valued.`);
  }
  const { attribute } = resolved;
  const tree = parseFilter(filterText);
  const matches = compileValueFilter(attribute, tree);
  const filter = { matches, seed: seedOf(attribute, tree), text: filterText, tree, parts: partsOf(tree) };
  return { ...resolved, sub: subOf(attribute, subName, text), filter };
}

function subOf(attribute: Attribute, name: string | undefined, text: string): Attribute | undefined {
  if (name === undefined) return undefined;
  const sub = findAttribute(attribute.subAttributes ?? [], name);
  if (sub !== undefined) return sub;
  throw new InvalidPath(`The path ${JSON.stringify(text)}: ${attribute.name} has no sub-attribute ${name}.`);
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
