import { InvalidFilter } from '../errors.js';

/** A piece of a filter. `at` is where it begins, counted from 1. */
export type Token =
  | { readonly kind: '(' | ')' | '[' | ']'; readonly at: number; readonly text: string }
  /** A JSON string; `value` is what it says. */
  | { readonly kind: 'string'; readonly at: number; readonly text: string; readonly value: string }
  /** Anything else up to a space or a bracket: an attribute path, an operator, a number, true, false or null. */
  | { readonly kind: 'word'; readonly at: number; readonly text: string };

const FILTER_BYTES_MAX = 4096;
const SPACE = /\s/;

/**
 * Splits a filter, or a PATCH path, into its pieces, in time that is linear in its length. Throws `InvalidFilter` where a string has no
 * end, or when it is above 4 KiB.
 */
export function tokenize(text: string): Token[] {
  // No character takes more than three bytes for each of its code units.
  if (text.length * 3 > FILTER_BYTES_MAX && Buffer.byteLength(text) > FILTER_BYTES_MAX) {
    throw new InvalidFilter(`The filter is longer than ${FILTER_BYTES_MAX} bytes. Split it into several requests.`);
  }
  const tokens: Token[] = [];
  for (let from = 0; from < text.length;) {
    if (isSpace(text.charCodeAt(from))) {
      from += 1;
      continue;
    }
    const token = tokenAt(text, from);
    tokens.push(token);
    from += token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, from: number): Token {
  const sign = text.charAt(from);
  if (isBracket(sign)) return { kind: sign, at: from + 1, text: sign };
  if (sign === '"') return stringAt(text, from);
  let end = from + 1;
  while (end < text.length && !endsWord(text.charCodeAt(end))) end += 1;
  return { kind: 'word', at: from + 1, text: text.slice(from, end) };
}

const isBracket = (sign: string): sign is '(' | ')' | '[' | ']' =>
  sign === '(' || sign === ')' || sign === '[' || sign === ']';

const [QUOTE, BACKSLASH, BLANK] = [0x22, 0x5c, 0x20];
/** Which of the first 128 characters end a word. */
const WORD_ENDS = Array.from({ length: 128 }, (_, code) => /[\s()[\]"]/.test(String.fromCharCode(code)));

const endsWord = (code: number): boolean => WORD_ENDS[code] ?? isSpace(code);

const isSpace = (code: number): boolean =>
  code === BLANK || ((code < BLANK || code > 0x7f) && SPACE.test(String.fromCharCode(code)));

function stringAt(text: string, from: number): Token {
  let isPlain = true;
  for (let next = from + 1; next < text.length; next += 1) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) {
      const string = text.slice(from, next + 1);
      const value = isPlain ? string.slice(1, -1) : unescape(string, from + 1);
      return { kind: 'string', at: from + 1, text: string, value };
    }
    // What JSON does not take as it stands.
    if (code === BACKSLASH || code < BLANK) isPlain = false;
    if (code === BACKSLASH) next += 1;
  }
  throw new InvalidFilter(
    `The filter has a string that does not end with a quotation mark: ${text.slice(from).trim()}`,
  );
}

function unescape(string: string, at: number): string {
  try {
    return String(JSON.parse(string));
  } catch {
    throw new InvalidFilter(`The string at character ${at} of the filter is no JSON string: ${string}`);
  }
}
