import type { Schema } from '../schema.js';
import { builtInType, checkResourceType } from './check-resource-type.js';
import { BUILT_IN_URNS, checkSchema } from './check-schema.js';
import { describeType } from './compile.js';
import {
  DeclarationConflict,
  refuse,
  sameName,
  type Counts,
  type DeclarationError,
  type Declarations,
  type ResourceTypeDeclaration,
} from './declarations.js';
import { breaksOfResourceType, breaksOfSchema } from './evolution.js';

const SCHEMAS_MAX = 50;
const RESOURCE_TYPES_MAX = 20;
/** Of all declarations of a directory as JSON: they are read with it. */
const DECLARATIONS_MAX_BYTES = 262_144;

/**
 * Declares a schema, or declares it anew. Throws `InvalidDeclaration`, or `DeclarationConflict` when resources need what would
 * change.
 */
export function declareSchema(declarations: Declarations, schema: Schema, counts: Counts): Declarations {
  refuse(checkSchema(schema));
  const before = declarations.schemas.find(({ id }) => sameName(id, schema.id));
  const others = declarations.schemas.filter((other) => other !== before);
  refuse(checkOverlap(schema, others));
  if (before === undefined) {
    refuseTooMany(others.length, SCHEMAS_MAX, 'schemas');
  } else {
    requireSpelling(before.id, schema.id);
    refuseBreaks(schema.id, breaksOfSchema(before, schema), countUsing(declarations, before.id, counts));
  }
  return sized({ ...declarations, schemas: replaced(declarations.schemas, before, schema) });
}

/** Withdraws a schema that no resource type uses; undefined when there is none of that URN. */
export function withdrawSchema(declarations: Declarations, urn: string): Declarations | undefined {
  const before = declarations.schemas.find(({ id }) => sameName(id, urn));
  if (before === undefined) return undefined;
  const users = declarations.resourceTypes.filter((type) => usesSchema(type, before.id));
  if (users.length > 0) {
    const names = users.map(({ name }) => name).join(', ');
    throw new DeclarationConflict(`${before.id} is used by ${names}. Take it out of there first.`);
  }
  return { ...declarations, schemas: declarations.schemas.filter((schema) => schema !== before) };
}

/** Declares a resource type, or the extensions of a built-in one. Throws as `declareSchema`. */
export function declareResourceType(
  declarations: Declarations,
  type: ResourceTypeDeclaration,
  counts: Counts,
): Declarations {
  refuse(checkResourceType(type, declarations));
  const { resourceTypes } = declarations;
  const after = withBuiltIn(type);
  const declared = resourceTypes.find(({ name }) => sameName(name, type.name));
  if (declared !== undefined) requireSpelling(declared.name, type.name);
  else refuseTooMany(resourceTypes.length, RESOURCE_TYPES_MAX, 'resource types');
  const builtIn = builtInType(type.name);
  const before = declared ?? (builtIn && describeType(builtIn));
  if (before !== undefined) refuseBreaks(type.name, breaksOfResourceType(before, after), counts[type.name] ?? 0);
  return sized({ ...declarations, resourceTypes: replaced(resourceTypes, declared, after) });
}

/** Withdraws a resource type without resources; undefined when there is none of that name. Built-in ones stay. */
export function withdrawResourceType(
  declarations: Declarations,
  typeName: string,
  counts: Counts,
): Declarations | undefined {
  const builtIn = builtInType(typeName);
  if (builtIn !== undefined) {
    throw new DeclarationConflict(`${builtIn.name} is built in and stays. PUT it without schemaExtensions instead.`);
  }
  const before = declarations.resourceTypes.find(({ name }) => sameName(name, typeName));
  if (before === undefined) return undefined;
  refuseBreaks(before.name, ['it would be removed'], counts[before.name] ?? 0);
  return { ...declarations, resourceTypes: declarations.resourceTypes.filter((type) => type !== before) };
}

/** The built-in extensions stay, named or not. */
function withBuiltIn(type: ResourceTypeDeclaration): ResourceTypeDeclaration {
  const builtIn = builtInType(type.name);
  if (builtIn === undefined) return type;
  const own = describeType(builtIn).schemaExtensions;
  const isOwn = (urn: string): boolean => own.some(({ schema }) => schema === urn);
  return { ...type, schemaExtensions: [...own, ...type.schemaExtensions.filter(({ schema }) => !isOwn(schema))] };
}

const usesSchema = ({ schema, schemaExtensions }: ResourceTypeDeclaration, urn: string): boolean =>
  schema === urn || schemaExtensions.some((extension) => extension.schema === urn);

const countUsing = ({ resourceTypes }: Declarations, urn: string, counts: Counts): number =>
  resourceTypes.filter((type) => usesSchema(type, urn)).reduce((sum, { name }) => sum + (counts[name] ?? 0), 0);

/** Of a path, a schema's URN is taken off first: `a:b` could be the schema `a:b`, or `b` of the schema `a`. */
function checkOverlap({ id }: Schema, others: readonly Schema[]): DeclarationError[] {
  const contains = (outer: string, inner: string): boolean => inner.toLowerCase().startsWith(`${outer.toLowerCase()}:`);
  const known = [...BUILT_IN_URNS, ...others.map((other) => other.id)];
  const other = known.find((urn) => contains(urn, id) || contains(id, urn));
  if (other === undefined) return [];
  return [{ field: 'id', message: `and ${other} begin alike, so that paths would be ambiguous; choose another one` }];
}

function requireSpelling(before: string, after: string): void {
  if (before === after) return;
  throw new DeclarationConflict(
    `It is declared as ${before}, and names have no case. Spell it so, or delete it first.`,
  );
}

function refuseTooMany(count: number, most: number, what: string): void {
  if (count < most) return;
  throw new DeclarationConflict(
    `The directory has ${most} declared ${what}, and more are not allowed. Delete one first.`,
  );
}

function refuseBreaks(what: string, breaks: readonly string[], resources: number): void {
  if (breaks.length === 0 || resources === 0) return;
  throw new DeclarationConflict(
    `${what}: ${breaks.join(', ')}, but there are resources (${resources}) that it is about. Delete them first, or add something new and optional instead.`,
  );
}

const replaced = <T>(all: readonly T[], before: T | undefined, after: T): T[] =>
  before === undefined ? [...all, after] : all.map((one) => (one === before ? after : one));

function sized(declarations: Declarations): Declarations {
  if (Buffer.byteLength(JSON.stringify(declarations)) <= DECLARATIONS_MAX_BYTES) return declarations;
  throw new DeclarationConflict(
    `The directory's declarations would have more than ${DECLARATIONS_MAX_BYTES} bytes of JSON. Shorten descriptions, or delete what is not used.`,
  );
}
