import { BODY_MAX_BYTES, BULK_MAX_OPERATIONS } from './bulk.js';
import { describeType } from './declarations/compile.js';
import { listResponse } from './messages.js';
import { DEFAULT_COUNT, MAX_COUNT } from './paging.js';
import type { Attribute, ResourceType, Schema } from './schema.js';
import { COMMON_ATTRIBUTES } from './schemas/define.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:';

/** RFC 7643 section 5: what is on, and what is not. */
export const serviceProviderConfig = (baseUrl: string): object => ({
  schemas: [`${CORE}ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: BULK_MAX_OPERATIONS, maxPayloadSize: BODY_MAX_BYTES },
  filter: { supported: true, maxResults: MAX_COUNT },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  // RFC 9865 section 4.
  pagination: {
    index: true,
    cursor: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: DEFAULT_COUNT,
    maxPageSize: MAX_COUNT,
  },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: "A token of the directory in the Authorization header: 'Bearer rcs_…'.",
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
});

/** RFC 7643 section 6. */
export const resourceTypes = (types: readonly ResourceType[], baseUrl: string): object =>
  list(types.map((type) => renderType(type, baseUrl)));

/** Undefined when there is none of that name. */
export const resourceType = (types: readonly ResourceType[], name: string, baseUrl: string): object | undefined => {
  const type = types.find((candidate) => candidate.name === name);
  return type && renderType(type, baseUrl);
};

/** RFC 7643 section 7: those that a resource type uses. */
export const schemas = (types: readonly ResourceType[], baseUrl: string): object =>
  list(schemasOf(types).map((schema) => renderSchema(types, schema, baseUrl)));

/** Undefined when there is none of that URN. */
export const schema = (types: readonly ResourceType[], id: string, baseUrl: string): object | undefined => {
  const found = schemasOf(types).find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  return found && renderSchema(types, found, baseUrl);
};

const list = (resources: readonly object[]): object =>
  listResponse(resources, { totalResults: resources.length, startIndex: 1, nextCursor: undefined });

/** Each once, although several types may have the same extension. */
const schemasOf = (types: readonly ResourceType[]): readonly Schema[] => [
  ...new Set(types.flatMap(({ schema: own, extensions }) => [own, ...extensions.map((extension) => extension.schema)])),
];

const renderType = (type: ResourceType, baseUrl: string): object => ({
  schemas: [`${CORE}ResourceType`],
  id: type.name,
  ...describeType(type),
  meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
});

const renderSchema = (
  types: readonly ResourceType[],
  { id, name, description, attributes }: Schema,
  baseUrl: string,
): object => ({
  schemas: [`${CORE}Schema`],
  id,
  name,
  description,
  attributes: [...externalIdOf(types, id), ...attributes].map(renderAttribute),
  meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
});

/** Of the common attributes, clients look for the one that they may set. */
const externalIdOf = (types: readonly ResourceType[], urn: string): readonly Attribute[] =>
  types.some((type) => type.schema.id === urn)
    ? COMMON_ATTRIBUTES.filter(({ mutability }) => mutability === 'readWrite')
    : [];

/** Without the characteristics that are ours (`indexed`, `searched`, `assumed`, `relation`). */
const renderAttribute = ({
  indexed: _indexed,
  searched: _searched,
  assumed: _assumed,
  relation: _relation,
  subAttributes,
  ...published
}: Attribute): object => ({
  ...published,
  ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(renderAttribute) }),
});
