import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
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
import { declare, pathText } from '../declarations.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { invalid, notFound } from '../problem.js';
import { bodyOf, pathId, text } from '../request.js';

const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

const extension = z.strictObject({ schema: z.string(), required: z.boolean().default(false) });
const common = {
  schemas: z.array(z.literal(RESOURCE_TYPE_URN)).length(1).exactOptional(),
  id: z.string().exactOptional(),
  name: z.string().exactOptional(),
  schemaExtensions: z.array(extension).max(20).default([]),
  /** Of what was read here, and is sent back. */
  meta: z.unknown().optional(),
};
const newType = z.strictObject({
  ...common,
  endpoint: z.string(),
  description: text(0, 1000).default(''),
  schema: z.string(),
});
const builtIn = z.strictObject({
  ...common,
  endpoint: z.string().exactOptional(),
  description: z.string().exactOptional(),
  schema: z.string().exactOptional(),
});

/** A directory's resource types (RFC 7643 section 6): the built-in ones, whose extensions can be changed, and its own. */
export function resourceTypes(deps: AdminDeps) {
  const list: RequestHandler = async (req, res) => {
    const { declarations } = await knownDirectory(pathId(req, 'directory'), deps);
    res.json({ data: compileTypes(declarations ?? NO_DECLARATIONS).map(show), nextCursor: null });
  };

  const get: RequestHandler = async (req, res) => {
    const { declarations } = await knownDirectory(pathId(req, 'directory'), deps);
    res.json(show(found(declarations, pathText(req, 'name'))));
  };

  const put: RequestHandler = async (req, res) => {
    const type = readType(req);
    const { before, after } = await declare(deps, pathId(req, 'directory'), (declarations, counts) =>
      declareResourceType(declarations, type, counts),
    );
    const isNew = find(before, type.name) === undefined;
    res.status(isNew ? 201 : 200).json(show(found(after, type.name)));
  };

  const remove: RequestHandler = async (req, res) => {
    const name = pathText(req, 'name');
    await declare(deps, pathId(req, 'directory'), (declarations, counts) => {
      const left = withdrawResourceType(declarations, name, counts);
      if (left === undefined) throw notFound('resource type', name);
      return left;
    });
    res.status(204).end();
  };

  return { list, get, put, remove };
}

/** Its name is the path's; the body may repeat it. Of a built-in type, what is left out is as it is built in. */
function readType(req: Request): ResourceTypeDeclaration {
  const pathName = pathText(req, 'name');
  const known = builtInType(pathName);
  const {
    name = pathName,
    id = name,
    endpoint,
    description,
    schema,
    schemaExtensions,
  } = known === undefined ? bodyOf(req, newType) : { ...describeType(known), ...bodyOf(req, builtIn) };
  const message = `must be ${pathName}, as in the path, or be left out`;
  if (name !== pathName) throw invalid({ field: 'name', message });
  if (id !== pathName) throw invalid({ field: 'id', message });
  return { name, endpoint, description, schema, schemaExtensions };
}

const find = (declarations: Declarations | undefined, name: string): ResourceType | undefined =>
  compileTypes(declarations ?? NO_DECLARATIONS).find((type) => sameName(type.name, name));

function found(declarations: Declarations | undefined, name: string): ResourceType {
  const type = find(declarations, name);
  if (type === undefined) throw notFound('resource type', name);
  return type;
}

const show = (type: ResourceType) => ({ schemas: [RESOURCE_TYPE_URN], id: type.name, ...describeType(type) });
