import type { AttributeValue } from '../attributes.js';
import { InvalidPath } from '../errors.js';
import { compileValueFilter } from '../filter/evaluate.js';
import { parseFilter, type Filter } from '../filter/parse.js';
import { findAttribute, resolvePath, type ResolvedPath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { readSingle } from '../values.js';
import type { Target, ValueFilter } from './operation.js';

/** A path with the filter's tree, for relations, whose values are not at hand. */
export interface PatchPath extends Target {
  readonly tree: Filter | undefined;
}

/** `attribute`, `attribute.sub`, `attribute[filter]`, `attribute[filter].sub`, each with a URN before it; or a URN alone. */
const FORM = /^([^[\]]+)(?:\[(.*)\](?:\.([\w$-]+))?)?$/s;

/** Reads a PATCH path (RFC 7644 section 3.5.2, figure 7). Throws `InvalidPath` or, for what is in brackets, `InvalidFilter`. */
export function readPath(type: ResourceType, text: string): PatchPath | Exclude<ResolvedPath, { kind: 'attribute' }> {
  const [, name, filterText, subName] = FORM.exec(text.trim()) ?? [];
  const resolved = name === undefined ? undefined : resolvePath(type, name);
  if (resolved === undefined) {
    throw new InvalidPath(
      `The path ${JSON.stringify(text)} names no attribute of ${type.name}. GET /Schemas lists them all.`,
    );
  }
  if (filterText === undefined) {
    return resolved.kind === 'extension' ? resolved : { ...resolved, filter: undefined, tree: undefined };
  }
  if (resolved.kind === 'extension' || resolved.sub !== undefined || !resolved.attribute.multiValued) {
    throw new InvalidPath(`The path ${JSON.stringify(text)} selects values of something that is not multi-valued.`);
  }
  const { attribute } = resolved;
  const tree = parseFilter(filterText);
  const filter = { matches: compileValueFilter(attribute, tree), seed: seedOf(attribute, tree), text: filterText };
  return { ...resolved, sub: subOf(attribute, subName, text), filter, tree };
}

function subOf(attribute: Attribute, name: string | undefined, text: string): Attribute | undefined {
  if (name === undefined) return undefined;
  const sub = findAttribute(attribute.subAttributes ?? [], name);
  if (sub !== undefined) return sub;
  throw new InvalidPath(`The path ${JSON.stringify(text)}: ${attribute.name} has no sub-attribute ${name}.`);
}

/** The value that a filter of equalities describes: `type eq "work" and primary eq true`. */
function seedOf(attribute: Attribute, filter: Filter): ValueFilter['seed'] {
  if (filter.kind === 'and') {
    const [left, right] = [seedOf(attribute, filter.left), seedOf(attribute, filter.right)];
    return left && right && { ...left, ...right };
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
  const sub = findAttribute(attribute.subAttributes ?? [], filter.path);
  const value = sub && seedValue(sub, filter.literal.value);
  return value === undefined ? undefined : { [sub?.name ?? '']: value };
}

function seedValue(sub: Attribute, value: unknown): AttributeValue | undefined {
  const read = readSingle(sub, value, sub.name);
  return typeof read === 'object' ? undefined : read;
}
