import type { Attributes, AttributeValue } from './attributes.js';
import { InvalidValue, PayloadTooLarge } from './errors.js';
import { bareValue, booleanInText, oneValueAsList } from './leniency.js';
import { findAttribute } from './path.js';
import type { Attribute } from './schema.js';

/**
 * Reads a client's JSON value as the attribute defines it, into canonical form. Undefined when it is unassigned: null, an empty
 * array and an object without values are all the same as absent (RFC 7643 section 2.5). Throws `InvalidValue`, which names
 * `path`.
 */
export function readValue(attribute: Attribute, value: unknown, path: string): AttributeValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return readSingle(attribute, value, path);
  const list = oneValueAsList(value);
  if (!Array.isArray(list)) throw wrongType(path, value, listLike(attribute));
  return readList(attribute, list, path);
}

/** One value of a multi-valued attribute, or the value of another. */
export function readSingle(attribute: Attribute, value: unknown, path: string): AttributeValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (attribute.type !== 'complex') return readSimple(attribute, value, path);
  const object = bareValue(attribute, value);
  if (!isObject(object)) throw wrongType(path, value, `an object such as ${exampleOf(attribute)}`);
  if (Object.keys(object).length === 0) return undefined;
  const { subAttributes = [] } = attribute;
  const read = readAttributes(subAttributes, object, `${path}.`);
  requireRequired(subAttributes, read, `${path}.`);
  return assigned(read);
}

/** The attributes of an object that the client may set. Unknown and readOnly ones are ignored (RFC 7644 section 3.3). */
export function readAttributes(
  attributes: readonly Attribute[],
  object: Readonly<Record<string, unknown>>,
  prefix: string,
): Attributes {
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const attribute = findAttribute(attributes, name);
    if (attribute === undefined || attribute.mutability === 'readOnly') continue;
    const read = readValue(attribute, value, prefix + attribute.name);
    // A value that is never returned, such as a password, is checked and dropped: it is nobody's to keep.
    if (read !== undefined && attribute.returned !== 'never') values[attribute.name] = read;
  }
  return values;
}

/** Throws `InvalidValue` for the first required attribute that is absent or blank. */
function requireRequired(attributes: readonly Attribute[], values: Attributes, prefix: string): void {
  for (const { name, required } of attributes) {
    if (!required) continue;
    if (isBlank(values[name])) throw lacking(`${prefix}${name}`, values[name]);
  }
}

/** Absent, or a text without a letter. */
export const isBlank = (value: AttributeValue | undefined): boolean =>
  value === undefined || (typeof value === 'string' && value.trim() === '');

export const lacking = (path: string, value: AttributeValue | undefined): InvalidValue =>
  new InvalidValue(`${path}: it is ${value === undefined ? 'missing' : 'blank'}, and it is required. Send a value.`);

/** Most values of a multi-valued attribute. */
const VALUES_MAX = 1000;
/** Most members, which are rows of their own, that one request names: about what 1 MiB holds. */
const MEMBERS_MAX = 20_000;

/** Throws `PayloadTooLarge`, which names `path`. */
export function requireFewValues({ relation }: Attribute, count: number, path: string): void {
  if (relation === 'members') requireFewMembers(count);
  else if (count > VALUES_MAX) {
    throw new PayloadTooLarge(`${path}: it would have ${count} values, more than ${VALUES_MAX}. Send fewer.`);
  }
}

/** Throws `PayloadTooLarge`. */
export function requireFewMembers(count: number): void {
  if (count <= MEMBERS_MAX) return;
  throw new PayloadTooLarge(
    `members: the request names ${count}, more than ${MEMBERS_MAX}. Add or remove them by several requests.`,
  );
}

/** Each entry once, at most one of them primary (RFC 7643 section 2.4). */
function readList(attribute: Attribute, list: readonly unknown[], path: string): AttributeValue | undefined {
  requireFewValues(attribute, list.length, path);
  const values = distinct(list.flatMap((item, index) => readSingle(attribute, item, `${path}[${index}]`) ?? []));
  if (values.filter(isPrimary).length > 1) {
    throw new InvalidValue(`${path}: more than one value is primary. Set "primary": true on one of them.`);
  }
  return values.length === 0 ? undefined : values;
}

function readSimple({ type }: Attribute, value: unknown, path: string): AttributeValue {
  switch (type) {
    case 'boolean': {
      const boolean = booleanInText(value);
      if (typeof boolean !== 'boolean') throw wrongType(path, value, 'true or false');
      return boolean;
    }
    case 'integer':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(path, value, 'a whole number');
      return value;
    case 'decimal':
      if (typeof value !== 'number') throw wrongType(path, value, 'a number');
      return value;
    case 'dateTime':
      if (typeof value !== 'string' || parseDateTime(value) === undefined) {
        throw wrongType(path, value, 'a date and time, such as "2026-01-31T09:30:00Z"');
      }
      return value;
    case 'binary':
      if (typeof value !== 'string' || !BASE64.test(value)) throw wrongType(path, value, 'a string in base64');
      return value;
    default:
      if (typeof value !== 'string') throw wrongType(path, value, 'a string');
      return value;
  }
}

