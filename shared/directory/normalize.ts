import type { EventDraft } from '../events/envelope.js';
import type {
  ContactData,
  GroupData,
  MemberData,
  PreviousResourceData,
  ResourceData,
  UserData,
} from '../events/event.js';
import { iso } from '../events/timestamp.js';
import type { Attributes, AttributeValue } from '../scim/attributes.js';
import { ENTERPRISE_USER_URN } from '../scim/schemas/enterprise-user.js';
import { sameValue } from '../scim/values.js';
import { effectiveRoles, type MappingRules } from './mapping.js';
import type { ResourceRow } from './resource.js';

/** Whose resource it is. */
export interface Scope {
  readonly directoryId: string;
  readonly organizationId: string;
}

/** What user data depends on beside the user's own row. */
export interface Mapped {
  readonly rules: MappingRules;
  /** Groups of which the user is a direct member; those without a role may be left out. */
  readonly groupIds: readonly string[];
}

/** Attributes that have a field of their own in an event; everything else a client sends is kept under `custom`. */
const USER_FIELDS = new Set([
  'externalId',
  'userName',
  'active',
  'emails',
  'name',
  'displayName',
  'title',
  'locale',
  'timezone',
  'phoneNumbers',
  'roles',
]);
const ENTERPRISE_FIELDS = new Set(['department', 'employeeNumber', 'manager']);
const GROUP_FIELDS = new Set(['externalId', 'displayName']);

