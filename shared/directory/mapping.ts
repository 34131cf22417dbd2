import type { ContactData, UserData } from '../events/event.js';
import type { Attributes, AttributeValue } from '../scim/attributes.js';
import { InvalidPath, ScimError } from '../scim/errors.js';
import { findAttribute } from '../scim/path.js';
import type { Target } from '../scim/patch/operation.js';
import { readPath } from '../scim/patch/path.js';
import { containerAt } from '../scim/paths.js';
import type { ResourceType } from '../scim/schema.js';
import { isComplex, isPrimary, listOf } from '../scim/values.js';

/** How a directory's users become user data: as an administrator says it, and as it is stored. */
export interface Mapping {
  readonly attributes: readonly AttributeMapping[];
  readonly roles: readonly RoleMapping[];
}

/** A field of user data that has another source than the usual one. */
export interface AttributeMapping {
  /** One of `MAPPED_FIELDS`, or `custom.` and a name. */
  readonly to: string;
  /** A path as in a PATCH (RFC 7644 section 3.5.2): `title`, `emails[type eq "work"].value`, `urn:…:User:costCenter`. */
  readonly from: string;
}

/** A role that the direct members of a group have. */
interface RoleMapping {
  readonly groupId: string;
  readonly role: string;
}

export const NO_MAPPING: Mapping = { attributes: [], roles: [] };

/** Fields that hold a text. Not among them: `id`, `externalId` and `userName`, which say who it is. */
const TEXT_FIELDS = [
  'email',
  'displayName',
  'title',
  'department',
  'employeeNumber',
  'managerId',
  'locale',
  'timezone',
  'name.given',
  'name.family',
  'name.formatted',
] as const;

type TextField = (typeof TEXT_FIELDS)[number];

const MAPPED_FIELDS: readonly string[] = [...TEXT_FIELDS, 'active'];

/** Names under `custom.` can never be those of extensions, which are URNs. */
const CUSTOM_FIELD = /^custom\.([A-Za-z][\w-]{0,63})$/;

type Read<Value> = (attributes: Attributes) => Value;

