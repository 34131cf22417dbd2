import type { AttributeValue } from '../attributes.js';
import { InvalidFilter } from '../errors.js';
import { booleanInText } from '../leniency.js';
import type { Attribute } from '../schema.js';
import { parseDateTime } from '../values.js';
import type { Comparison, Literal } from './parse.js';

/** A string as it is compared and indexed: letters in one case unless the attribute is caseExact. */
export const foldCase = ({ caseExact }: Pick<Attribute, 'caseExact'>, text: string): string =>
  caseExact ? text : text.toLowerCase();

/**
 * A comparison with one value of an attribute (RFC 7644 section 3.4.2.2, table 3), by the attribute's type: dates
 * chronologically, strings by case rule. Throws `InvalidFilter` when the operator or the literal does not fit the type.
 */
export function comparator(
  attribute: Attribute,
  operator: Comparison,
  literal: Literal,
): (value: AttributeValue) => boolean {
  switch (attribute.type) {
    case 'boolean': {
      const expected = booleanInText(literal.value);
      if (typeof expected !== 'boolean') throw badLiteral(attribute, literal, 'true or false');
      return equality(attribute, operator, expected);
    }
    case 'integer':
    case 'decimal':
      return ordering(attribute, operator, numberOf(attribute, literal), (value) =>
        typeof value === 'number' ? value : undefined,
      );
    case 'dateTime':
      return isTextual(operator) ? textual(attribute, operator, literal) : chronological(attribute, operator, literal);
    case 'binary':
      return equality(attribute, operator, literal.text);
    case 'complex':
      throw new InvalidFilter(
        `${attribute.name} is complex: compare one of its sub-attributes, such as ${attribute.name}.${attribute.subAttributes?.[0]?.name ?? 'value'}.`,
      );
    case 'string':
    case 'reference':
      return textual(attribute, operator, literal);
  }
}

const textOf = (value: AttributeValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isTextual = (operator: Comparison): boolean => operator === 'co' || operator === 'sw' || operator === 'ew';

function equality(
  attribute: Attribute,
  operator: Comparison,
  expected: boolean | string,
): (value: AttributeValue) => boolean {
  if (operator === 'eq') return (value) => value === expected;
  if (operator === 'ne') return (value) => value !== expected;
  throw new InvalidFilter(
    `${attribute.name} is ${attribute.type}: it can be compared with eq and ne, not with ${operator}.`,
  );
}

function textual(attribute: Attribute, operator: Comparison, literal: Literal): (value: AttributeValue) => boolean {
  const expected = foldCase(attribute, literal.text);
  const folded = (value: AttributeValue): string => foldCase(attribute, textOf(value));
  switch (operator) {
    case 'co':
      return (value) => folded(value).includes(expected);
    case 'sw':
      return (value) => folded(value).startsWith(expected);
    case 'ew':
      return (value) => folded(value).endsWith(expected);
    default:
      return ordering(attribute, operator, expected, folded);
  }
}

const chronological = (attribute: Attribute, operator: Comparison, literal: Literal) => {
  const expected = parseDateTime(literal.text);
  if (expected === undefined) throw badLiteral(attribute, literal, 'a date and time, such as "2026-01-31T09:30:00Z"');
  return ordering(attribute, operator, expected, (value) => parseDateTime(textOf(value)));
};

function ordering<T extends string | number>(
  attribute: Attribute,
  operator: Comparison,
  expected: T,
  read: (value: AttributeValue) => T | undefined,
): (value: AttributeValue) => boolean {
  const compare = (holds: (value: T) => boolean) => (value: AttributeValue) => {
    const actual = read(value);
    return actual !== undefined && holds(actual);
  };
  switch (operator) {
    case 'eq':
      return compare((value) => value === expected);
    case 'ne':
      return compare((value) => value !== expected);
    case 'gt':
      return compare((value) => value > expected);
    case 'ge':
      return compare((value) => value >= expected);
    case 'lt':
      return compare((value) => value < expected);
    case 'le':
      return compare((value) => value <= expected);
    default:
      throw new InvalidFilter(`${attribute.name} is a number: ${operator} compares strings.`);
  }
}

function numberOf(attribute: Attribute, literal: Literal): number {
  const number = typeof literal.value === 'number' ? literal.value : Number.NaN;
  if (Number.isNaN(number)) throw badLiteral(attribute, literal, 'a number');
  return number;
}

const badLiteral = ({ name }: Attribute, { text }: Literal, expected: string): InvalidFilter =>
  new InvalidFilter(`${name} is compared with ${JSON.stringify(text)}, must be ${expected}.`);
