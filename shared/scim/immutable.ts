import type { Attributes, AttributeValue } from './attributes.js';
import { Mutability } from './errors.js';
import { printPath, type AttributePath } from './path.js';
import { containerAt, pathsWhere } from './paths.js';
import type { ResourceType } from './schema.js';
import { isComplex, sameValue } from './values.js';

/** Of several complex values none can be told to be an earlier one that has changed; PATCH looks after those that it selects. */
const immutablePaths = pathsWhere(
  ({ attribute, sub }) =>
    (sub ?? attribute).mutability === 'immutable' && (sub === undefined || !attribute.multiValued),
);

/**
 * What a replace asks for, with the immutable values that it leaves out: they cannot be taken away, and to repeat them is not
 * asked of the client (RFC 7644 section 3.5.1).
 */
export function keepImmutable(type: ResourceType, before: Attributes, wanted: Attributes): Attributes {
  return immutablePaths(type).reduce((kept, path) => {
    const value = valueAt(before, path);
    return value === undefined || valueAt(kept, path) !== undefined ? kept : withValueAt(kept, path, value);
  }, wanted);
}

/** Throws `Mutability` where an immutable value that was set would be another one, or none (RFC 7644 section 3.5.2). */
export function requireImmutable(type: ResourceType, before: Attributes, after: Attributes): void {
  for (const path of immutablePaths(type)) {
    const [was, is] = [valueAt(before, path), valueAt(after, path)];
    if (was === undefined || (is !== undefined && sameValue(was, is))) continue;
    throw new Mutability(`${printPath(path)}: it is immutable and already set. Leave it as it is, or leave it out.`);
  }
}

function valueAt(attributes: Attributes, path: AttributePath): AttributeValue | undefined {
  const value = containerAt(attributes, path)?.[path.attribute.name];
  if (path.sub === undefined) return value;
  return isComplex(value) ? value[path.sub.name] : undefined;
}

function withValueAt(attributes: Attributes, path: AttributePath, value: AttributeValue): Attributes {
  const { extension, attribute, sub } = path;
  const container = containerAt(attributes, path) ?? {};
  const whole = container[attribute.name];
  const next = sub === undefined ? value : { ...(isComplex(whole) ? whole : {}), [sub.name]: value };
  const filled = { ...container, [attribute.name]: next };
  return extension === undefined ? filled : { ...attributes, [extension]: filled };
}