/** The SCIM user as a host application wants it: flat, every field present, absent values null, mapped as the directory says. */
export function userData(row: ResourceRow, scope: Scope, { rules, groupIds }: Mapped): UserData {
  const { attributes } = row;
  const from = mappedText(attributes, rules);
  const enterprise = complex(attributes[ENTERPRISE_USER_URN]);
  const name = complex(attributes['name']);
  return {
    id: row.id,
    directoryId: scope.directoryId,
    organizationId: scope.organizationId,
    externalId: text(attributes['externalId']),
    userName: text(attributes['userName']) ?? '',
    active: rules.active === undefined ? attributes['active'] !== false : rules.active(attributes),
    email: from('email', preferred(attributes['emails'])),
    emails: contacts(attributes['emails']),
    name: {
      given: from('name.given', text(name['givenName'])),
      family: from('name.family', text(name['familyName'])),
      formatted: from('name.formatted', text(name['formatted'])),
    },
    displayName: from('displayName', text(attributes['displayName'])),
    title: from('title', text(attributes['title'])),
    department: from('department', text(enterprise['department'])),
    employeeNumber: from('employeeNumber', text(enterprise['employeeNumber'])),
    managerId: from('managerId', text(complex(enterprise['manager'])['value'])),
    locale: from('locale', text(attributes['locale'])),
    timezone: from('timezone', text(attributes['timezone'])),
    phoneNumbers: contacts(attributes['phoneNumbers']),
    roles: effectiveRoles(contacts(attributes['roles']), groupIds, rules),
    custom: { ...customOf(attributes, USER_FIELDS), ...mappedCustom(attributes, rules) },
    version: row.version,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

/** A field's value by the mapping, or the usual one where the mapping does not name the field. */
const mappedText =
  (attributes: Attributes, { texts }: MappingRules) =>
  (field: Parameters<typeof texts.get>[0], usual: string | null): string | null => {
    const read = texts.get(field);
    return read === undefined ? usual : read(attributes);
  };

const mappedCustom = (attributes: Attributes, { custom }: MappingRules): Record<string, unknown> =>
  Object.fromEntries([...custom].map(([name, read]) => [name, read(attributes)]));

/**
 * A user whose data changes although its attributes do not: its next version and the event of it. Undefined when the data are the
 * same.
 */
export function userUpdate(
  row: ResourceRow,
  before: Mapped,
  after: Mapped,
  scope: Scope & { readonly at: number },
  requestId: string,
): { readonly resource: ResourceRow; readonly event: EventDraft } | undefined {
  const resource = { ...row, version: row.version + 1, updatedAt: scope.at };
  const data = userData(resource, scope, after);
  const previous = previousOf(userData(row, scope, before), data);
  if (Object.keys(previous).length === 0) return undefined;
  return { resource, event: { type: 'user.updated', data, previous, cause: { requestId } } };
}

export function groupData(row: ResourceRow, scope: Scope): GroupData {
  const { attributes } = row;
  return {
    id: row.id,
    directoryId: scope.directoryId,
    organizationId: scope.organizationId,
    externalId: text(attributes['externalId']),
    displayName: text(attributes['displayName']) ?? '',
    custom: customOf(attributes, GROUP_FIELDS),
    version: row.version,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

export function resourceData(row: ResourceRow, scope: Scope): ResourceData {
  const { externalId, ...attributes } = row.attributes;
  return {
    id: row.id,
    directoryId: scope.directoryId,
    organizationId: scope.organizationId,
    resourceType: row.type,
    externalId: text(externalId),
    attributes,
    version: row.version,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

export function memberData(row: ResourceRow, rules: MappingRules): MemberData {
  const email = preferred(row.attributes['emails']);
  return {
    id: row.id,
    type: row.type,
    userName: text(row.attributes['userName']),
    email: row.type === 'User' ? mappedText(row.attributes, rules)('email', email) : email,
    externalId: text(row.attributes['externalId']),
  };
}

/**
 * The fields of `before` that differ in `after`, as they were. `version` and `updatedAt` change with every change and are left
 * out; nothing in `before` is undefined, so absent-before is null by construction.
 */
export function previousOf<Data extends UserData | GroupData | ResourceData>(before: Data, after: Data): Partial<Data> {
  const changed = Object.entries(before).filter(
    ([field, value]) =>
      field !== 'version' &&
      field !== 'updatedAt' &&
      JSON.stringify(value) !== JSON.stringify(after[field as keyof Data]),
  );
  return Object.fromEntries(changed) as Partial<Data>;
}

/** The same of a resource whose attributes have no fields of their own: of `attributes`, those that differ. */
export function previousOfResource(before: ResourceData, after: ResourceData): PreviousResourceData {
  const { attributes, ...fields } = previousOf(before, after);
  if (attributes === undefined) return fields;
  const changed = Object.entries(attributes).filter(([name, was]) => !isSame(was, after.attributes[name]));
  const added = Object.keys(after.attributes).filter((name) => attributes[name] === undefined);
  const absentBefore = added.map((name): [string, null] => [name, null]);
  return { ...fields, attributes: Object.fromEntries<AttributeValue | null>([...changed, ...absentBefore]) };
}

const isSame = (a: AttributeValue, b: AttributeValue | undefined): boolean => b !== undefined && sameValue(a, b);

function customOf(attributes: Attributes, fields: ReadonlySet<string>): Record<string, unknown> {
  const custom: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === ENTERPRISE_USER_URN) {
      const rest = Object.entries(complex(value)).filter(([sub]) => !ENTERPRISE_FIELDS.has(sub));
      if (rest.length > 0) custom[name] = Object.fromEntries(rest);
    } else if (!fields.has(name)) {
      custom[name] = value;
    }
  }
  return custom;
}

function contacts(value: AttributeValue | undefined): ContactData[] {
  if (!isList(value)) return [];
  return value.flatMap((item) => {
    const contact = complex(item);
    const of = text(contact['value']);
    return of === null ? [] : [{ value: of, type: text(contact['type']), primary: contact['primary'] === true }];
  });
}

/** The primary contact's value, or else the first one's. */
function preferred(value: AttributeValue | undefined): string | null {
  let first: string | null = null;
  for (const item of isList(value) ? value : []) {
    const contact = complex(item);
    const of = text(contact['value']);
    if (of !== null && contact['primary'] === true) return of;
    first ??= of;
  }
  return first;
}

const text = (value: AttributeValue | undefined): string | null => (typeof value === 'string' ? value : null);

const isList = (value: AttributeValue | undefined): value is readonly AttributeValue[] => Array.isArray(value);

const complex = (value: AttributeValue | undefined): Attributes =>
  typeof value === 'object' && !isList(value) ? value : {};
