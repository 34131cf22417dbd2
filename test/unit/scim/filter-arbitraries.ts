import fc from 'fast-check';
import type { RelatedFacts } from '../../../shared/scim/messages.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';
import { userAttributes, word } from './arbitraries.js';

const paths = [
  ...['userName', 'USERNAME', 'externalId', 'id', 'title', 'active', 'name', 'name.givenName', 'nothing', 'schemas'],
  ...['emails', 'emails.value', 'emails.type', 'roles', 'addresses', 'meta.created', 'groups', 'groups.value'],
  ...['value', 'type', 'primary', 'x509Certificates', `${ENTERPRISE_USER_URN}:manager`, ENTERPRISE_USER_URN],
  'urn:ietf:params:scim:schemas:core:2.0:User:userName',
];
const path = fc.constantFrom(...paths);
const operator = fc.constantFrom('eq', 'eq', 'eq', 'EQ', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const literal = fc.oneof(
  word.map((text) => JSON.stringify(text)),
  fc.constantFrom('a', '7', 'true', 'null', 'u-1', '"u-2"', '"g-1"', '"2026-01-31T09:30:00Z"'),
);

/** Texts that are filters, most of which mean something for a user. */
export const { filter: filterText } = fc.letrec<{ filter: string; inside: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(path, operator, literal).map((parts) => parts.join(' ')) },
    path.map((name) => `${name} pr`),
  ),
  inside: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc.tuple(tie('atom'), fc.constantFrom('and', 'or'), tie('atom')).map((parts) => parts.join(' ')),
    tie('atom').map((inner) => `not (${inner})`),
  ),
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    fc.tuple(path, tie('inside')).map(([name, inner]) => `${name}[${inner}]`),
    fc.tuple(path, tie('inside'), tie('atom')).map(([name, inner, rest]) => `${name}[${inner}].${rest}`),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
  ),
}));

/** Users whose values meet those of the filters. */
export const user: fc.Arbitrary<RelatedFacts> = fc.record({
  id: fc.constantFrom('u-1', 'u-2', 'a', '7'),
  version: fc.integer({ min: 1, max: 3 }),
  createdAt: fc.constantFrom(0, Date.UTC(2026, 0, 31, 9, 30)),
  updatedAt: fc.constant(Date.UTC(2026, 1, 1)),
  attributes: userAttributes,
  groups: fc.array(fc.constant({ id: 'g-1' }), { maxLength: 1 }),
});
