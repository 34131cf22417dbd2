import type { Request, RequestHandler } from 'express';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { nearest } from '../../shared/runtime/nearest.js';
import { invalid, notFound, Problem, type FieldError } from './problem.js';

export const BODY_LIMIT_BYTES = 1_048_576;

/** A short text for people: no control characters, which logs and terminals would obey. */
export const text = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'must have no control characters');

/** An id as a filter or a reference; whether it exists is asked later. */
export const id = z.string().refine((value) => isUuid(value), 'must be an id, such as an earlier answer gave it');

/** A parameter of the query that is a number. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      message: `must be an integer from ${min} to ${max}`,
    })
    .transform(Number);

/** A time; milliseconds. */
export const time = z
  .string()
  .refine((value) => z.iso.datetime({ offset: true }).safeParse(value).success, {
    message: 'must be a time such as 2026-01-31T09:30:00Z',
  })
  .transform((value) => Date.parse(value));

/** A parameter of the query that may be repeated. */
export const oneOrMore = <Item extends z.ZodType>(item: Item, max: number) =>
  z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(item).max(max));

/** Refuses a body in another form than JSON, instead of taking it for an empty one. */
export const onlyJson: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['content-length'] !== '0';
  if (hasBody && req.is('application/json') === false) {
    throw new Problem(
      'unsupported-media-type',
      'Send the body as JSON with the header "Content-Type: application/json".',
    );
  }
  next();
};

/** The request's body, or a problem with every field that is wrong. No body is an empty object. */
export const bodyOf = <Shape extends z.ZodRawShape>(
  req: Request,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> => {
  const body: unknown = req.body;
  return check(schema, body ?? {}, 'field');
};

/** The request's query, likewise. */
export const queryOf = <Shape extends z.ZodRawShape>(
  req: Request,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> => check(schema, { ...req.query }, 'parameter');

/** An id in the path. One that no id can look like names nothing, and is not asked of the store. */
export function pathId(req: Request, what: string, name = 'id'): string {
  const value: unknown = req.params[name];
  if (typeof value !== 'string' || !isUuid(value)) throw notFound(what, String(value));
  return value;
}

function check<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  input: unknown,
  noun: string,
): z.output<z.ZodObject<Shape>> {
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
