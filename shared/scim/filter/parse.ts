import { InvalidFilter } from '../errors.js';
import { unquotedText } from '../leniency.js';
import { tokenize, type Token } from './tokens.js';

const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];
const BY_WORD: ReadonlyMap<string, Comparison> = new Map(COMPARISONS.map((operator) => [operator, operator]));

/** `text` is the value as the client wrote it, for an attribute of another type than the literal's. */
export interface Literal {
  readonly value: string | number | boolean | null;
  readonly text: string;
}

/** A filter (RFC 7644 section 3.4.2.2), syntax alone: what a path means is up to the resource type. */
export type Filter =
  | { readonly kind: 'compare'; readonly path: string; readonly operator: Comparison; readonly literal: Literal }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  /** `path[filter]`: one value of the attribute satisfies the whole filter, whose paths are its sub-attributes. */
  | { readonly kind: 'valuePath'; readonly path: string; readonly filter: Filter };

const DEPTH_MAX = 16;
const NODES_MAX = 64;
const PATH = /^[a-z$][\w$:.-]*$/i;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Parses a whole filter. Throws `InvalidFilter`, which says where and what was expected. */
export function parseFilter(text: string): Filter {
  const cursor: Cursor = { tokens: tokenize(text), next: 0, nodes: 0 };
  const filter = disjunction(cursor, { depth: 1, inBrackets: false });
  if (peek(cursor) !== undefined) throw expected(cursor, '"and", "or" or its end');
  return filter;
}

/** Where the parser is in its tokens, and how many nodes it has made. */
interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  nodes: number;
}

/** Where it is in the tree. A valuePath has no valuePath inside (RFC 7644, figure 1). */
interface Place {
  readonly depth: number;
  readonly inBrackets: boolean;
}

/** Recursive descent, loosest first: or, and, not, grouping (RFC 7644 section 3.4.2.2, table 6). */
function disjunction(cursor: Cursor, place: Place): Filter {
  if (place.depth > DEPTH_MAX) {
    throw new InvalidFilter(`The filter is nested deeper than ${DEPTH_MAX} levels. Simplify it.`);
  }
  let left = conjunction(cursor, place);
  while (takeWord(cursor, 'or')) left = node(cursor, { kind: 'or', left, right: conjunction(cursor, place) });
  return left;
}

function conjunction(cursor: Cursor, place: Place): Filter {
  let left = factor(cursor, place);
  while (takeWord(cursor, 'and')) left = node(cursor, { kind: 'and', left, right: factor(cursor, place) });
  return left;
}

function factor(cursor: Cursor, place: Place): Filter {
  if (peek(cursor)?.kind === '(') return group(cursor, place);
  const isNegation = cursor.tokens[cursor.next + 1]?.kind === '(' && takeWord(cursor, 'not');
  return isNegation ? node(cursor, { kind: 'not', operand: group(cursor, place) }) : expression(cursor, place);
}

function group(cursor: Cursor, place: Place): Filter {
  expect(cursor, '(');
  const inner = disjunction(cursor, { ...place, depth: place.depth + 1 });
  expect(cursor, ')');
  return inner;
}

function expression(cursor: Cursor, place: Place): Filter {
  const path = checkPath(expect(cursor, 'word').text);
  if (peek(cursor)?.kind !== '[') return comparison(cursor, path);
  if (place.inBrackets) throw expected(cursor, 'an operator: brackets cannot stand inside brackets');
  expect(cursor, '[');
  const filter = disjunction(cursor, { depth: place.depth + 1, inBrackets: true });
  expect(cursor, ']');
  return node(cursor, { kind: 'valuePath', path, filter: withSub(cursor, filter) });
}

/** `path[filter].sub op value` means: one value satisfies the filter and the comparison of its sub-attribute. */
function withSub(cursor: Cursor, filter: Filter): Filter {
  const token = peek(cursor);
  if (token?.kind !== 'word' || !token.text.startsWith('.')) return filter;
  cursor.next += 1;
  return node(cursor, { kind: 'and', left: filter, right: comparison(cursor, checkPath(token.text.slice(1))) });
}

function comparison(cursor: Cursor, path: string): Filter {
  if (takeWord(cursor, 'pr')) return node(cursor, { kind: 'present', path });
  const operator = comparisonIn(peek(cursor));
  if (operator === undefined)
    throw expected(cursor, `an operator after ${JSON.stringify(path)} (${COMPARISONS.join(', ')} or pr)`);
  cursor.next += 1;
  const token = peek(cursor);
  if (token?.kind !== 'string' && token?.kind !== 'word') throw expected(cursor, `a value after ${operator}`);
  cursor.next += 1;
  const literal = token.kind === 'string' ? { value: token.value, text: token.value } : bareword(token.text);
  return node(cursor, { kind: 'compare', path, operator, literal });
}

/** How many parts, nodes of the tree, a filter has. */
export function partsOf(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return 1 + partsOf(filter.left) + partsOf(filter.right);
    case 'not':
      return 1 + partsOf(filter.operand);
    case 'valuePath':
      return 1 + partsOf(filter.filter);
    case 'compare':
    case 'present':
      return 1;
  }
}

const peek = ({ tokens, next }: Cursor): Token | undefined => tokens[next];

function comparisonIn(token: Token | undefined): Comparison | undefined {
  return token?.kind === 'word' ? (BY_WORD.get(token.text) ?? BY_WORD.get(token.text.toLowerCase())) : undefined;
}

function takeWord(cursor: Cursor, word: string): boolean {
  const token = peek(cursor);
  const isNext = token?.kind === 'word' && token.text.length === word.length && token.text.toLowerCase() === word;
  if (isNext) cursor.next += 1;
  return isNext;
}

function expect(cursor: Cursor, kind: Token['kind']): Token {
  const token = peek(cursor);
  if (token?.kind !== kind) throw expected(cursor, kind === 'word' ? 'an attribute' : `"${kind}"`);
  cursor.next += 1;
  return token;
}

function expected(cursor: Cursor, what: string): InvalidFilter {
  const token = peek(cursor);
  const found = token === undefined ? 'it ends' : `there is ${quoted(token)} at character ${token.at}`;
  return new InvalidFilter(`The filter needs ${what}, but ${found}. Example: userName eq "ann@example.com"`);
}

/** What a client wrote stands in quotation marks in every message: whoever is not to know it can leave it out. */
const quoted = ({ kind, text }: Token): string => (kind === 'string' ? text : JSON.stringify(text));

function node(cursor: Cursor, filter: Filter): Filter {
  cursor.nodes += 1;
  if (cursor.nodes > NODES_MAX) throw new InvalidFilter(`The filter has more than ${NODES_MAX} parts. Split it up.`);
  return filter;
}

function checkPath(text: string): string {
  if (!PATH.test(text))
    throw new InvalidFilter(
      `The filter has ${JSON.stringify(text)} where the name of an attribute should be. Example: userName eq "ann@example.com"`,
    );
  return text;
}

/** A JSON literal, or a string without its quotation marks. */
function bareword(text: string): Literal {
  switch (text.toLowerCase()) {
    case 'true':
      return { value: true, text };
    case 'false':
      return { value: false, text };
    case 'null':
      return { value: null, text };
    default:
      return { value: NUMBER.test(text) ? Number(text) : unquoted(text), text };
  }
}

function unquoted(word: string): string {
  const text = unquotedText(word);
  if (text !== undefined) return text;
  throw new InvalidFilter(
    `The filter has ${JSON.stringify(word)}: strings stand in double quotes. Example: userName eq "ann@example.com"`,
  );
}
