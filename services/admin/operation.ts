import type { Request, RequestHandler, Response } from 'express';
import * as z from 'zod';
import type { Immutable } from '../../shared/events/event.js';
import { actingFor } from './acting-for.js';
import type { Deps } from './deps.js';
import { requestIdOf } from './error-handler.js';
import { once } from './idempotency.js';
import type { ProblemCode } from './problem.js';
import { bodyOf, headersOf, pathOf, queryOf, READ_BODY } from './request.js';
import { stream, untilOver } from './streaming.js';

/** Headers that an answer may have beside its body. */
export const ANSWER_HEADERS = {
  etag: 'ETag',
  location: 'Location',
  disposition: 'Content-Disposition',
  caching: 'Cache-Control',
  buffering: 'X-Accel-Buffering',
  policy: 'Content-Security-Policy',
} as const;
export type AnswerHeader = keyof typeof ANSWER_HEADERS;

interface JsonAnswer<Schema extends z.ZodType = z.ZodType, Header extends AnswerHeader = AnswerHeader> {
  readonly kind: 'json';
  readonly schema: Schema;
  readonly headers: readonly Header[];
}

/** Text that the operation writes itself, piece by piece or at once. */
interface TextAnswer<Type extends MediaType = MediaType, Header extends AnswerHeader = AnswerHeader> {
  readonly kind: 'text';
  /** What it is by media type; of lines, what each of them is. */
  readonly types: { readonly [T in Type]?: z.ZodType };
  readonly headers: readonly Header[];
}

/** Successes; refusals are thrown. A closed set, as are the media types: by it TypeScript knows what a handler returns. */
type Status = 200 | 201 | 202 | 204;
type MediaType =
  | 'application/json'
  | 'application/schema+json'
  | 'application/x-ndjson'
  | 'text/csv'
  | 'text/event-stream'
  | 'text/html';

/** By status; null has no body. */
export type Answers = { readonly [S in Status]?: JsonAnswer | TextAnswer | null };

/** An answer as JSON, with these headers. */
export const json = <Schema extends z.ZodType, const Headers extends readonly AnswerHeader[]>(
  schema: Schema,
  ...headers: Headers
): JsonAnswer<Schema, Headers[number]> => ({ kind: 'json', schema, headers });

/** An answer as text of one of these media types, with these headers. */
export const written = <Type extends MediaType, const Headers extends readonly AnswerHeader[]>(
  types: Readonly<Record<Type, z.ZodType>>,
  ...headers: Headers
): TextAnswer<Type, Headers[number]> => ({ kind: 'text', types, headers });

/** An answer as Server-Sent Events, such as the example. */
export const serverSentEvents = (example: string) =>
  written({ 'text/event-stream': z.string().meta({ examples: [example] }) }, 'buffering');

type Shape = z.ZodRawShape;
type Nothing = Record<string, never>;

/** All that is said of an operation: requests are checked by it, its handler has its types, and the OpenAPI document is made of it. */
interface Declaration<
  A extends Answers = Answers,
  Path extends Shape = Shape,
  Query extends Shape = Shape,
  Headers extends Shape = Shape,
  Body extends z.ZodObject = z.ZodObject,
> {
  /** Unique, such as `createOrganization`. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Parameters of the path. */
  readonly path?: Path;
  readonly query?: Query;
  /** By name, in lower case. */
  readonly headers?: Headers;
  /** A JSON object. An operation that declares none does not look at what was sent. */
  readonly body?: Body;
  readonly answers: A;
  /** False of a POST that only reads: its answer is not kept for repetitions under an idempotency key. */
  readonly isKept?: boolean;
  /** Problems beside those that every such operation can answer with. */
  readonly refusals?: readonly ProblemCode[];
}

/** What an operation knows of its request: authenticated, and checked by what is declared. */
interface Call<Path, Query, Headers, Body, Type> {
  /** What the caller may reach of the world. */
  readonly deps: Deps;
  readonly requestId: string;
  readonly path: Path;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** Which of the answer's media types the client likes best, the first one where it does not matter; false: none of them. */
  readonly accepts: (...types: Type[]) => Type | false;
  /** Aborts when nobody waits for the answer any more, or the process is to stop. */
  readonly over: AbortSignal;
}