/** A mapping, resolved against the directory's user type. */
export interface MappingRules {
  readonly texts: ReadonlyMap<TextField, Read<string | null>>;
  readonly active: Read<boolean> | undefined;
  readonly custom: ReadonlyMap<string, Read<AttributeValue | null>>;
  /** Roles by the id of the group whose direct members have them. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

export const NO_RULES: MappingRules = { texts: new Map(), active: undefined, custom: new Map(), roles: new Map() };

/** A source that no longer leads anywhere, because its schema was withdrawn, is one without a value. */
export function compileMapping({ attributes, roles }: Mapping, userType: ResourceType): MappingRules {
  const compiled = attributes.map(({ to, from }) => ({ to, target: sourceOf(userType, to, from) }));
  const active = compiled.find(({ to }) => to === 'active')?.target;
  const groups = new Set(roles.map(({ groupId }) => groupId));
  return {
    texts: new Map(
      TEXT_FIELDS.flatMap((field) => {
        const found = compiled.find(({ to }) => to === field);
        return found === undefined ? [] : [[field, (values) => textAt(values, found.target)] as const];
      }),
    ),
    active: active && ((values) => valuesOf(values, active)[0] !== false),
    custom: new Map(
      compiled.flatMap(({ to, target }) => {
        const name = CUSTOM_FIELD.exec(to)?.[1];
        return name === undefined ? [] : [[name, (values) => valueAt(values, target)] as const];
      }),
    ),
    roles: new Map(
      [...groups].map((group) => [group, roles.flatMap(({ groupId, role }) => (groupId === group ? [role] : []))]),
    ),
  };
}

export interface MappingError {
  readonly field: string;
  /** Completes "<field> …". */
  readonly message: string;
}

/** What is wrong with the attributes of a mapping; nothing of one that can be saved. */
export function attributeErrors(attributes: readonly AttributeMapping[], userType: ResourceType): MappingError[] {
  return attributes.flatMap(({ to, from }, index) => {
    const at = `attributes.${index}`;
    if (!MAPPED_FIELDS.includes(to) && !CUSTOM_FIELD.test(to)) {
      const message = `must be one of ${MAPPED_FIELDS.join(', ')}, or custom.<name> with a name of letters, digits, "_" and "-"`;
      return [{ field: `${at}.to`, message }];
    }
    if (attributes.findIndex((other) => other.to === to) < index) {
      return [{ field: `${at}.to`, message: `is mapped twice: ${to} has one source; leave one of them out` }];
    }
    try {
      readSource(userType, to, from);
      return [];
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      return [{ field: `${at}.from`, message: `is no source of ${to}: ${error.detail.replace(/\.$/, '')}` }];
    }
  });
}

/** The user's own roles, then those that its groups give it and it does not have itself, in the order of their names. */
export function effectiveRoles(
  own: readonly ContactData[],
  groupIds: readonly string[],
  { roles }: MappingRules,
): UserData['roles'] {
  const given = new Set(groupIds.flatMap((groupId) => roles.get(groupId) ?? []));
  own.forEach(({ value }) => given.delete(value));
  return [...own, ...[...given].sort().map((value) => ({ value, type: 'group', primary: false }))];
}

function sourceOf(userType: ResourceType, to: string, from: string): Target | undefined {
  try {
    return readSource(userType, to, from);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/** Throws a `ScimError` when no user can have a value there that fits. */
function readSource(userType: ResourceType, to: string, from: string): Target {
  const target = readPath(userType, from);
  if (target.kind === 'extension') throw new InvalidPath(`${from} is a whole extension. Name one of its attributes.`);
  const { attribute, sub } = target;
  const leaf = sub ?? attribute;
  if (attribute.relation !== undefined || attribute.mutability === 'readOnly' || attribute.name === 'schemas') {
    throw new InvalidPath(`${attribute.name} is not among what the identity provider sets.`);
  }
  if (attribute.returned === 'never' || leaf.returned === 'never') {
    throw new InvalidPath(`${attribute.name} is never kept.`);
  }
  if (to === 'active' && leaf.type !== 'boolean') throw new InvalidPath(`${from} is ${leaf.type}, must be boolean.`);
  if (leaf.type !== 'complex' || CUSTOM_FIELD.test(to)) return target;
  const value = findAttribute(leaf.subAttributes ?? [], 'value');
  if (value === undefined) {
    const names = (leaf.subAttributes ?? []).map(({ name }) => name).join(', ');
    throw new InvalidPath(`${from} is complex. Name one of its sub-attributes: ${names}.`);
  }
  return { ...target, sub: value };
}

/** The values that the path leads to, those of a primary entry first. */
function valuesOf(attributes: Attributes, { filter, sub, ...path }: Target): readonly AttributeValue[] {
  const all = listOf(containerAt(attributes, { ...path, sub })?.[path.attribute.name]);
  const selected = filter === undefined ? all : all.filter(filter.matches);
  const ordered = [...selected.filter(isPrimary), ...selected.filter((value) => !isPrimary(value))];
  return sub === undefined ? ordered : ordered.flatMap((value) => (isComplex(value) ? listOf(value[sub.name]) : []));
}

function textAt(attributes: Attributes, target: Target | undefined): string | null {
  const value = target && valuesOf(attributes, target)[0];
  return value === undefined || typeof value === 'object' ? null : String(value);
}

/** As SCIM has it: all values of what is multi-valued, unless a filter says which one is meant. */
function valueAt(attributes: Attributes, target: Target | undefined): AttributeValue | null {
  if (target === undefined) return null;
  const { attribute, sub, filter } = target;
  const values = valuesOf(attributes, target);
  const isList = (attribute.multiValued && filter === undefined) || sub?.multiValued === true;
  return (isList && values.length > 0 ? values : values[0]) ?? null;
}
