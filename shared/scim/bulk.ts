import { InvalidSyntax, InvalidValue, PayloadTooLarge, ScimError } from './errors.js';
import { operationsAlone } from './leniency.js';
import { messageUrn, readMessage } from './request-message.js';
import { isObject, sameText } from './values.js';

/** Largest body of any request, in bytes; published as `bulk.maxPayloadSize`. */
export const BODY_MAX_BYTES = 1_048_576;
/** Most operations in one bulk request; published as `bulk.maxOperations`. */
export const BULK_MAX_OPERATIONS = 1000;

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type BulkMethod = (typeof METHODS)[number];

/** RFC 7644 section 3.7. */
export interface BulkRequest {
  /** After so many errors nothing more is tried; undefined: everything is. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly BulkOperation[];
}

/** `flaw` is why it has not the form of an operation; then nothing of it is carried out, and the method may be unknown. */
export type BulkOperation = Readonly<
  Instruction & ({ method: BulkMethod; flaw: undefined } | { method: BulkMethod | undefined; flaw: ScimError })
>;

interface Instruction {
  /** Relative to the base URL, such as `/Users/7`. */
  readonly path: string;
  readonly bulkId: string | undefined;
  /** An ETag, as If-Match would have it. */
  readonly version: string | undefined;
  readonly data: unknown;
}

/**
 * Reads the body of a bulk request. Throws when the message as a whole is wrong; a wrong operation fails alone (RFC 7644 section
 * 3.7: as much as possible is carried out).
 */
export function readBulk(body: unknown): BulkRequest {
  const { failOnErrors, Operations: operations } = readMessage('BulkRequest', body);
  if (!Array.isArray(operations)) throw new InvalidSyntax('Operations: it must be an array of operations.');
  if (operations.length > BULK_MAX_OPERATIONS) {
    throw new PayloadTooLarge(
      `Operations: there are ${operations.length}, more than ${BULK_MAX_OPERATIONS}. Split them into several requests.`,
    );
  }
  const read = operations.map((operation, index) => readOperation(operation, `Operations[${index}]`));
  requireDistinct(read);
  return { failOnErrors: readFailOnErrors(failOnErrors), operations: read };
}

function readFailOnErrors(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidValue('failOnErrors: it must be a whole number from 1.');
}

function readOperation(operation: unknown, at: string): BulkOperation {
  const { method: name, bulkId } = isObject(operation) ? operation : {};
  const method = METHODS.find((candidate) => sameText(name, candidate));
  try {
    return readInstruction(operation, method, at);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const told = typeof bulkId === 'string' ? bulkId : undefined;
    return { method, path: '', bulkId: told, version: undefined, data: undefined, flaw: error };
  }
}

function readInstruction(operation: unknown, method: BulkMethod | undefined, at: string): BulkOperation {
  if (!isObject(operation)) throw new InvalidSyntax(`${at}: it must be an object with "method" and "path".`);
  const { path } = operation;
  if (method === undefined) throw new InvalidSyntax(`${at}.method: it must be one of ${METHODS.join(', ')}.`);
  if (typeof path !== 'string') throw new InvalidSyntax(`${at}.path: it must be a path such as "/Users".`);
  const bulkId = readText(operation['bulkId'], `${at}.bulkId`);
  if (method === 'POST' && bulkId === undefined) {
    throw new InvalidSyntax(`${at}.bulkId: a POST needs one, so that its answer can be told from others.`);
  }
  const data = method === 'PATCH' ? readModification(operation['data']) : operation['data'];
  return { method, path, bulkId, version: readText(operation['version'], `${at}.version`), data, flaw: undefined };
}

const readModification = (data: unknown): unknown =>
  operationsAlone(data) ? { schemas: [messageUrn('PatchOp')], Operations: data } : data;

function readText(value: unknown, at: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new InvalidValue(`${at}: it must be a string.`);
}

function requireDistinct(operations: readonly BulkOperation[]): void {
  const seen = new Set<string>();
  for (const { method, bulkId } of operations) {
    if (method !== 'POST' || bulkId === undefined) continue;
    if (seen.has(bulkId))
      throw new InvalidValue(`bulkId: two operations create ${JSON.stringify(bulkId)}. Give each its own.`);
    seen.add(bulkId);
  }
}

const REFERENCE = /^bulkId:(.+)$/;

/** The bulkId that a text refers to, such as `bulkId:qwerty`; undefined of any other text. */
const referenceIn = (text: string): string | undefined =>
  text.startsWith('bulkId:') ? REFERENCE.exec(text)?.[1] : undefined;

/** Every bulkId that an operation refers to, in its path or anywhere in its data. */
export function referencesOf({ path, data }: BulkOperation): string[] {
  const found = new Set<string>();
  collectReferences([path.split('/'), data], found);
  return [...found];
}

function collectReferences(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    const id = referenceIn(value);
    if (id !== undefined) found.add(id);
  } else if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, found);
  } else if (isObject(value)) {
    for (const item of Object.values(value)) collectReferences(item, found);
  }
}

/** An operation with its references replaced by what they stand for. Those that `idOf` does not know stay as they are. */
export const resolveReferences = (operation: BulkOperation, idOf: ReadonlyMap<string, string>): BulkOperation => ({
  ...operation,
  path: operation.path
    .split('/')
    .map((segment) => resolved(segment, idOf))
    .join('/'),
  data: resolvedValue(operation.data, idOf),
});

const resolved = (text: string, idOf: ReadonlyMap<string, string>): string => idOf.get(referenceIn(text) ?? '') ?? text;

function resolvedValue(value: unknown, idOf: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return resolved(value, idOf);
  if (Array.isArray(value)) return value.map((item) => resolvedValue(item, idOf));
  if (!isObject(value)) return value;
  // fromEntries defines own properties, whatever their names: "__proto__" stays a name.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolvedValue(item, idOf)]));
}

/** What became of an operation (RFC 7644 section 3.7.3); `status` as a number, `response` an error's body. */
export interface BulkOutcome {
  /** Undefined where the operation has none. */
  readonly method: BulkMethod | undefined;
  readonly bulkId: string | undefined;
  readonly location: string | undefined;
  readonly version: string | undefined;
  readonly status: number;
  readonly response: object | undefined;
}

export const bulkResponse = (outcomes: readonly BulkOutcome[]): object => ({
  schemas: [BULK_RESPONSE_URN],
  Operations: outcomes.map(({ status, ...outcome }) => ({ ...outcome, status: String(status) })),
});
