import type { Attribute, Schema } from '../schema.js';
import { COMMON_ATTRIBUTES } from '../schemas/define.js';
import { RESOURCE_TYPES } from '../schemas/index.js';
import { sameName, type DeclarationError } from './declarations.js';

const ATTRIBUTES_MAX = 200;
const SUB_ATTRIBUTES_MAX = 50;

/** RFC 8141 section 2, without the characters that mean something in a filter, a path or a URL. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9](:[a-z0-9._-]+)+$/i;
/** RFC 7643 section 10 keeps these for itself. */
const RESERVED = ['urn:ietf:params:scim:schemas:core:', 'urn:ietf:params:scim:api:'];
/** RFC 7643 section 2.1, figure 1. */
const NAME = /^[a-z][a-z0-9$_-]{0,99}$/i;

export const BUILT_IN_URNS: readonly string[] = RESOURCE_TYPES.flatMap(({ schema, extensions }) => [
  schema.id,
  ...extensions.map((extension) => extension.schema.id),
]);

/** Everything that is wrong with a schema as such, whatever else the directory declares. */
export const checkSchema = ({ id, attributes }: Schema): DeclarationError[] => [
  ...checkUrn(id),
  ...checkCount('attributes', attributes, ATTRIBUTES_MAX),
  ...checkNames('attributes', attributes),
  ...attributes.flatMap((attribute, index) => checkAttribute(`attributes.${index}`, attribute)),
];

function checkUrn(id: string): DeclarationError[] {
  const wrong = (message: string): DeclarationError[] => [{ field: 'id', message }];
  if (!URN.test(id)) {
    return wrong(
      'must be a URN of letters, digits, ".", "_" and "-" between colons, such as urn:example:params:scim:schemas:Device',
    );
  }
  if (BUILT_IN_URNS.some((urn) => sameName(urn, id))) return wrong('is a built-in schema; choose a URN of your own');
  const reserved = RESERVED.find((prefix) => id.toLowerCase().startsWith(prefix));
  if (reserved !== undefined) return wrong(`must not begin with ${reserved}, which the SCIM standard keeps for itself`);
  return [];
}

function checkCount(field: string, attributes: readonly Attribute[], most: number): DeclarationError[] {
  if (attributes.length === 0) return [{ field, message: 'must name at least one attribute' }];
  if (attributes.length <= most) return [];
  return [{ field, message: `must have at most ${most} attributes; spread them over several schemas` }];
}

function checkNames(field: string, attributes: readonly Attribute[]): DeclarationError[] {
  const seen = new Map<string, string>();
  return attributes.flatMap(({ name }, index) => {
    const known = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (known === undefined) return [];
    const message = `is the same as ${known} before it, because names have no case; rename one of them`;
    return [{ field: `${field}.${index}.name`, message }];
  });
}

function checkAttribute(field: string, attribute: Attribute): DeclarationError[] {
  const { name, subAttributes = [] } = attribute;
  const errors = [...checkName(field, name), ...checkCharacteristics(field, attribute)];
  if (COMMON_ATTRIBUTES.some((one) => sameName(one.name, name))) {
    errors.push({ field: `${field}.name`, message: 'is an attribute of every resource already; choose another name' });
  }
  if (attribute.type !== 'complex') {
    const message = 'belong to the type complex; leave them out';
    return attribute.subAttributes === undefined ? errors : [...errors, { field: `${field}.subAttributes`, message }];
  }
  return [
    ...errors,
    ...checkCount(`${field}.subAttributes`, subAttributes, SUB_ATTRIBUTES_MAX),
    ...checkNames(`${field}.subAttributes`, subAttributes),
    ...subAttributes.flatMap((sub, index) => checkSubAttribute(`${field}.subAttributes.${index}`, attribute, sub)),
  ];
}

function checkSubAttribute(field: string, parent: Attribute, sub: Attribute): DeclarationError[] {
  const errors = checkCharacteristics(field, sub);
  if (sub.name !== '$ref') errors.push(...checkName(field, sub.name));
  else if (sub.type !== 'reference') {
    errors.push({ field: `${field}.type`, message: 'must be reference of a sub-attribute named $ref' });
  }
  if (sub.type === 'complex' || sub.subAttributes !== undefined) {
    const message = 'must not be complex: attributes nest one level deep (RFC 7643 section 2.3.8); flatten it';
    errors.push({ field: `${field}.type`, message });
  }
  if (parent.mutability === 'readOnly' && sub.required) {
    errors.push({ field: `${field}.required`, message: `must be false, because nobody can set ${parent.name}` });
  }
  return errors;
}

function checkName(field: string, name: string): DeclarationError[] {
  const wrong = (message: string): DeclarationError[] => [{ field: `${field}.name`, message }];
  if (name === '$ref') return wrong('is the name of a sub-attribute alone; choose another one');
  if (!NAME.test(name)) {
    return wrong('must be a letter and then up to 99 letters, digits, "-", "_" or "$" (RFC 7643 section 2.1)');
  }
  // Every object has these of its own, and paths could not tell a name "urn" from the beginning of a schema's URN.
  if (name in {} || sameName(name, 'urn')) return wrong('is reserved; choose another name');
  return [];
}

/** Characteristics that contradict one another. */
function checkCharacteristics(field: string, attribute: Attribute): DeclarationError[] {
  const { type, required, mutability, returned, uniqueness } = attribute;
  const errors: DeclarationError[] = [];
  const wrong = (name: string, message: string): void => void errors.push({ field: `${field}.${name}`, message });
  if (required && mutability === 'readOnly')
    wrong('required', 'must be false of a readOnly attribute: nobody can set it');
  if (mutability === 'writeOnly' && returned !== 'never') wrong('returned', 'must be never of a writeOnly attribute');
  if (returned === 'never') {
    const dropped = 'because a value that is never returned is checked and dropped';
    if (required) wrong('required', `must be false with returned never, ${dropped}`);
    if (mutability === 'immutable') wrong('mutability', `must not be immutable with returned never, ${dropped}`);
    if (uniqueness !== 'none') wrong('uniqueness', `must be none with returned never, ${dropped}`);
  }
  if (uniqueness !== 'none' && type !== 'string' && type !== 'reference') {
    wrong('uniqueness', `must be none of the type ${type}: it is kept for strings and references`);
  }
  if (attribute.referenceTypes !== undefined && type !== 'reference') {
    wrong('referenceTypes', 'belong to the type reference; leave them out');
  }
  return errors;
}