/** RFC 7643 section 2.3.6; in either alphabet of RFC 4648, wrapped or not. */
const BASE64 = /^[\sA-Za-z0-9+/_-]*(=[\s=]*)?$/;

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/i;

/** RFC 7643 section 2.3.5; milliseconds since the epoch. Undefined when it is none. */
export function parseDateTime(text: string): number | undefined {
  if (!DATE_TIME.test(text)) return undefined;
  if (Number(text.slice(8, 10)) > 28 && !isDay(text.slice(0, 10))) return undefined;
  const upper = text.toUpperCase();
  const isZoned = upper.endsWith('Z') || upper.at(-6) === '+' || upper.at(-6) === '-';
  const ms = Date.parse(isZoned ? upper : `${upper}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const listLike = (attribute: Attribute): string =>
  attribute.type === 'complex' ? `an array of objects such as [${exampleOf(attribute)}]` : 'an array';

const exampleOf = ({ subAttributes: [first] = [] }: Attribute): string => `{"${first?.name ?? 'value'}": …}`;

function wrongType(path: string, value: unknown, expected: string): InvalidValue {
  const came = Array.isArray(value) ? 'an array' : value === null ? 'null' : COMES_AS[typeof value];
  return new InvalidValue(`${path}: it is ${came ?? 'something else'}, must be ${expected}.`);
}

const COMES_AS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  object: 'an object',
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a client's value is the text, in any case. Never `String(value)`: an object's own `toString` may be anything. */
export const sameText = (value: unknown, text: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === text.toLowerCase();

/** A complex value, or undefined when it has no sub-attribute left. */
export const assigned = (value: Attributes): Attributes | undefined =>
  Object.keys(value).length === 0 ? undefined : value;

export const isComplex = (value: AttributeValue | undefined): value is Attributes =>
  typeof value === 'object' && !Array.isArray(value);

/** An absent multi-valued attribute has no values. */
export const listOf = (value: AttributeValue | undefined): readonly AttributeValue[] =>
  value === undefined ? [] : isList(value) ? value : [value];

export const isList = (value: AttributeValue): value is readonly AttributeValue[] => Array.isArray(value);

export const isPrimary = (value: AttributeValue): boolean => isComplex(value) && value['primary'] === true;

/** Each entry once, at its first place: no (type, value) combination comes twice (RFC 7643 section 2.4). A later one adds to it. */
export function distinct(values: readonly AttributeValue[]): readonly AttributeValue[] {
  if (values.length < 2) return values;
  return values.length <= FEW ? distinctFew(values) : distinctMany(values);
}

/** So many are compared with each other sooner than texts are made of them. */
const FEW = 8;

function distinctFew(values: readonly AttributeValue[]): readonly AttributeValue[] {
  const kept: AttributeValue[] = [];
  for (const value of values) {
    const place = kept.findIndex((known) => isSameEntry(known, value));
    if (place === -1) kept.push(value);
    else kept[place] = joined(kept[place], value);
  }
  return kept;
}

const joined = (known: AttributeValue | undefined, value: AttributeValue): AttributeValue =>
  isComplex(known) && isComplex(value) ? { ...known, ...value } : value;

/** Whether `entryKey` is the same of both. */
function isSameEntry(a: AttributeValue, b: AttributeValue): boolean {
  if (!isComplex(a) || !isComplex(b)) return sameValue(a, b);
  const isNamed = a['value'] !== undefined || b['value'] !== undefined;
  const names = isNamed ? ['value', 'type'] : [...Object.keys(a), ...Object.keys(b)];
  return names.every((name) => (name === 'primary' && !isNamed) || sameMember(a[name], b[name]));
}

function distinctMany(values: readonly AttributeValue[]): AttributeValue[] {
  const entries = new Map<string, AttributeValue>();
  for (const value of values) {
    const key = entryKey(value);
    entries.set(key, joined(entries.get(key), value));
  }
  return [...entries.values()];
}

/** The same text for values that are one entry: of one `value` and `type`, or else the same in all but `primary`. */
export function entryKey(value: AttributeValue): string {
  if (!isComplex(value)) return fingerprint(value);
  const { value: own, type } = value;
  // Nearly all entries, and many at once: its length tells where the first text ends, so that neither has to be quoted.
  if (typeof own === 'string' && typeof type === 'string') return `${own.length}:${own} ${type}`;
  if (own !== undefined) return `[${fingerprint(own)},${type === undefined ? '' : fingerprint(type)}]`;
  const { primary: _primary, ...rest } = value;
  return fingerprint(rest);
}

/** Whether two values say the same. Multi-valued attributes have no order (RFC 7643 section 2.4), and objects neither. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) return isList(b) && sameList(a, b);
  if (isList(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameMember(a[name], b[name]));
}

const sameMember = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && sameValue(a, b));

/** In the same order, as nearly always, or in another. */
const sameList = (a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean =>
  a.length === b.length &&
  (a.every((value, index) => sameMember(value, b[index])) || fingerprint(a) === fingerprint(b));

/** The same text for values that say the same. */
function fingerprint(value: AttributeValue): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(fingerprint).sort().join()}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${fingerprint(member)}`);
  return `{${members.sort().join()}}`;
}
