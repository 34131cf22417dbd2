import type { AttributeMapping, Mapping } from '../../../../shared/directory/mapping.js';
import type { UserData } from '../../../../shared/events/event.js';
import type { Text } from '../text/text.js';

export type FieldName = keyof Text['map']['fields'];
export type SourceName = keyof Text['map']['sources'];

const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Where a value may come from, as SCIM calls it. */
const PATHS: Readonly<Record<SourceName, string>> = {
  userName: 'userName',
  externalId: 'externalId',
  workEmail: 'emails[type eq "work"].value',
  formattedName: 'name.formatted',
  nickName: 'nickName',
  userType: 'userType',
  costCenter: `${ENTERPRISE_USER}:costCenter`,
  division: `${ENTERPRISE_USER}:division`,
  organization: `${ENTERPRISE_USER}:organization`,
};

/** Fields that an administrator looks at, with sources beside the usual one that are worth a choice. */
export const FIELDS: readonly { readonly to: FieldName; readonly sources: readonly SourceName[] }[] = [
  { to: 'email', sources: ['workEmail', 'userName'] },
  { to: 'displayName', sources: ['formattedName', 'nickName', 'userName'] },
  { to: 'name.given', sources: [] },
  { to: 'name.family', sources: [] },
  { to: 'title', sources: ['userType'] },
  { to: 'department', sources: ['division', 'organization', 'costCenter'] },
  { to: 'employeeNumber', sources: ['externalId', 'userName'] },
  { to: 'active', sources: [] },
];

/** The source of a field: one that has a name here, a path that somebody else chose, or undefined for the usual one. */
export function sourceOf({ attributes }: Mapping, to: FieldName): { name?: SourceName; path: string } | undefined {
  const path = attributes.find((mapped) => mapped.to === to)?.from;
  if (path === undefined) return undefined;
  const name = (Object.keys(PATHS) as SourceName[]).find((source) => PATHS[source] === path);
  return name === undefined ? { path } : { name, path };
}

/** The mapping with another source of a field; undefined: the usual one. Whatever else it has stays. */
export function withSource(mapping: Mapping, to: FieldName, source: SourceName | undefined): Mapping {
  const others = mapping.attributes.filter((mapped) => mapped.to !== to);
  const mapped: AttributeMapping[] = source === undefined ? [] : [{ to, from: PATHS[source] }];
  return { ...mapping, attributes: [...others, ...mapped] };
}

/** Null: there is none. */
export function valueOf(user: UserData, to: FieldName): string | boolean | null {
  switch (to) {
    case 'name.given':
      return user.name.given;
    case 'name.family':
      return user.name.family;
    default:
      return user[to];
  }
}
