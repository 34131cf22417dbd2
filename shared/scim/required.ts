import type { Attributes } from './attributes.js';
import { InvalidValue } from './errors.js';
import { printPath } from './path.js';
import { containerAt, pathsWhere } from './paths.js';
import type { ResourceType } from './schema.js';
import { isBlank, isComplex, lacking, listOf } from './values.js';

const requiredPaths = pathsWhere(({ attribute, sub }) => (sub ?? attribute).required);

/**
 * Throws `InvalidValue` when a resource lacks an extension that its type requires, or an attribute that is required of what it
 * has: an extension's only where it has the extension, a sub-attribute only where its attribute has a value.
 */
export function requireComplete(type: ResourceType, attributes: Attributes): void {
  for (const { schema, required } of type.extensions) {
    if (!required || attributes[schema.id] !== undefined) continue;
    throw new InvalidValue(
      `${schema.id}: it is missing, and every ${type.name} must have this extension. Send its attributes.`,
    );
  }
  for (const path of requiredPaths(type)) {
    const { attribute, sub } = path;
    const container = containerAt(attributes, path);
    if (container === undefined) continue;
    const value = container[attribute.name];
    const values = sub === undefined ? [value] : listOf(value).map((one) => (isComplex(one) ? one[sub.name] : one));
    const blank = values.findIndex(isBlank);
    if (blank !== -1) throw lacking(printPath(path), values[blank]);
  }
}
