import { InvalidSyntax, PayloadTooLarge } from './errors.js';

/** Deepest nesting of objects and arrays in a body. */
const JSON_DEPTH_MAX = 32;
/** Most members of one object in a body. */
const JSON_MEMBERS_MAX = 1000;
/** Most objects in a body: 1 MiB of members of a group, which have ids of 36 characters, are 22,000. */
const JSON_OBJECTS_MAX = 30_000;
/** Most members of all objects of a body together. A parser is slow with names that it has never seen. */
const JSON_ALL_MEMBERS_MAX = 50_000;

/** What the JSON of a body says. Throws `PayloadTooLarge` of what is beyond a limit, `InvalidSyntax` of what is no JSON in UTF-8. */
export function readJson(bytes: Buffer): unknown {
  requireModestJson(bytes);
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw new InvalidSyntax('The body is not in UTF-8. Send JSON in UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidSyntax('The body is not JSON. Send a JSON object with content type application/scim+json.');
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Looks for what would keep a JSON parser, and whoever walks through its result, busy for long: one pass over the UTF-8 text that
 * builds nothing. Whether it is JSON is the parser's business. Throws `PayloadTooLarge`, which names the limit.
 */
export function requireModestJson(text: Buffer): void {
  /** Commas so far in the innermost object; of an array, -Infinity: 1 MiB ends it early enough. */
  let commas = -Infinity;
  const outer: number[] = [];
  let objects = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x2c: // ,
        commas += 1;
        if (commas >= JSON_MEMBERS_MAX) throw tooManyMembers();
        if (commas > 0) members += 1;
        if (members > JSON_ALL_MEMBERS_MAX) throw tooMany(JSON_ALL_MEMBERS_MAX, 'members in all of its objects');
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (outer.push(commas) > JSON_DEPTH_MAX) throw tooDeep();
        commas = text[at] === 0x7b ? 0 : -Infinity;
        if (commas < 0) break;
        objects += 1;
        members += 1;
        if (objects > JSON_OBJECTS_MAX) throw tooMany(JSON_OBJECTS_MAX, 'objects');
        if (members > JSON_ALL_MEMBERS_MAX) throw tooMany(JSON_ALL_MEMBERS_MAX, 'members in all of its objects');
        break;
      case 0x5d: // ]
      case 0x7d: // }
        commas = outer.pop() ?? -Infinity;
        break;
      default:
        break;
    }
  }
}

/** Where the string that begins at `start` has its closing quotation mark, or the text its end. */
function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== 0x22) at += text[at] === 0x5c ? 2 : 1;
  return at;
}

const tooDeep = (): PayloadTooLarge =>
  new PayloadTooLarge(`The body is nested deeper than ${JSON_DEPTH_MAX} levels. Send a flatter one.`);

const tooMany = (max: number, what: string): PayloadTooLarge =>
  new PayloadTooLarge(`The body has more than ${max} ${what}. Split the request into several.`);

const tooManyMembers = (): PayloadTooLarge =>
  new PayloadTooLarge(
    `The body has an object with more than ${JSON_MEMBERS_MAX} members. Leave out attributes that no schema has.`,
  );
