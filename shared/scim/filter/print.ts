import type { Filter, Literal } from './parse.js';

/** A literal as JSON, or as it was written where it is no string. */
const asWritten = ({ value, text }: Literal): string => (typeof value === 'string' ? JSON.stringify(text) : text);

/** A filter as a text that parses to the same tree: parentheses stand wherever the tree is not what precedence makes of it. */
export function printFilter(filter: Filter, literal = asWritten): string {
  const print = (part: Filter): string => printFilter(part, literal);
  /** An operand in parentheses when it is of a kind that would otherwise be read differently; chains are left-associative. */
  const operand = (part: Filter, loose: readonly Filter['kind'][]): string =>
    loose.includes(part.kind) ? `(${print(part)})` : print(part);
  switch (filter.kind) {
    case 'compare':
      return `${filter.path} ${filter.operator} ${literal(filter.literal)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'not':
      return `not (${print(filter.operand)})`;
    case 'valuePath':
      return `${filter.path}[${print(filter.filter)}]`;
    case 'and':
      return `${operand(filter.left, ['or'])} and ${operand(filter.right, ['or', 'and'])}`;
    case 'or':
      return `${print(filter.left)} or ${operand(filter.right, ['or'])}`;
  }
}
