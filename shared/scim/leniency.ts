import { resolvePath, type ResolvedPath } from './path.js';
import type { Attribute, ResourceType } from './schema.js';

/**
 * Where the service provider takes more than the RFCs allow, because an identity provider sends it. Each rule is named for
 * what it takes; whatever is not here is refused.
 */

/** Entra ID writes booleans as "True" and "False". */
export function booleanInText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const lower = value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : value;
}

/** OneLogin sends the only value of a multi-valued attribute without its array. */
export const oneValueAsList = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value;

/** Entra ID sends `manager` as the bare id that is its `value`. */
export const bareValue = (attribute: Attribute, value: unknown): unknown =>
  typeof value === 'string' && !attribute.multiValued && hasValue(attribute) ? { value } : value;

const hasValue = ({ subAttributes = [] }: Attribute): boolean => subAttributes.some(({ name }) => name === 'value');

/** Entra ID names a schema that nobody knows, and OneLogin older ones: only the form is checked. */
export const schemasOfAnyName = (schemas: unknown): schemas is readonly string[] =>
  Array.isArray(schemas) && schemas.every((urn) => typeof urn === 'string');

/** Entra ID capitalises PATCH operations: "Add", "Replace", "Remove". */
export const operationInAnyCase = (op: unknown): unknown => (typeof op === 'string' ? op.toLowerCase() : op);

/** Entra ID, with aadOptscim062020, sends one value whose keys are paths: "name.givenName", "urn:…:User:department". */
export const keyAsPath = (key: string): string => key;

/**
 * Microsoft's requests for inbound provisioning put a dot between a schema's URN and the attribute, "urn:…:User.manager", where
 * a colon belongs (RFC 7644 section 3.10).
 */
export const isAfterUrn = (sign: string): boolean => sign === ':' || sign === '.';

/** Entra ID and JumpCloud name in `value` what a "remove" is to take away; the RFC would have them take everything away. */
export const isRemovalByValue = (value: unknown): boolean => value !== undefined && value !== null;

/** Entra ID replaces `emails[type eq "work"].value` where there is no such value yet: it is made, as an "add" would. */
export const replaceMakesValue = (sub: Attribute | undefined): boolean => sub !== undefined;

/** RFC 7644 section 3.7.3 itself shows a PATCH in a bulk request whose data are its operations, without the message around them. */
export const operationsAlone = (data: unknown): data is readonly unknown[] => Array.isArray(data);

/**
 * Entra ID sends strings in filters without their quotation marks. Undefined of one in other quotation marks: whoever sent that
 * did not mean a name that has them.
 */
export const unquotedText = (word: string): string | undefined =>
  /^['`‘’“”].*['`‘’“”]$/su.test(word) ? undefined : word;

/**
 * Entra ID asks who has a manager by `manager eq <id>`, without the extension's URN. For filters alone, where a name that means
 * nothing would be no error but an absent attribute; names of the type's own attributes never get here.
 */
export function extensionAttributeByName(type: ResourceType, name: string): ResolvedPath | undefined {
  if (name.includes(':')) return undefined;
  for (const { schema } of type.extensions) {
    const path = resolvePath(type, `${schema.id}:${name}`);
    if (path !== undefined) return path;
  }
  return undefined;
}
