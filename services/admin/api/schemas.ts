import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { NO_DECLARATIONS, sameName, type Declarations } from '../../../shared/scim/declarations/declarations.js';
import { declareSchema, withdrawSchema } from '../../../shared/scim/declarations/declare.js';
import type { Attribute, Schema } from '../../../shared/scim/schema.js';
import { declare, pathText } from '../declarations.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { invalid, notFound } from '../problem.js';
import { bodyOf, pathId, text } from '../request.js';

const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

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
const body = z.strictObject({
  schemas: z.array(z.literal(SCHEMA_URN)).length(1).exactOptional(),
  id: z.string().exactOptional(),
  name: text(1, 100),
  description: text(0, 1000).default(''),
  attributes: z.array(attribute),
  /** Of what was read here, and is sent back. */
  meta: z.unknown().optional(),
});

/** The schemas that a directory declares (RFC 7643 section 7). */
export function schemas(deps: AdminDeps) {
  const list: RequestHandler = async (req, res) => {
    const { declarations = NO_DECLARATIONS } = await knownDirectory(pathId(req, 'directory'), deps);
    res.json({ data: declarations.schemas.map(show), nextCursor: null });
  };

  const get: RequestHandler = async (req, res) => {
    const { declarations } = await knownDirectory(pathId(req, 'directory'), deps);
    res.json(show(found(declarations, pathText(req, 'urn'))));
  };

  const put: RequestHandler = async (req, res) => {
    const schema = readSchema(req);
    const { before, after } = await declare(deps, pathId(req, 'directory'), (declarations, counts) =>
      declareSchema(declarations, schema, counts),
    );
    const isNew = find(before, schema.id) === undefined;
    res.status(isNew ? 201 : 200).json(show(found(after, schema.id)));
  };

  const remove: RequestHandler = async (req, res) => {
    const urn = pathText(req, 'urn');
    await declare(deps, pathId(req, 'directory'), (declarations) => {
      const left = withdrawSchema(declarations, urn);
      if (left === undefined) throw notFound('schema', urn);
      return left;
    });
    res.status(204).end();
  };

  return { list, get, put, remove };
}

/** The schema with every characteristic. Its URN is the path's; the body may repeat it. */
function readSchema(req: Request): Schema {
  const urn = pathText(req, 'urn');
  const { id = urn, name, description, attributes } = bodyOf(req, body);
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

const show = (schema: Schema) => ({ schemas: [SCHEMA_URN], ...schema });
