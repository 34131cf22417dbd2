import * as z from 'zod';
import { builtInType } from '../../../shared/scim/declarations/check-resource-type.js';
import { compileTypes, describeType } from '../../../shared/scim/declarations/compile.js';
import {
  NO_DECLARATIONS,
  sameName,
  type Declarations,
  type ResourceTypeDeclaration,
} from '../../../shared/scim/declarations/declarations.js';
import { declareResourceType, withdrawResourceType } from '../../../shared/scim/declarations/declare.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import { declare } from '../declarations.js';
import { knownDirectory } from '../directory.js';
import { pathId, text, wholeListOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { etagOf, ifMatch } from '../precondition.js';
import { invalid, notFound } from '../problem.js';

const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

const extension = z.strictObject({ schema: z.string(), required: z.boolean().default(false) });
const wanted = z
  .strictObject({
    schemas: z.array(z.literal(RESOURCE_TYPE_URN)).length(1).exactOptional(),
    id: z.string().exactOptional(),
    name: z.string().exactOptional().meta({ description: 'As in the path' }),
    endpoint: z.string().exactOptional().meta({ description: 'Relative to the SCIM base URL, such as `/Devices`' }),
    description: text(0, 1000).exactOptional(),
    schema: z.string().exactOptional().meta({ description: 'URN of its schema' }),
    schemaExtensions: z.array(extension).max(20).default([]),
    /** Of what was read here, and is sent back. */
    meta: z.unknown().optional(),
  })
  .meta({ examples: [{ endpoint: '/Devices', schema: 'urn:example:params:scim:schemas:1.0:Device' }] });

const view = z
  .object({
    schemas: z.array(z.literal(RESOURCE_TYPE_URN)),
    id: z.string().meta({ examples: ['Device'] }),
    name: z.string().meta({ examples: ['Device'] }),
    endpoint: z.string().meta({ description: 'Relative to the SCIM base URL', examples: ['/Devices'] }),
    description: z.string(),
    schema: z
      .string()
      .meta({ description: 'URN of its schema', examples: ['urn:example:params:scim:schemas:1.0:Device'] }),
    schemaExtensions: z.array(z.object({ schema: z.string(), required: z.boolean() })),
  })
  .meta({ id: 'ResourceType', description: 'A resource type of a directory (RFC 7643 section 6)' });

const ofDirectory = { id: pathId('directory') };
const path = {
  ...ofDirectory,
  name: z.string().meta({ description: 'Name of the resource type', examples: ['Device'] }),
};

export const list = operation({
  id: 'listResourceTypes',
  summary: 'List the resource types of a directory, built-in ones too',
  path: ofDirectory,
  answers: { 200: json(wholeListOf(view)) },
}).by(async ({ deps, path: { id } }) => {
  const { declarations } = await knownDirectory(id, deps);
  const data = compileTypes(declarations ?? NO_DECLARATIONS).map(show);
  return { status: 200, body: { data, nextCursor: null } };
});

export const get = operation({
  id: 'getResourceType',
  summary: 'Read a resource type',
  path,
  answers: { 200: json(view, 'etag') },
}).by(async ({ deps, path: { id, name } }) => {
  const directory = await knownDirectory(id, deps);
  return { status: 200, body: show(found(directory.declarations, name)), etag: etagOf(directory) };
});

export const put = operation({
  id: 'putResourceType',
  summary: 'Declare a resource type, or change it',
  description:
    'Of `User` and `Group` the extensions alone can be changed; a type of one’s own needs `endpoint` and `schema`.',
  path,
  headers: ifMatch,
  body: wanted,
  answers: { 200: json(view, 'etag'), 201: json(view, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id, name }, headers, body }) => {
  const type = readType(name, body);
  const { before, after, etag } = await declare(deps, id, headers['if-match'], (declarations, counts) =>
    declareResourceType(declarations, type, counts),
  );
  const isNew = find(before, type.name) === undefined;
  return { status: isNew ? 201 : 200, body: show(found(after, type.name)), etag };
});

export const remove = operation({
  id: 'deleteResourceType',
  summary: 'Withdraw a resource type that has no resources',
  path,
  headers: ifMatch,
  answers: { 204: null },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id, name }, headers }) => {
  await declare(deps, id, headers['if-match'], (declarations, counts) => {
    const left = withdrawResourceType(declarations, name, counts);
    if (left === undefined) throw notFound('resource type', name);
    return left;
  });
  return { status: 204 };
});

/** Its name is the path's; the body may repeat it. Of a built-in type, what is left out is as it is built in. */
function readType(pathName: string, body: z.output<typeof wanted>): ResourceTypeDeclaration {
  const { name = pathName, id = pathName, schemaExtensions } = body;
  const message = `must be ${pathName}, as in the path, or be left out`;
  if (name !== pathName) throw invalid({ field: 'name', message });
  if (id !== pathName) throw invalid({ field: 'id', message });
  const known = builtInType(pathName);
  const { endpoint, description = '', schema } = { ...(known && describeType(known)), ...body };
  if (endpoint !== undefined && schema !== undefined) return { name, endpoint, description, schema, schemaExtensions };
  const missing = Object.entries({ endpoint, schema }).filter(([, value]) => value === undefined);
  throw invalid(...missing.map(([field]) => ({ field, message: 'is required: a string' })));
}

const find = (declarations: Declarations | undefined, name: string): ResourceType | undefined =>
  compileTypes(declarations ?? NO_DECLARATIONS).find((type) => sameName(type.name, name));

function found(declarations: Declarations | undefined, name: string): ResourceType {
  const type = find(declarations, name);
  if (type === undefined) throw notFound('resource type', name);
  return type;
}

const show = (type: ResourceType): View<typeof view> => ({
  schemas: [RESOURCE_TYPE_URN],
  id: type.name,
  ...describeType(type),
});
