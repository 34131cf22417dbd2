import * as discovery from '../../../shared/scim/discovery.js';
import { RESOURCE_TYPES } from '../../../shared/scim/schemas/index.js';
import { ENTERPRISE_USER_URN } from '../../../shared/scim/schemas/enterprise-user.js';

const base = 'https://scim.example/scim/d/v2';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0';

interface Published {
  readonly name: string;
  readonly type: string;
  readonly subAttributes?: readonly Published[];
}

interface PublishedSchema {
  readonly id: string;
  readonly attributes: readonly Published[];
}

const { Resources: schemas } = discovery.schemas(RESOURCE_TYPES, base) as { Resources: readonly PublishedSchema[] };
const flattened = (attributes: readonly Published[]): Published[] =>
  attributes.flatMap((one) => [one, ...flattened(one.subAttributes ?? [])]);
const every = schemas.flatMap(({ attributes }) => flattened(attributes));

test('the schemas are those of the resource types and their extensions', () => {
  expect(schemas.map(({ id }) => id)).toEqual([`${CORE}:User`, ENTERPRISE_USER_URN, `${CORE}:Group`]);
});

test('a published attribute has every characteristic, and no marker of ours', () => {
  const required = [
    'caseExact',
    'description',
    'multiValued',
    'mutability',
    'name',
    'required',
    'returned',
    'type',
    'uniqueness',
  ];
  const allowed = [...required, 'canonicalValues', 'referenceTypes', 'subAttributes'];
  for (const attribute of every) {
    const characteristics = Object.keys(attribute);
    expect([attribute.name, required.filter((one) => !characteristics.includes(one))]).toEqual([attribute.name, []]);
    expect([attribute.name, characteristics.filter((one) => !allowed.includes(one))]).toEqual([attribute.name, []]);
  }
});

test('complex attributes have sub-attributes, references say of what, and no list of canonical values is empty', () => {
  for (const attribute of every) {
    expect(attribute.type === 'complex').toBe('subAttributes' in attribute);
    expect(attribute.type === 'reference').toBe('referenceTypes' in attribute);
    expect(attribute).not.toMatchObject({ canonicalValues: [] });
  }
});

test('externalId is published with the core schemas, id and meta are not', () => {
  for (const { id, attributes } of schemas) {
    const names = attributes.map(({ name }) => name);
    expect(names.includes('externalId')).toBe(id !== ENTERPRISE_USER_URN);
    expect(names).not.toContain('meta');
  }
});

test('the password goes in and never comes out', () => {
  expect(every.find(({ name }) => name === 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
});

test('a schema is found by its URN in any case', () => {
  const id = `${CORE}:User`;
  expect(discovery.schema(RESOURCE_TYPES, id.toUpperCase(), base)).toMatchObject({
    schemas: [`${CORE}:Schema`],
    id,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  });
  expect(discovery.schema(RESOURCE_TYPES, 'urn:example:none', base)).toBeUndefined();
});

test('a resource type is found by its name and names its schemas', () => {
  const user = {
    schemas: [`${CORE}:ResourceType`],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'People with an account.',
    schema: `${CORE}:User`,
    schemaExtensions: [{ schema: ENTERPRISE_USER_URN, required: false }],
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
  };
  expect(discovery.resourceType(RESOURCE_TYPES, 'User', base)).toEqual(user);
  expect(discovery.resourceType(RESOURCE_TYPES, 'Device', base)).toBeUndefined();
  expect(discovery.resourceTypes(RESOURCE_TYPES, base)).toMatchObject({
    totalResults: 2,
    startIndex: 1,
    itemsPerPage: 2,
    Resources: [user, {}],
  });
});

test('the configuration says what is on and what is not', () => {
  expect(discovery.serviceProviderConfig(base)).toMatchObject({
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: true },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [{ type: 'oauthbearertoken' }],
  });
});
