import { withAssumed } from './assumed.js';
import type { Attributes, AttributeValue } from './attributes.js';
import { oncePer } from './once-per.js';
import type { Attribute, ResourceType } from './schema.js';
import { GROUP, RESOURCE_TYPES } from './schemas/index.js';

/** A resource as the service provider keeps it; times in milliseconds since the epoch. */
export interface ResourceFacts {
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Canonical, without relations. */
  readonly attributes: Attributes;
}

/** Relations, as far as they were read. */
export interface Relations {
  /** Of a group: who is in it. `type` is the member's resource type. */
  readonly members?: readonly { readonly id: string; readonly type: string }[];
  /** The groups that it is a member of. */
  readonly groups?: readonly { readonly id: string; readonly display?: string }[];
}

export interface RelatedFacts extends ResourceFacts, Relations {}

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** RFC 7643 section 3: `schemas` names the type's schema and those of the extensions that have values. */
const schemasOf = ({ schema, extensions }: ResourceType, { attributes }: ResourceFacts): string[] => [
  schema.id,
  ...extensions.map((extension) => extension.schema.id).filter((urn) => attributes[urn] !== undefined),
];

/** RFC 7643 section 3.1. */
export const metaOf = (
  type: ResourceType,
  { id, createdAt, updatedAt, version }: Omit<ResourceFacts, 'attributes'>,
  baseUrl: string,
): Attributes => {
  const created = new Date(createdAt).toISOString();
  return {
    resourceType: type.name,
    created,
    lastModified: updatedAt === createdAt ? created : new Date(updatedAt).toISOString(),
    version: etag(version),
    location: `${baseUrl}${type.endpoint}/${id}`,
  };
};

/** A resource as it is sent: what is ours first, then the client's attributes, then the relations that were read. */
export function renderResource(type: ResourceType, facts: RelatedFacts, baseUrl: string): Record<string, unknown> {
  const rendered: Record<string, unknown> = {
    schemas: schemasOf(type, facts),
    id: facts.id,
    ...withAssumed(type, facts.attributes),
  };
  for (const attribute of relationsOf(type)) {
    const related = relatedValues(attribute, facts, baseUrl);
    if (related.length > 0) rendered[attribute.name] = related;
  }
  rendered['meta'] = metaOf(type, facts, baseUrl);
  return rendered;
}

export const relationsOf = oncePer(({ schema }: ResourceType): readonly Attribute[] =>
  schema.attributes.filter(({ relation }) => relation !== undefined),
);

/** The values of a relation, as far as it was read; none of another attribute. */
export function relatedValues(
  { relation }: Attribute,
  { members = [], groups = [] }: Relations,
  baseUrl: string,
): Attributes[] {
  switch (relation) {
    case 'members':
      return members.map(({ id, type }) => ({ value: id, $ref: locationOf(type, id, baseUrl), type }));
    case 'groups':
      return groups.map(({ id, display }) => ({
        value: id,
        $ref: locationOf(GROUP.name, id, baseUrl),
        ...(display === undefined ? {} : { display }),
        type: 'direct',
      }));
    default:
      return [];
  }
}

/** Of a user or a group: nothing else can be in a group. */
const locationOf = (typeName: string, id: string, baseUrl: string): string => {
  const type = RESOURCE_TYPES.find(({ name }) => name === typeName);
  return `${baseUrl}${type?.endpoint ?? `/${typeName}`}/${id}`;
};

export interface ListPage {
  /** Undefined where it is not known without reading everything, which cursor paging leaves out (RFC 9865 section 2). */
  readonly totalResults: number | undefined;
  /** 1-based index of the first resource of the page among all results; undefined of a page behind a cursor. */
  readonly startIndex: number | undefined;
  /** Of the page that follows; undefined of the last one. */
  readonly nextCursor: string | undefined;
}

/** RFC 7644 section 3.4.2. */
export const listResponse = (resources: readonly object[], page: ListPage): object => ({
  ...envelopeOf(page, resources.length),
  Resources: resources,
});

/** The JSON of the same, of resources that are JSON. */
export function listText(resources: readonly string[], page: ListPage): string {
  const envelope = JSON.stringify(envelopeOf(page, resources.length));
  return `${envelope.slice(0, -1)},"Resources":[${resources.join(',')}]}`;
}

const envelopeOf = (page: ListPage, itemsPerPage: number): object => ({
  schemas: [LIST_URN],
  ...page, // JSON leaves out what is undefined
  itemsPerPage,
});

/** A weak ETag (RFC 7644 section 3.14): the bytes may differ between answers, the resource does not. */
export const etag = (version: number): string => `W/"${version}"`;

/** Whether an If-Match or If-None-Match header (`*`, or a list) names the version; compared weakly (RFC 9110 section 8.8.3.2). */
export const etagMatches = (header: string, version: number): boolean =>
  header.trim() === '*' ||
  header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === `"${version}"`);

/** What is computed for every resource rather than kept; undefined of an attribute that is kept. */
export function computedValue(
  type: ResourceType,
  name: string,
  facts: ResourceFacts,
  baseUrl: string,
): AttributeValue | undefined {
  switch (name) {
    case 'id':
      return facts.id;
    case 'schemas':
      return schemasOf(type, facts);
    case 'meta':
      return metaOf(type, facts, baseUrl);
    default:
      return undefined;
  }
}
