import type { Filter } from '../../shared/scim/filter/parse.js';

/** A filter as a text that parses to the same tree: parentheses stand wherever the tree is not what precedence makes of it. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare': {
      const { value, text } = filter.literal;
      return `${filter.path} ${filter.operator} ${typeof value === 'string' ? JSON.stringify(text) : text}`;
    }
    case 'present':
      return `${filter.path} pr`;
    case 'not':
      return `not (${printFilter(filter.operand)})`;
    case 'valuePath':
      return `${filter.path}[${printFilter(filter.filter)}]`;
    case 'and':
      return `${operand(filter.left, ['or'])} and ${operand(filter.right, ['or', 'and'])}`;
    case 'or':
      return `${printFilter(filter.left)} or ${operand(filter.right, ['or'])}`;
  }
}

/** An operand in parentheses when it is of a kind that would otherwise be read differently; chains are left-associative. */
const operand = (filter: Filter, loose: readonly Filter['kind'][]): string =>
  loose.includes(filter.kind) ? `(${printFilter(filter)})` : printFilter(filter);
