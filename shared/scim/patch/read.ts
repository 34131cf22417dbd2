import { InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, PayloadTooLarge } from '../errors.js';
import { isRemovalByValue, keyAsPath, operationInAnyCase } from '../leniency.js';
import { findAttribute, printPath } from '../path.js';
import { readMessage } from '../request-message.js';
import type { ResourceType } from '../schema.js';
import { isObject, listOf, readSingle, readValue, requireFewMembers, sameText } from '../values.js';
import { readMemberEdit } from './members.js';
import type { PatchOperation, Target } from './operation.js';
import { findPath, readPath } from './path.js';

type Verb = 'add' | 'replace' | 'remove';

/**
 * Reads the body of a PATCH (RFC 7644 section 3.5.2): every path resolved, every value checked, before anything is loaded. Throws
 * `InvalidSyntax`, `InvalidPath`, `InvalidFilter`, `InvalidValue`, `NoTarget` or `Mutability`, naming the operation, and
 * `PayloadTooLarge`, naming the limit.
 */
export function readPatch(type: ResourceType, body: unknown): PatchOperation[] {
  const { Operations: operations } = readMessage('PatchOp', body);
  if (!Array.isArray(operations)) throw new InvalidSyntax('Operations: it must be an array of operations.');
  requireFew(operations);
  const read: PatchOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    read.push(...readOperation(type, operation, `Operations[${index}]`));
    requireFewSteps(read.length);
  }
  requireFewMembers(read.reduce((sum, operation) => sum + namedBy(operation), 0));
  return read;
}

/** Most operations in one PATCH. */
const PATCH_MAX_OPERATIONS = 1000;
/** Most attributes that all operations of one PATCH set or remove, each as often as it is named. */
const PATCH_STEPS_MAX = 5000;
/** Longest text of the paths with filters in one PATCH together, in characters. */
const PATCH_FILTERS_MAX = 131_072;

function requireFew(operations: readonly unknown[]): void {
  if (operations.length > PATCH_MAX_OPERATIONS) {
    throw new PayloadTooLarge(
      `Operations: there are ${operations.length}, more than ${PATCH_MAX_OPERATIONS}. Split them into several requests.`,
    );
  }
  if (operations.reduce<number>((sum, operation) => sum + filtersIn(operation), 0) <= PATCH_FILTERS_MAX) return;
  throw new PayloadTooLarge(
    `Operations: their paths with filters are longer than ${PATCH_FILTERS_MAX} characters together. Split them into several requests.`,
  );
}

function requireFewSteps(count: number): void {
  if (count <= PATCH_STEPS_MAX) return;
  throw new PayloadTooLarge(
    `Operations: they name attributes more than ${PATCH_STEPS_MAX} times. Split them into several requests.`,
  );
}

/** How long the texts of an operation are together that are read as paths and have a filter. */
function filtersIn(operation: unknown): number {
  if (!isObject(operation)) return 0;
  const { path, value } = operation;
  let sum = typeof path === 'string' ? filterLength(path) : 0;
  if (!isObject(value)) return sum;
  for (const [name, inner] of Object.entries(value)) {
    sum += filterLength(name);
    if (isObject(inner)) for (const key of Object.keys(inner)) sum += filterLength(key);
  }
  return sum;
}

const filterLength = (path: string): number => (path.includes('[') ? path.length : 0);

const namedBy = (operation: PatchOperation): number =>
  operation.kind === 'members' && 'ids' in operation.edit ? operation.edit.ids.length : 0;

function readOperation(type: ResourceType, operation: unknown, at: string): PatchOperation[] {
  if (!isObject(operation)) throw new InvalidSyntax(`${at}: it must be an object with "op", "path" and "value".`);
  const verb = operationInAnyCase(operation['op']);
  if (verb !== 'add' && verb !== 'replace' && verb !== 'remove') {
    throw new InvalidSyntax(`${at}.op: it must be "add", "replace" or "remove".`);
  }
  const { path, value } = operation;
  if (path === undefined || path === null || path === '') return readWhole(type, verb, value, at);
  if (typeof path !== 'string') throw new InvalidPath(`${at}.path: it must be a string.`);
  if (verb !== 'remove' && value === undefined) {
    throw new InvalidValue(`${at}.value: ${verb} needs one. To clear ${JSON.stringify(path)}, use "remove".`);
  }
  const target = readPath(type, path);
  if (target.kind === 'extension') return readExtension(type, verb, target.urn, value, at);
  if (isReadOnly(target)) throw new Mutability(`${at}.path: ${printPath(target)} is readOnly. Leave it out.`);
  return readStep(verb, target, value, at);
}

