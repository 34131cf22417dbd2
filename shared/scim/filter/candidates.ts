import { indexKey } from '../keys.js';
import { findAttribute, type AttributePath } from '../path.js';
import type { ResourceType } from '../schema.js';
import { filterPath } from './field.js';
import type { Filter } from './parse.js';

/** Resources that may match: those with one of the ids or one of the index keys. A superset, never the answer. */
export interface Candidates {
  readonly ids: readonly string[];
  readonly keys: readonly string[];
}

/** What of a filter an index can answer: equality on ids and on indexed strings. Undefined: every resource may match. */
export const candidates = (type: ResourceType, filter: Filter): Candidates | undefined =>
  narrow(filter, (path) => filterPath(type, path));

/** Where a path of the filter leads; undefined where no resource has such an attribute. */
type Resolve = (path: string) => AttributePath | undefined;

function narrow(filter: Filter, resolve: Resolve): Candidates | undefined {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [narrow(filter.left, resolve), narrow(filter.right, resolve)];
      if (left === undefined || right === undefined) return left ?? right;
      return size(left) <= size(right) ? left : right;
    }
    case 'or': {
      const [left, right] = [narrow(filter.left, resolve), narrow(filter.right, resolve)];
      if (left === undefined || right === undefined) return undefined;
      return { ids: [...left.ids, ...right.ids], keys: [...left.keys, ...right.keys] };
    }
    case 'valuePath': {
      const parent = resolve(filter.path);
      if (parent === undefined) return NOBODY;
      // Brackets behind a simple attribute speak of the value itself; no index is asked for that.
      if (parent.sub !== undefined || parent.attribute.type !== 'complex') return undefined;
      return narrow(filter.filter, (name) => {
        const sub = findAttribute(parent.attribute.subAttributes ?? [], name);
        return sub && { ...parent, sub };
      });
    }
    case 'compare':
      return filter.operator === 'eq' ? equalTo(resolve(filter.path), filter.literal) : undefined;
    case 'present':
    case 'not':
      return undefined;
  }
}

const NOBODY: Candidates = { ids: [], keys: [] };
const size = ({ ids, keys }: Candidates): number => ids.length + keys.length;

function equalTo(
  resolved: AttributePath | undefined,
  { value, text }: { readonly value: unknown; readonly text: string },
): Candidates | undefined {
  if (value === null) return undefined;
  if (resolved === undefined) return NOBODY;
  const path = withValue(resolved);
  const leaf = path.sub ?? path.attribute;
  if (leaf.indexed === true) return { ids: [], keys: [indexKey(path, text)] };
  return path.extension === undefined && path.attribute.name === 'id' ? { ids: [text], keys: [] } : undefined;
}

/** `emails eq "x"` means `emails.value eq "x"`. */
function withValue(path: AttributePath): AttributePath {
  const { attribute, sub = findAttribute(attribute.subAttributes ?? [], 'value') } = path;
  return { ...path, sub };
}
