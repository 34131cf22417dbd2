import type { AttributeValue } from '../attributes.js';
import type { RelatedFacts } from '../messages.js';
import { findAttribute, resolvePath } from '../path.js';
import type { Attribute, ResourceType } from '../schema.js';
import { listOf } from '../values.js';
import { combine, type Leaf } from './combine.js';
import { comparator } from './compare.js';
import { holdsOfAny, resourceScope, subValue, valueScope, type Field, type Scope } from './field.js';
import type { Filter } from './parse.js';

/**
 * A filter as a predicate on resources of the type; relations have to be read where `relationsIn` names them. Attributes that
 * the type does not have are absent (RFC 7644 section 3.4.2.1). `baseUrl` begins every location. Throws `InvalidFilter` when an
 * operator does not fit a type.
 */
export const compileFilter = (
  type: ResourceType,
  filter: Filter,
  baseUrl: string,
): ((facts: RelatedFacts) => boolean) => compile(filter, resourceScope(type, baseUrl));

/** A filter in brackets as a predicate on one value of the attribute before them. */
export const compileValueFilter = (attribute: Attribute, filter: Filter): ((value: AttributeValue) => boolean) =>
  compile(filter, valueScope(attribute));

/** Which relations have to be read before the filter can be evaluated. */
export function relationsIn(type: ResourceType, filter: Filter): ('members' | 'groups')[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...relationsIn(type, filter.left), ...relationsIn(type, filter.right)];
    case 'not':
      return relationsIn(type, filter.operand);
    default: {
      const path = resolvePath(type, filter.path);
      const relation = path?.kind === 'attribute' ? path.attribute.relation : undefined;
      return relation === undefined ? [] : [relation];
    }
  }
}

const compile = <Subject>(filter: Filter, scope: Scope<Subject>): ((subject: Subject) => boolean) =>
  combine(filter, (leaf) => compileLeaf(leaf, scope));

function compileLeaf<Subject>(leaf: Leaf, scope: Scope<Subject>): (subject: Subject) => boolean {
  const field = scope(leaf.path);
  switch (leaf.kind) {
    case 'present':
      return presence(field);
    case 'valuePath': {
      if (field === undefined) return () => false;
      const matches = compile(leaf.filter, valueScope(field.attribute));
      return (subject) => holdsOfAny(field.read(subject), matches);
    }
    case 'compare':
      return comparison(leaf, field);
  }
}

/** RFC 7644 table 3, `pr`: a non-empty value. */
const presence =
  <Subject>(field: Field<Subject> | undefined) =>
  (subject: Subject): boolean =>
    field !== undefined && holdsOfAny(field.read(subject), isFilled);

const isFilled = (value: AttributeValue): boolean => value !== '';

function comparison<Subject>(
  { operator, literal }: Filter & { kind: 'compare' },
  field: Field<Subject> | undefined,
): (subject: Subject) => boolean {
  const isPresent = presence(field);
  // Null is absence (RFC 7643 section 2.5).
  if (literal.value === null && operator === 'eq') return (subject) => !isPresent(subject);
  if (literal.value === null && operator === 'ne') return isPresent;
  if (field === undefined) return () => operator === 'ne';
  const { attribute, read } = comparable(field);
  const matches = comparator(attribute, operator, literal);
  if (operator !== 'ne') return (subject) => holdsOfAny(read(subject), matches);
  return (subject) => {
    const values = read(subject);
    return listOf(values).length === 0 || holdsOfAny(values, matches);
  };
}

/** A complex attribute without a sub-attribute means its `value`, if it has one: `emails co "@x"` (RFC 7644 section 3.4.2.2). */
function comparable<Subject>(field: Field<Subject>): Field<Subject> {
  const { attribute, read } = field;
  const value = findAttribute(attribute.subAttributes ?? [], 'value');
  return value === undefined ? field : { attribute: value, read: (subject) => subValue(read(subject), value) };
}