/** Without a path the value is an object, and each of its keys a path of its own (RFC 7644 sections 3.5.2.1 and 3.5.2.3). */
function readWhole(type: ResourceType, verb: Verb, value: unknown, at: string): PatchOperation[] {
  if (verb === 'remove') throw new NoTarget(`${at}: "remove" needs a path that says what to remove.`);
  return readKeys(type, verb, value, at, keyAsPath);
}

/** Attributes that the type does not have, and readOnly ones (`id`, `schemas`, `meta`), are ignored as in a create. */
function readKeys(
  type: ResourceType,
  verb: 'add' | 'replace',
  value: unknown,
  at: string,
  pathOf: (name: string) => string,
): PatchOperation[] {
  if (!isObject(value)) throw new InvalidValue(`${at}.value: it must be an object of attributes.`);
  return Object.entries(value).flatMap(([name, member]) => {
    if (sameText(name, type.schema.id)) return readOwn(type, verb, member, at);
    const target = findPath(type, pathOf(name));
    if (target === undefined) return [];
    if (target.kind === 'extension') return readExtension(type, verb, target.urn, member, `${at}.value`);
    return isReadOnly(target) ? [] : readStep(verb, target, member, at);
  });
}

/** The type's own attributes under its schema's URN, as if they were an extension's. */
const readOwn = (type: ResourceType, verb: 'add' | 'replace', value: unknown, at: string): PatchOperation[] =>
  readKeys(type, verb, value ?? {}, `${at}.value`, (name) => `${type.schema.id}:${name}`);

/** Null is the same as absent, of an extension as of an attribute. */
function readExtension(type: ResourceType, verb: Verb, urn: string, value: unknown, at: string): PatchOperation[] {
  if (verb === 'remove' || (verb === 'replace' && value === null)) {
    if (!type.extensions.some(({ schema, required }) => required && schema.id === urn)) {
      return [{ kind: 'removeExtension', urn }];
    }
    throw new Mutability(`${at}: every ${type.name} must have the extension ${urn}. Replace its attributes.`);
  }
  return readKeys(type, verb, value ?? {}, at, (name) => `${urn}:${name}`);
}

const isReadOnly = ({ attribute, sub }: Target): boolean =>
  attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly';

function readStep(verb: Verb, target: Target, value: unknown, at: string): PatchOperation[] {
  if (target.attribute.relation === 'members') {
    const edit = readMemberEdit(verb, target, value, at);
    return edit === undefined ? [] : [{ kind: 'members', edit }];
  }
  return verb === 'remove' ? [readRemoval(target, value, at)] : readAssignment(verb, target, value, at);
}

function readAssignment(verb: 'add' | 'replace', target: Target, value: unknown, at: string): PatchOperation[] {
  const { attribute, sub, filter } = target;
  // A single complex value is merged: each sub-attribute is a step of its own (RFC 7644 section 3.5.2.3).
  if (attribute.type === 'complex' && !attribute.multiValued && sub === undefined && isObject(value)) {
    return Object.entries(value).flatMap(([name, member]) => {
      const inner = findAttribute(attribute.subAttributes ?? [], name);
      if (inner === undefined || inner.mutability === 'readOnly') return [];
      return readAssignment(verb, { ...target, sub: inner }, member, at);
    });
  }
  const where = `${at}: ${printPath(target)}`;
  const leaf = sub ?? attribute;
  const read =
    sub === undefined && filter !== undefined ? readSingle(leaf, value, where) : readValue(leaf, value, where);
  if (attribute.returned === 'never' || leaf.returned === 'never') return [];
  if (read !== undefined) return [{ kind: verb, target, value: read }];
  // Null and the empty array are the same as absent: adding them adds nothing, replacing by them removes.
  return verb === 'add' ? [] : [readRemoval(target, undefined, at)];
}

function readRemoval(target: Target, value: unknown, at: string): PatchOperation {
  const { attribute, sub, filter } = target;
  if (sub === undefined ? filter === undefined && attribute.required : sub.required) {
    throw new Mutability(`${at}: ${printPath(target)} is required and cannot be removed. Replace it.`);
  }
  const isSelective = attribute.multiValued && sub === undefined && filter === undefined && isRemovalByValue(value);
  if (!isSelective) return { kind: 'remove', target, values: undefined };
  // None named is none removed, never all.
  return { kind: 'remove', target, values: listOf(readValue(attribute, value, `${at}.value`)) };
}
