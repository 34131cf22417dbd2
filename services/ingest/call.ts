import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { scimBaseUrl } from '../../shared/directory/base-url.js';
import { parseTraceparent } from '../../shared/events/trace-context.js';
import { NotFound, type ScimError } from '../../shared/scim/errors.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { ServedDirectory } from './known-directories.js';

/** What an operation knows of its request: authenticated, parsed, and bound to one directory. */
export interface Call {
  readonly directory: ServedDirectory;
  readonly types: DirectoryTypes;
  readonly requestId: string;
  /** Undefined when it came without, or with one that is none. */
  readonly traceparent: string | undefined;
  /** The directory's SCIM base URL, without a trailing slash. */
  readonly baseUrl: string;
  /** The `:endpoint` of the route; else empty. */
  readonly endpoint: string;
  /** The `:id` of the route, or the id that a bulk request has given a new resource; else empty. */
  readonly id: string;
  /** First value of each query parameter. */
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is JSON already. */
  readonly body?: object | string;
}

/** One SCIM operation: a list of steps from call to reply. Refusals are thrown as `ScimError`. */
export type Operation = (call: Call) => Promise<Reply>;

/** The same on a resource of a type, or on all of a type. */
export type TypeOperation = (call: Call, type: ResourceType) => Promise<Reply>;

/** The resource types of a directory. */
export interface DirectoryTypes {
  readonly all: readonly ResourceType[];
  /** By their endpoints in lower case, without the slash. */
  readonly byEndpoint: ReadonlyMap<string, ResourceType>;
}

/** An operation on the type that the route's `:endpoint` names. */
export const ofType =
  (operation: TypeOperation): Operation =>
  async (call) =>
    operation(call, typeAt(call.types, call.endpoint));

/** Throws `NotFound` when no type of the directory has the endpoint. */
export function typeAt({ byEndpoint }: DirectoryTypes, endpoint: string): ResourceType {
  const type = byEndpoint.get(endpoint.toLowerCase());
  if (type !== undefined) return type;
  throw new NotFound(
    `There is nothing at ${JSON.stringify(`/${endpoint}`)} in this directory. GET /ResourceTypes lists its endpoints.`,
  );
}

/** Set by `authenticate` for the operations behind it. */
export interface CallLocals {
  directory: ServedDirectory;
  types: DirectoryTypes;
  requestId: string;
  /** A directory that there is, which did not let the request in. */
  refusedBy?: string;
  /** What came of the request, where it was refused. */
  refusal?: ScimError;
}

type Params = Record<string, string | string[]>;

/** Express middleware that knows what `CallLocals` has. */
export type ScimHandler = RequestHandler<Params, unknown, unknown, Request['query'], CallLocals>;

/** The same for what handlers have thrown. */
export type ScimErrorHandler = ErrorRequestHandler<Params, unknown, unknown, Request['query'], CallLocals>;

const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';

/** An operation as an Express handler; `publicUrl` is where identity providers reach this service. */
export const handle =
  (publicUrl: string, operation: Operation): ScimHandler =>
  (req, res, next) => {
    const { directory, types, requestId } = res.locals;
    operation({
      directory,
      types,
      requestId,
      traceparent: traceparentOf(req),
      baseUrl: scimBaseUrl(publicUrl, directory.id),
      endpoint: single(req.params['endpoint']),
      id: single(req.params['id']),
      query: firstValues(req.url),
      body: req.body,
      ifMatch: req.get('if-match'),
      ifNoneMatch: req.get('if-none-match'),
    })
      .then((reply) => send(res, reply))
      .catch(next);
  };

/** Several headers of the name are none: Node joins them with a comma. */
export const traceparentOf = ({ headers }: { readonly headers: Request['headers'] }): string | undefined => {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined;
};

/** Not res.json, which would set Express's own content type and look for an ETag of its own. */
export function send(res: Response<unknown, CallLocals>, { status, headers, body }: Reply): void {
  const all: Record<string, string | number> = { 'x-request-id': res.locals.requestId, ...headers };
  if (body === undefined) {
    res.writeHead(status, all).end();
    return;
  }
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  all['content-type'] = SCIM_MEDIA_TYPE;
  all['content-length'] = Buffer.byteLength(json);
  res.writeHead(status, all).end(json);
}

const single = (param: string | string[] | undefined): string => (typeof param === 'string' ? param : '');

/** First value of each parameter. Not by req.query, with which a look-up took a twentieth longer. */
function firstValues(url: string): Record<string, string> {
  const mark = url.indexOf('?');
  const values: Record<string, string> = {};
  if (mark < 0) return values;
  for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) values[name] ??= value;
  return values;
}
