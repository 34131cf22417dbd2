import { InvalidFilter } from '../errors.js';

/** A piece of a filter. `at` is where it begins, counted from 1. */
export type Token =
  | { readonly kind: '(' | ')' | '[' | ']'; readonly at: number; readonly text: string }
  /** A JSON string; `value` is what it says. */
  | { readonly kind: 'string'; readonly at: number; readonly text: string; readonly value: string }
  /** Anything else up to a space or a bracket: an attribute path, an operator, a number, true, false or null. */
  | { readonly kind: 'word'; readonly at: number; readonly text: string };

const FILTER_BYTES_MAX = 4096;
/** Each piece begins where the one before ended, so this is linear in the filter's length. */
const PIECE = /(\s*)(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/gy;

/** Splits a filter, or a PATCH path, into its pieces. Throws `InvalidFilter` where nothing fits, or when it is above 4 KiB. */
export function tokenize(text: string): Token[] {
  if (Buffer.byteLength(text) > FILTER_BYTES_MAX) {
    throw new InvalidFilter(`The filter is longer than ${FILTER_BYTES_MAX} bytes. Split it into several requests.`);
  }
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    tokens.push(tokenOf(match));
    end = match.index + match[0].length;
  }
  if (text.slice(end).trim() !== '') {
    throw new InvalidFilter(
      `The filter has a string that does not end with a quotation mark: ${text.slice(end).trim()}`,
    );
  }
  return tokens;
}

function tokenOf({ index, 1: space = '', 2: bracket, 3: string, 4: word = '' }: RegExpExecArray): Token {
  const at = index + space.length + 1;
  if (isBracket(bracket)) return { kind: bracket, at, text: bracket };
  if (string !== undefined) return { kind: 'string', at, text: string, value: unescape(string, at) };
  return { kind: 'word', at, text: word };
}

const isBracket = (text: string | undefined): text is '(' | ')' | '[' | ']' => text !== undefined;

function unescape(string: string, at: number): string {
  try {
    return String(JSON.parse(string));
  } catch {
    throw new InvalidFilter(`The string at character ${at} of the filter is no JSON string: ${string}`);
  }
}
