import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that an example presumes to be there. */
export interface Given {
  /** What the RFC calls it; `also` where it shortens that to fit a line. */
  readonly id?: string;
  readonly also?: readonly string[];
  readonly path: '/Users' | '/Groups';
  readonly body: object;
  /** The ETag that the RFC gives it. */
  readonly version?: string;
  /** When it is made, for an example that tells by time. */
  readonly at?: string;
  /** So many of them, told apart by `{n}`. */
  readonly times?: number;
}

/** Where Rollcall's answer is another one than the RFC's, as a merge patch, whose null takes away. */
interface Difference {
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A request and the response that the RFC shows; "..." in a response stands for whatever is there. */
export interface Exchange {
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** Bytes of white space behind the body. */
    readonly padding?: number;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
  };
  readonly difference?: Difference;
}

interface Example {
  /** The section, and what is shown. */
  readonly example: string;
  readonly given?: readonly Given[];
}

/** Requests, and what is to be seen afterwards; null of what is not. */
export interface Conversation extends Example {
  readonly exchanges: readonly Exchange[];
  readonly after?: readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[];
}

/** A resource as the RFC shows it. */
export interface Representation extends Example {
  readonly path: '/Users' | '/Groups';
  readonly representation: { readonly id: string };
  /** Groups that the resource is then made a member of. */
  readonly joins?: readonly string[];
  readonly difference?: Difference;
}

/** Filters, and the userNames of those that they select. */
export interface Filters extends Example {
  readonly filters: readonly { readonly filter: string; readonly selects: readonly string[] }[];
}

export type Characteristics = Readonly<Record<string, unknown>>;

/** A schema's attributes by their paths, without the descriptions. */
export interface Definition extends Example {
  /** URN. */
  readonly schema: string;
  readonly attributes: Readonly<Record<string, Characteristics>>;
  /** Attributes that are others here, or that the RFC has not; null of a characteristic that is left out. */
  readonly differences: Readonly<Record<string, { readonly ours: Characteristics; readonly why: string }>>;
  /** Where the documents of such a schema are, if it is one of the service provider's own. */
  readonly documents?: readonly string[];
}

const FOLDER = join(__dirname, '../fixtures/rfc');

const EXAMPLES: readonly (Conversation | Representation | Filters | Definition)[] = readdirSync(FOLDER).map((file) =>
  JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
);

/** The examples that have the member. */
export const examplesWith = <Kind extends Example>(member: keyof Kind & string): Kind[] =>
  EXAMPLES.filter((example): example is typeof example & Kind => member in example);

/** The RFC's ids, versions and base URL, and what they are here. */
export function createTranslation(baseUrl: string) {
  const ours = new Map([['https://example.com/v2', baseUrl]]);

  const text = (theirs: string): string => {
    let translated = theirs;
    for (const [from, to] of ours) translated = translated.replaceAll(from, to);
    return translated;
  };

  const translate = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(translate);
    return isObject(value) ? mapValues(value, translate) : value;
  };

  const learn = (theirs: unknown, actual: unknown): void => {
    if (!isObject(theirs) || !isObject(actual)) return;
    for (const [name, value] of Object.entries(theirs)) {
      const here = actual[name];
      if (!NAMES.includes(name)) learn(value, here);
      else if (typeof value === 'string' && typeof here === 'string') bind(lastSegment(value), lastSegment(here));
    }
  };

  const bind = (theirs: string, here: string): void => {
    if (!ours.has(theirs)) ours.set(theirs, here);
  };

  return {
    bind,
    text,
    translate: <Value>(value: Value): Value => translate(value) as Value,
    /** Learns from a response what the RFC's new ids, versions and cursors are here. */
    learn,
  };
}

const NAMES = ['id', 'location', 'version', 'nextCursor'];

/** A version has a slash, too: it is taken as a whole. */
const lastSegment = (value: string): string => (value.startsWith('W/') ? value : (value.split('/').at(-1) ?? value));

/** A merge patch (RFC 7396) that reaches into arrays by index. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch) || Array.isArray(patch)) return patch;
  const names = new Set([...Object.keys(isObject(target) ? target : {}), ...Object.keys(patch)]);
  const members = [...names].flatMap((name): [string, unknown][] => {
    const before = isObject(target) ? target[name] : undefined;
    if (!(name in patch)) return [[name, before]];
    return patch[name] === null ? [] : [[name, merged(before, patch[name])]];
  });
  return Array.isArray(target) ? members.map(([, value]) => value) : Object.fromEntries(members);
}

/** An array is one, too: of its elements by index. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const mapValues = (object: object, change: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** What an answer has to be equal to: times, versions and texts for people are the service provider's own. */
export function expectation(value: unknown, name = ''): unknown {
  if (value === '...') return expect.anything();
  if (typeof value === 'string') {
    if (name === 'created' || name === 'lastModified') return expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    if (name === 'version') return expect.stringMatching(/^W\/"\d+"$/);
    return name === 'detail' ? expect.stringMatching(/../) : value;
  }
  if (Array.isArray(value)) return value.map((item) => expectation(item, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, expectation(item, inner)]));
}
