import express, { type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import { nearest } from '../../shared/runtime/nearest.js';
import { InvalidSyntax, PayloadTooLarge } from '../../shared/scim/errors.js';
import { readJson } from '../../shared/scim/json-limits.js';
import { invalid, notFound, Problem, type FieldError } from './problem.js';

export const BODY_LIMIT_BYTES = 1_048_576;

/** Refuses a body in another form than JSON in UTF-8, instead of taking it for an empty one. */
const onlyJson: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['content-length'] !== '0';
  if (hasBody && (req.is('application/json') === false || !isUtf8(req.headers['content-type']))) {
    throw new Problem(
      'unsupported-media-type',
      'Send the body as JSON in UTF-8 with the header "Content-Type: application/json".',
    );
  }
  next();
};

/** The only encoding of JSON (RFC 8259 section 8.1). */
const isUtf8 = (contentType = ''): boolean => /^utf-?8$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8');
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

const parse: RequestHandler = (req, _res, next) => {
  const bytes: unknown = req.body;
  req.body = Buffer.isBuffer(bytes) && bytes.length > 0 ? jsonIn(bytes) : undefined;
  next();
};

function jsonIn(bytes: Buffer): object {
  try {
    const json = readJson(bytes);
    if (typeof json === 'object' && json !== null) return withoutProto(json);
  } catch (error) {
    if (error instanceof PayloadTooLarge) throw new Problem('too-large', error.detail);
    if (!(error instanceof InvalidSyntax)) throw error;
  }
  throw new Problem('malformed-request', 'The body is not a JSON object; check its quotes, commas and brackets.');
}

/** `__proto__` would be left out without a word wherever names are the client's own, such as headers. */
function withoutProto<T extends object>(json: T): T {
  if (Object.hasOwn(json, '__proto__')) {
    throw invalid({ field: '__proto__', message: 'is no field here; leave it out' });
  }
  for (const value of Object.values(json)) if (typeof value === 'object' && value !== null) withoutProto(value);
  return json;
}

/** Before a handler that looks at the body. */
export const READ_BODY: readonly RequestHandler[] = [
  onlyJson,
  express.raw({ limit: BODY_LIMIT_BYTES, type: () => true }),
  parse,
];

/** The request's body, or a problem with every field that is wrong. No body is an empty object. */
export const bodyOf = <Body extends z.ZodObject>(req: Request, schema: Body): z.output<Body> => {
  const body: unknown = req.body;
  return check(schema, body ?? {}, 'field');
};

/** The request's query, likewise. */
export const queryOf = <Query extends z.ZodObject>(req: Request, schema: Query): z.output<Query> =>
  check(schema, { ...req.query }, 'parameter');

/** Of the request's headers those that the schema has, likewise. */
export const headersOf = <Headers extends z.ZodObject>(req: Request, schema: Headers): z.output<Headers> =>
  check(schema, req.headers, 'header');

/** The parameters of the path. A wrong one names nothing: see `pathId`. */
export function pathOf<Path extends z.ZodObject>(req: Request, schema: Path): z.output<Path> {
  const parsed = z.safeParse(schema, req.params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw notFound(issue?.message ?? '', String(req.params[String(issue?.path[0])]));
}

function check<Schema extends z.ZodObject>(schema: Schema, input: unknown, noun: string): z.output<Schema> {
  const parsed = z.safeParse(schema, input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, Object.keys(schema.shape), noun));
  // Of a field that is wrong in more than one way, the first: a text that should be a list is not too long a list as well.
  throw invalid(...errors.filter(({ field }, index) => errors.findIndex((one) => one.field === field) === index));
}

function fieldErrors(issue: z.core.$ZodIssue, known: readonly string[], noun: string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.path.length === 0 ? known : [];
    return issue.keys.map((key) => ({
      field: [...issue.path, key].map(String).join('.'),
      message: `is no ${noun} here; ${suggestion(key, names)}`,
    }));
  }
  // A parameter that is repeated is told by its name alone.
  const path = noun === 'parameter' ? issue.path.slice(0, 1) : issue.path;
  const field = path.length === 0 ? 'body' : path.map(String).join('.');
  return [{ field, message: explain(issue) }];
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? `is required: ${withArticle(issue.expected)}`
      : `must be ${withArticle(issue.expected)}`;
  }
  if (issue.code === 'too_small') return `must have at least ${issue.minimum} ${unitOf(issue.origin)}`;
  if (issue.code === 'too_big') return `must have at most ${issue.maximum} ${unitOf(issue.origin)}`;
  if (issue.code === 'invalid_value') return oneOf(issue.input, issue.values.map(String));
  return issue.message;
}

/** What a value that must be one of a few is told. */
function oneOf(input: unknown, values: readonly string[]): string {
  if (input === undefined) return `is required: one of ${values.join(', ')}`;
  return `must be one of ${values.join(', ')}${typeof input === 'string' ? didYouMean(input, values) : ''}`;
}

function suggestion(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length === 0 ? 'leave it out' : `leave it out, or use one of ${known.join(', ')}`;
}

function didYouMean(word: string, known: readonly string[]): string {
  // A single sign such as * is near to any short word, and meant by none.
  const meant = nearest(
    word,
    known.filter(({ length }) => length > 1),
  );
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

const withArticle = (type: string): string => `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;

const unitOf = (origin: string): string => (origin === 'string' ? 'characters' : 'items');
