import { BODY_MAX_BYTES, BULK_MAX_OPERATIONS } from './bulk.js';
import { listResponse } from './messages.js';
import { DEFAULT_COUNT, MAX_COUNT } from './paging.js';
import type { Attribute, ResourceType, Schema } from './schema.js';
import { COMMON_ATTRIBUTES } from './schemas/define.js';
import { RESOURCE_TYPES } from './schemas/index.js';

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
export const resourceTypes = (baseUrl: string): object => list(RESOURCE_TYPES.map((type) => renderType(type, baseUrl)));

/** Undefined when there is none of that name. */
export const resourceType = (name: string, baseUrl: string): object | undefined => {
  const type = RESOURCE_TYPES.find((candidate) => candidate.name === name);
  return type && renderType(type, baseUrl);
};

/** RFC 7643 section 7. */
export const schemas = (baseUrl: string): object => list(SCHEMAS.map((schema) => renderSchema(schema, baseUrl)));

/** Undefined when there is none of that URN. */
export const schema = (id: string, baseUrl: string): object | undefined => {
  const found = SCHEMAS.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  return found && renderSchema(found, baseUrl);
};

const list = (resources: readonly object[]): object =>
  listResponse(resources, { totalResults: resources.length, startIndex: 1, nextCursor: undefined });

const SCHEMAS: readonly Schema[] = RESOURCE_TYPES.flatMap(({ schema: own, extensions }) => [
  own,
  ...extensions.map((extension) => extension.schema),
]);

const renderType = (type: ResourceType, baseUrl: string): object => ({
  schemas: [`${CORE}ResourceType`],
  id: type.name,
  name: type.name,
  endpoint: type.endpoint,
  description: type.description,
  schema: type.schema.id,
  schemaExtensions: type.extensions.map((extension) => ({
    schema: extension.schema.id,
    required: extension.required,
  })),
  meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
});

const renderSchema = ({ id, name, description, attributes }: Schema, baseUrl: string): object => ({
  schemas: [`${CORE}Schema`],
  id,
  name,
  description,
  attributes: [...externalIdOf(id), ...attributes].map(renderAttribute),
  meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
});

/** Of the common attributes, clients look for the one that they may set. */
const externalIdOf = (urn: string): readonly Attribute[] =>
  RESOURCE_TYPES.some((type) => type.schema.id === urn)
    ? COMMON_ATTRIBUTES.filter(({ mutability }) => mutability === 'readWrite')
    : [];

/** Without the characteristics that are ours (`indexed`, `relation`). */
const renderAttribute = ({
  indexed: _indexed,
  relation: _relation,
  subAttributes,
  ...published
}: Attribute): object => ({
  ...published,
  ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(renderAttribute) }),
});
