import type { AttributeValue } from '../attributes.js';
import { extensionAttributeByName } from '../leniency.js';
import { computedValue, relatedValues, type RelatedFacts } from '../messages.js';
import { findAttribute, resolvePath, type AttributePath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { isComplex, isList, listOf } from '../values.js';

/** An attribute that a filter speaks of, and how to find its values in a subject. */
export interface Field<Subject> {
  readonly attribute: Attribute;
  /** Its value, or a list of its values; undefined, or an empty list, of a subject that has none. */
  readonly read: (subject: Subject) => AttributeValue | undefined;
}

/** What a path means where the filter stands; undefined where there is no such attribute. */
export type Scope<Subject> = (path: string) => Field<Subject> | undefined;

/** The attribute that a filter's path leads to; undefined when no resource of the type has it. */
export function filterPath(type: ResourceType, text: string): AttributePath | undefined {
  const path = resolvePath(type, text) ?? extensionAttributeByName(type, text);
  return path?.kind === 'attribute' ? path : undefined;
}

/** Attributes of the type, by their paths; relations as far as they were read. `baseUrl` begins every location. */
export const resourceScope =
  (type: ResourceType, baseUrl: string): Scope<RelatedFacts> =>
  (text) => {
    const path = filterPath(type, text);
    if (path === undefined) return undefined;
    const { extension, attribute, sub } = path;
    const read = (facts: RelatedFacts): AttributeValue | undefined => {
      if (attribute.relation !== undefined) return relatedValues(attribute, facts, baseUrl);
      const container = extension === undefined ? facts.attributes : facts.attributes[extension];
      if (!isComplex(container)) return undefined;
      return container[attribute.name] ?? computedValue(type, attribute.name, facts, baseUrl) ?? attribute.assumed;
    };
    return sub === undefined ? { attribute, read } : { attribute: sub, read: (facts) => subValue(read(facts), sub) };
  };

/** Inside brackets, names are those of sub-attributes; `value` of an attribute without any is the value itself. */
export const valueScope =
  (parent: Attribute): Scope<AttributeValue> =>
  (name) => {
    if (parent.type !== 'complex') {
      return name.toLowerCase() === 'value' ? { attribute: parent, read: (value) => value } : undefined;
    }
    const sub = findAttribute(parent.subAttributes ?? [], name);
    return sub && { attribute: sub, read: (value) => subValue(value, sub) };
  };

/** What a complex value has in a sub-attribute; of several, what they have together. */
export function subValue(value: AttributeValue | undefined, { name }: Attribute): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if (isComplex(value)) return value[name];
  return isList(value) ? value.flatMap((one) => (isComplex(one) ? listOf(one[name]) : [])) : undefined;
}

/** Whether it holds of one of the values. */
export const holdsOfAny = (value: AttributeValue | undefined, holds: (value: AttributeValue) => boolean): boolean =>
  value !== undefined && (isList(value) ? value.some(holds) : holds(value));
