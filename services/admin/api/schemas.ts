import * as z from 'zod';
import { NO_DECLARATIONS, sameName, type Declarations } from '../../../shared/scim/declarations/declarations.js';
import { declareSchema, withdrawSchema } from '../../../shared/scim/declarations/declare.js';
import type { Attribute, Schema } from '../../../shared/scim/schema.js';
import { declare } from '../declarations.js';
import { knownDirectory } from '../directory.js';
import { pathId, text, wholeListOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { etagOf, ifMatch } from '../precondition.js';
import { invalid, notFound } from '../problem.js';

const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

const EXAMPLE_URN = 'urn:example:params:scim:schemas:1.0:Device';
const EXAMPLE_ATTRIBUTE = { name: 'serialNumber', type: 'string', required: true, uniqueness: 'server' };

const values = z.array(text(1, 200)).min(1).max(200).exactOptional();
/** The characteristics of RFC 7643 section 7; what is left out has the default of section 2.2. */
const characteristics = {
  name: z.string(),
  type: z
    .enum(['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'])
    .default('string'),
  multiValued: z.boolean().default(false),
  description: text(0, 1000).default(''),
  required: z.boolean().default(false),
  caseExact: z.boolean().exactOptional(),
  mutability: z.enum(['readOnly', 'readWrite', 'immutable', 'writeOnly']).default('readWrite'),
  returned: z.enum(['always', 'never', 'default', 'request']).exactOptional(),
  uniqueness: z.enum(['none', 'server', 'global']).default('none'),
  canonicalValues: values,
  referenceTypes: values,
};
/** Attributes nest one level deep: what a sub-attribute has inside is not looked at, and refused. */
const subAttribute = z.strictObject({ ...characteristics, subAttributes: z.unknown().optional() });
const attribute = z.strictObject({ ...characteristics, subAttributes: z.array(subAttribute).exactOptional() });
const wanted = z.strictObject({
  schemas: z.array(z.literal(SCHEMA_URN)).length(1).exactOptional(),
  id: z.string().exactOptional(),
  name: text(1, 100),
  description: text(0, 1000).default(''),
  attributes: z.array(attribute),
  /** Of what was read here, and is sent back. */
  meta: z.unknown().optional(),
});

const view = z
  .object({
    schemas: z.array(z.literal(SCHEMA_URN)),
    id: z.string().meta({ description: 'Its URN', examples: [EXAMPLE_URN] }),
    name: z.string(),
    description: z.string(),
    attributes: z.array(
      z.record(z.string(), z.unknown()).meta({
        description: 'With all the characteristics of RFC 7643 section 7',
        examples: [EXAMPLE_ATTRIBUTE],
      }),
    ),
  })
  .meta({ id: 'Schema', description: 'A schema of the directory’s own (RFC 7643 section 7)' });

const ofDirectory = { id: pathId('directory') };
const path = { ...ofDirectory, urn: z.string().meta({ description: 'URN of the schema', examples: [EXAMPLE_URN] }) };

export const list = operation({
  id: 'listSchemas',
  summary: 'List the schemas that a directory declares',
  path: ofDirectory,
  answers: { 200: json(wholeListOf(view)) },
}).by(async ({ deps, path: { id } }) => {
  const { declarations = NO_DECLARATIONS } = await knownDirectory(id, deps);
  return { status: 200, body: { data: declarations.schemas.map(show), nextCursor: null } };
});

export const get = operation({
  id: 'getSchema',
  summary: 'Read a schema',
  path,
  answers: { 200: json(view, 'etag') },
}).by(async ({ deps, path: { id, urn } }) => {
  const directory = await knownDirectory(id, deps);
  return { status: 200, body: show(found(directory.declarations, urn)), etag: etagOf(directory) };
});

export const put = operation({
  id: 'putSchema',
  summary: 'Declare a schema, or change it',
  description:
    'What the directory’s resources need can be changed no more. What is read here may be sent back: `schemas` and `meta` are not looked at.',
  path,
  headers: ifMatch,
  body: wanted,
  answers: { 200: json(view, 'etag'), 201: json(view, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id, urn }, headers, body }) => {
  const schema = readSchema(urn, body);
  const { before, after, etag } = await declare(deps, id, headers['if-match'], (declarations, counts) =>
    declareSchema(declarations, schema, counts),
  );
  const isNew = find(before, schema.id) === undefined;
  return { status: isNew ? 201 : 200, body: show(found(after, schema.id)), etag };
});

export const remove = operation({
  id: 'deleteSchema',
  summary: 'Withdraw a schema that no resource type has',
  path,
  headers: ifMatch,
  answers: { 204: null },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id, urn }, headers }) => {
  await declare(deps, id, headers['if-match'], (declarations) => {
    const left = withdrawSchema(declarations, urn);
    if (left === undefined) throw notFound('schema', urn);
    return left;
  });
  return { status: 204 };
});

/** The schema with every characteristic. Its URN is the path's; the body may repeat it. */
function readSchema(urn: string, { id = urn, name, description, attributes }: z.output<typeof wanted>): Schema {
  if (id !== urn) throw invalid({ field: 'id', message: `must be ${urn}, as in the path, or be left out` });
  return { id, name, description, attributes: attributes.map(readAttribute) };
}

function readAttribute({ subAttributes, ...declared }: z.output<typeof attribute>): Attribute {
  if (subAttributes === undefined) return complete(declared);
  const subs = subAttributes.map(({ subAttributes: inside, ...sub }) => ({
    ...complete(sub),
    ...(inside === undefined ? {} : { subAttributes: [] }),
  }));
  return { ...complete(declared), subAttributes: subs };
}

/** With the defaults that depend on other characteristics; case means something to strings and references alone. */
function complete(declared: Omit<z.output<typeof attribute>, 'subAttributes'>): Attribute {
  const { type, mutability, caseExact = type === 'reference' } = declared;
  return {
    ...declared,
    caseExact: type === 'string' || type === 'reference' ? caseExact : type === 'binary',
    returned: declared.returned ?? (mutability === 'writeOnly' ? 'never' : 'default'),
  };
}

const find = (declarations: Declarations | undefined, urn: string): Schema | undefined =>
  declarations?.schemas.find(({ id }) => sameName(id, urn));

function found(declarations: Declarations | undefined, urn: string): Schema {
  const schema = find(declarations, urn);
  if (schema === undefined) throw notFound('schema', urn);
  return schema;
}

const show = ({ attributes, ...schema }: Schema): View<typeof view> => ({
  schemas: [SCHEMA_URN],
  ...schema,
  attributes: attributes.map((attribute) => ({ ...attribute })),
});
