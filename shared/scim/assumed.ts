import type { Attributes, AttributeValue } from './attributes.js';
import { pathsWhere } from './paths.js';
import type { ResourceType } from './schema.js';

export const assumedPaths = pathsWhere(({ attribute, sub }) => sub === undefined && attribute.assumed !== undefined);

/** What is assumed where no client said anything (RFC 7644 section 3.5.1: a default may be assigned). */
export function withAssumed(type: ResourceType, attributes: Attributes): Attributes {
  const missing = assumedPaths(type).filter(({ attribute }) => attributes[attribute.name] === undefined);
  if (missing.length === 0) return attributes;
  const assumed: Record<string, AttributeValue> = {};
  for (const { attribute } of missing) if (attribute.assumed !== undefined) assumed[attribute.name] = attribute.assumed;
  return { ...attributes, ...assumed };
}
