import type { AttributeValue } from '../attributes.js';
import { extensionAttributeByName } from '../leniency.js';
import { computedValue, relatedValues, type RelatedFacts } from '../messages.js';
import { findAttribute, resolvePath, type AttributePath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { isComplex, listOf } from '../values.js';

/** An attribute that a filter speaks of, and how to find its values in a subject. */
export interface Field<Subject> {
  readonly attribute: Attribute;
  readonly read: (subject: Subject) => readonly AttributeValue[];
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
    const read = (facts: RelatedFacts): readonly AttributeValue[] => {
      if (attribute.relation !== undefined) return relatedValues(attribute, facts, baseUrl);
      const container = extension === undefined ? facts.attributes : facts.attributes[extension];
      if (!isComplex(container)) return [];
      return listOf(
        container[attribute.name] ?? computedValue(type, attribute.name, facts, baseUrl) ?? attribute.assumed,
      );
    };
    return sub === undefined ? { attribute, read } : { attribute: sub, read: (facts) => subValues(read(facts), sub) };
  };

/** Inside brackets, names are those of sub-attributes; `value` of an attribute without any is the value itself. */
export const valueScope =
  (parent: Attribute): Scope<AttributeValue> =>
  (name) => {
    if (parent.type !== 'complex') {
      return name.toLowerCase() === 'value' ? { attribute: parent, read: (value) => [value] } : undefined;
    }
    const sub = findAttribute(parent.subAttributes ?? [], name);
    return sub && { attribute: sub, read: (value) => subValue(value, sub) };
  };

export const subValues = (values: readonly AttributeValue[], sub: Attribute): AttributeValue[] =>
  values.flatMap((value) => subValue(value, sub));

const subValue = (value: AttributeValue, { name }: Attribute): readonly AttributeValue[] =>
  isComplex(value) ? listOf(value[name]) : [];
