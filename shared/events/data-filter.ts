import { combine, type Leaf } from '../scim/filter/combine.js';
import { parseFilter, type Comparison, type Literal } from '../scim/filter/parse.js';
import { parseDateTime } from '../scim/values.js';
import type { WebhookEvent } from './event.js';

/** Whether an event is wanted. */
export type DataFilter = (event: Pick<WebhookEvent, 'data'>) => boolean;

/**
 * A filter in SCIM's syntax (RFC 7644 section 3.4.2.2) over the `data` of events, such as `department eq "Sales"`. An update also
 * matches when it matched before, so that who stops matching is told of as well. What an event does not have is absent: no
 * comparison but `ne` holds. Of a list, one value is enough. Throws `InvalidFilter`.
 */
export function compileDataFilter(text: string): DataFilter {
  const matches = combine(parseFilter(text), compileLeaf);
  return (event) => matches(event.data) || ('previous' in event && matches(before(event.data, event.previous)));
}

/** The data of an update as it was. Of a resource's `attributes`, `previous` has the changed ones alone. */
function before(data: object, previous: unknown): unknown {
  if (!isObject(previous)) return data;
  const [now, then] = [isObject(data) ? data['attributes'] : undefined, previous['attributes']];
  return { ...data, ...previous, ...(isObject(now) && isObject(then) && { attributes: { ...now, ...then } }) };
}

function compileLeaf(leaf: Leaf): (subject: unknown) => boolean {
  const path = leaf.path.toLowerCase();
  switch (leaf.kind) {
    case 'present':
      return (subject) => isPresent(valuesAt(subject, path));
    case 'valuePath': {
      const matches = combine(leaf.filter, compileLeaf);
      return (subject) => valuesAt(subject, path).some(matches);
    }
    case 'compare':
      return comparison(leaf.operator, leaf.literal, path);
  }
}

function comparison(operator: Comparison, literal: Literal, path: string): (subject: unknown) => boolean {
  // Null is absence (RFC 7643 section 2.5).
  if (literal.value === null && operator === 'eq') return (subject) => !isPresent(valuesAt(subject, path));
  if (literal.value === null && operator === 'ne') return (subject) => isPresent(valuesAt(subject, path));
  return (subject) => {
    const values = valuesAt(subject, path).map(plain);
    return (operator === 'ne' && values.length === 0) || values.some((value) => holds(value, operator, literal));
  };
}

/**
 * The values at a path, whatever the case of its letters. Names are separated by dots; after a name with dots or colons of its
 * own, such as a schema's URN, a colon does as well.
 */
function valuesAt(subject: unknown, path: string): unknown[] {
  if (subject === null || subject === undefined) return [];
  if (Array.isArray(subject)) return subject.flatMap((one) => valuesAt(one, path));
  if (path === '') return [subject];
  // Inside brackets, `value` of a plain value is the value itself.
  if (!isObject(subject)) return path === 'value' ? [subject] : [];
  return Object.entries(subject).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (path === key) return valuesAt(value, '');
    const isPrefix = path.startsWith(`${key}.`) || path.startsWith(`${key}:`);
    return isPrefix ? valuesAt(value, path.slice(key.length + 1)) : [];
  });
}

const isPresent = (values: readonly unknown[]): boolean => values.some((value) => value !== '');

/** A complex value means its `value`, if it has one: `emails co "@x"`. */
const plain = (value: unknown): unknown => (isObject(value) && 'value' in value ? value['value'] : value);

function holds(value: unknown, operator: Comparison, literal: Literal): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  const [text, expected] = [String(value).toLowerCase(), literal.text.toLowerCase()];
  switch (operator) {
    case 'co':
      return text.includes(expected);
    case 'sw':
      return text.startsWith(expected);
    case 'ew':
      return text.endsWith(expected);
    default:
      return inOrder(operator, sign(value, literal));
  }
}

/** How a value compares with a literal: numbers as numbers, times as times, strings whatever their case; NaN when it does not. */
function sign(value: string | number | boolean, literal: Literal): number {
  if (typeof value === 'number') return typeof literal.value === 'number' ? value - literal.value : NaN;
  const expected = literal.text.toLowerCase();
  if (typeof value === 'boolean') return String(value) === expected ? 0 : NaN;
  const [time, expectedTime] = [parseDateTime(value), parseDateTime(literal.text)];
  if (time !== undefined && expectedTime !== undefined) return time - expectedTime;
  const text = value.toLowerCase();
  if (text === expected) return 0;
  return text < expected ? -1 : 1;
}

function inOrder(operator: Exclude<Comparison, 'co' | 'sw' | 'ew'>, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
