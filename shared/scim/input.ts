import type { Attributes, AttributeValue } from './attributes.js';
import { InvalidSyntax, InvalidValue, InvalidVersion } from './errors.js';
import { schemasOfAnyName } from './leniency.js';
import { ownAttributes, resolvePath } from './path.js';
import { requireComplete } from './required.js';
import type { Attribute, ResourceType } from './schema.js';
import { RESOURCE_TYPES } from './schemas/index.js';
import { assigned, isComplex, isObject, listOf, readAttributes, sameText } from './values.js';

/** A resource as a client sends it, canonical, without what is ours to set. */
export interface ResourceInput {
  readonly attributes: Attributes;
  /** Ids; undefined where the body has no attribute of the relation `members`. */
  readonly members: readonly string[] | undefined;
}

/**
 * Reads the body of a create or replace (RFC 7644 sections 3.3 and 3.5.1). Attributes that the schemas do not have, and readOnly
 * ones, are ignored. Throws `InvalidSyntax` when it is no object, `InvalidValue` when a value has the wrong type or a required one
 * is missing.
 */
export function readResource(type: ResourceType, body: unknown): ResourceInput {
  if (!isObject(body))
    throw new InvalidSyntax(`The body is not a JSON object. Send one with the ${type.name}'s attributes.`);
  requireSchemas(type, body['schemas']);
  const relation = type.schema.attributes.find((attribute) => attribute.relation === 'members');
  const { [relation?.name ?? '']: related, ...attributes } = {
    ...readAttributes(ownAttributes(type), body, ''),
    ...readExtensions(type, body),
  };
  requireComplete(type, attributes);
  if (relation !== undefined && related === undefined) requireNobody(relation, findMember(body, relation.name), '');
  return { attributes, members: related === undefined ? undefined : readMembers(related) };
}

/** The ids of members, which are kept apart from the attributes, as rows. `value` is a canonical value of the relation's attribute. */
export const readMembers = (value: AttributeValue): string[] =>
  listOf(value).flatMap((item) => {
    const id = isComplex(item) ? item['value'] : undefined;
    return typeof id === 'string' ? id : [];
  });

/** Replacing members by entries that name nobody is a mistake, not a wish for an empty group. Throws `InvalidValue`. */
export function requireNobody({ name }: Attribute, value: unknown, prefix: string): void {
  const isNobody = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  if (!isNobody)
    throw new InvalidValue(`${prefix}${name}: no entry has a value. Name the members, or send [] for none.`);
}

const findMember = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** They may be left out, or be unknown; SCIM 1.1, and another type's schema in place of the type's own, are mistakes. */
function requireSchemas(type: ResourceType, schemas: unknown): void {
  if (schemas === undefined || schemas === null) return;
  if (!schemasOfAnyName(schemas)) {
    throw new InvalidValue('schemas: it must be an array of schema URNs.');
  }
  if (schemas.some((urn) => urn.toLowerCase().startsWith(SCIM_1_CORE))) {
    throw new InvalidVersion(
      'schemas: it names SCIM 1.1, and only SCIM 2.0 is spoken here. Choose SCIM 2.0 at the identity provider.',
    );
  }
  const names = ({ schema }: ResourceType): boolean => schemas.some((urn) => sameText(urn, schema.id));
  const other = names(type) ? undefined : RESOURCE_TYPES.find(names);
  if (other === undefined) return;
  throw new InvalidValue(
    `schemas: it names a ${other.name}, and this is the endpoint of a ${type.name}. Send ${type.schema.id}, or use ${other.endpoint}.`,
  );
}

const SCIM_1_CORE = 'urn:scim:schemas:core:1.';

function readExtensions(type: ResourceType, body: Readonly<Record<string, unknown>>): Attributes {
  const extensions: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(body)) {
    if (!name.includes(':')) continue;
    const path = resolvePath(type, name);
    if (path?.kind !== 'extension') continue;
    if (value === null) continue;
    if (!isObject(value)) throw new InvalidValue(`${path.urn}: it must be an object of the extension's attributes.`);
    const read = assigned(readAttributes(path.attributes, value, `${path.urn}:`));
    if (read !== undefined) extensions[path.urn] = read;
  }
  return extensions;
}
