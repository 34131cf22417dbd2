import { foldCase } from './filter/compare.js';
import { resourceScope, subValue } from './filter/field.js';
import type { RelatedFacts } from './messages.js';
import { findAttribute, resolvePath } from './path.js';
import type { ResourceType } from './schema.js';
import { isPrimary, listOf, parseDateTime } from './values.js';

/** What a resource is sorted by; undefined where it has no value. */
export type SortKey = string | number | undefined;

/**
 * Reads the value at `sortBy` (RFC 7644 section 3.4.2.3): of a multi-valued attribute the primary value's, else the first one's; of a
 * complex attribute its `value`; strings by case rule, dates chronologically. A type without the attribute has no value.
 * `baseUrl` begins every location.
 */
export function sortKeyOf(type: ResourceType, sortBy: string, baseUrl: string): (facts: RelatedFacts) => SortKey {
  const path = resolvePath(type, sortBy);
  if (path?.kind !== 'attribute') return () => undefined;
  const { extension, attribute } = path;
  const whole = resourceScope(
    type,
    baseUrl,
  )(extension === undefined ? attribute.name : `${extension}:${attribute.name}`);
  const sub = path.sub ?? findAttribute(attribute.subAttributes ?? [], 'value');
  const leaf = sub ?? attribute;
  return (facts) => {
    const values = listOf(whole?.read(facts));
    const preferred = values.find(isPrimary) ?? values[0];
    const [value] = listOf(sub === undefined ? preferred : subValue(preferred, sub));
    if (typeof value === 'string') return leaf.type === 'dateTime' ? parseDateTime(value) : foldCase(leaf, value);
    return typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : undefined;
  };
}

/** Ascending; those without a value come last (RFC 7644 section 3.4.2.3). Descending is the reverse. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
