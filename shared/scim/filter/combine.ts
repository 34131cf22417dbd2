import type { Filter } from './parse.js';

type Predicate<Subject> = (subject: Subject) => boolean;

/** What filters are made of, in the end. */
export type Leaf = Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' }>;

/** A filter as a predicate, given what its leaves mean. */
export function combine<Subject>(filter: Filter, leaf: (leaf: Leaf) => Predicate<Subject>): Predicate<Subject> {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [combine(filter.left, leaf), combine(filter.right, leaf)];
      return (subject) => left(subject) && right(subject);
    }
    case 'or': {
      const [left, right] = [combine(filter.left, leaf), combine(filter.right, leaf)];
      return (subject) => left(subject) || right(subject);
    }
    case 'not': {
      const operand = combine(filter.operand, leaf);
      return (subject) => !operand(subject);
    }
    default:
      return leaf(filter);
  }
}