/** What an answer of that schema has to be. */
export type View<Schema extends z.ZodType> = Immutable<z.input<Schema>>;

type AnswerWith<S, Header extends AnswerHeader, Content> = Content & { readonly status: S } & {
  readonly [Name in Header]: string | undefined;
};

/** One of the answers that are declared. */
type AnswerTo<A extends Answers> = {
  [S in keyof A]: A[S] extends JsonAnswer<infer Schema, infer Header>
    ? AnswerWith<S, Header, { readonly body: View<Schema> }>
    : A[S] extends TextAnswer<infer Type, infer Header>
      ? AnswerWith<S, Header, { readonly type: Type; readonly text: string | AsyncIterable<string> }>
      : { readonly status: S };
}[keyof A];

/** The media types of answers as text. */
type TypeOf<A extends Answers> = {
  [S in keyof A]: A[S] extends TextAnswer<infer Type> ? Type : never;
}[keyof A];

/** An operation of the management API: what is said of it, and how Express does it once the caller is known. */
export interface Operation extends Declaration {
  readonly handlers: (deps: Deps) => readonly RequestHandler[];
}

/**
 * `operation({ … }).by(async (call) => …)`: a list of steps from a call to one of the answers that are declared. Refusals are thrown
 * as `Problem`. (In two calls, so that TypeScript knows the answers before it looks at the steps.)
 */
export function operation<
  A extends Answers,
  Path extends Shape = Nothing,
  Query extends Shape = Nothing,
  Headers extends Shape = Nothing,
  Body extends z.ZodObject = z.ZodObject<Nothing>,
>(declaration: Declaration<A, Path, Query, Headers, Body>) {
  const { path = {} as Path, query = {} as Query, headers = {} as Headers, body, isKept = true } = declaration;
  const [pathSchema, querySchema, headersSchema] = [z.object(path), z.strictObject(query), z.object(headers)];
  type CallTo = Call<
    z.output<typeof pathSchema>,
    z.output<typeof querySchema>,
    z.output<typeof headersSchema>,
    z.output<Body>,
    TypeOf<A>
  >;
  const callOf = (req: Request, res: Response, deps: Deps): CallTo => ({
    deps,
    requestId: requestIdOf(res),
    path: pathOf(req, pathSchema),
    query: queryOf(req, querySchema),
    headers: headersOf(req, headersSchema),
    body: bodyOf(req, body ?? (NO_BODY as unknown as Body)),
    accepts: (...types) => req.accepts(types) as TypeOf<A> | false,
    over: untilOver(res, deps.stopping),
  });
  return {
    by: (steps: (call: CallTo) => Promise<AnswerTo<A>>): Operation => ({
      ...declaration,
      handlers: (deps) => [
        ...(body === undefined ? [] : READ_BODY),
        async (req, res) => {
          const call = callOf(req, res, actingFor(deps, req, res));
          const answer = await (isKept ? once({ req, res, deps }, () => steps(call)) : steps(call));
          await send(res, answer, call.over);
        },
      ],
    }),
  };
}

const NO_BODY = z.object({});

type AnyAnswer = { readonly status: PropertyKey } & { readonly [Header in AnswerHeader]?: string | undefined } & {
  readonly body?: unknown;
  readonly type?: string;
  readonly text?: string | AsyncIterable<string>;
};

async function send(res: Response, { status, body, type, text, ...rest }: AnyAnswer, over: AbortSignal) {
  if (res.destroyed) return;
  const begin = (): void => {
    res.status(Number(status));
    for (const [name, value] of Object.entries(rest)) {
      if (value !== undefined) res.setHeader(ANSWER_HEADERS[name as AnswerHeader], value);
    }
    if (type !== undefined) res.type(type);
  };
  if (typeof text === 'object') return stream(res, text, over, begin);
  begin();
  if (text !== undefined) res.send(text);
  else if (body === undefined) res.end();
  else res.json(body);
}
