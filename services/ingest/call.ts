import type { Request, RequestHandler, Response } from 'express';
import { scimBaseUrl } from '../../shared/directory/base-url.js';
import type { Directory } from '../../shared/store/registry.js';

/** What an operation knows of its request: authenticated, parsed, and bound to one directory. */
export interface Call {
  readonly directory: Directory;
  readonly requestId: string;
  /** The directory's SCIM base URL, without a trailing slash. */
  readonly baseUrl: string;
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
  readonly body?: object;
}

/** One SCIM operation: a list of steps from call to reply. Refusals are thrown as `ScimError`. */
export type Operation = (call: Call) => Promise<Reply>;

/** Set by `authenticate` for the operations behind it. */
export interface CallLocals {
  directory: Directory;
  requestId: string;
}

/** Express middleware that knows what `CallLocals` has. */
export type ScimHandler = RequestHandler<
  Record<string, string | string[]>,
  unknown,
  unknown,
  Request['query'],
  CallLocals
>;

const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';

/** An operation as an Express handler; `publicUrl` is where identity providers reach this service. */
export const handle =
  (publicUrl: string, operation: Operation): ScimHandler =>
  (req, res, next) => {
    const { directory, requestId } = res.locals;
    operation({
      directory,
      requestId,
      baseUrl: scimBaseUrl(publicUrl, directory.id),
      id: single(req.params['id']),
      query: firstValues(req.query),
      // The parser makes an empty object of an empty body.
      body: req.get('content-length') === '0' ? undefined : req.body,
      ifMatch: req.get('if-match'),
      ifNoneMatch: req.get('if-none-match'),
    })
      .then((reply) => send(res, reply))
      .catch(next);
  };

/** Not res.json, which would set Express's own content type and look for an ETag of its own. */
export function send(res: Response<unknown, CallLocals>, { status, headers, body }: Reply): void {
  const all: Record<string, string | number> = { 'x-request-id': res.locals.requestId, ...headers };
  if (body === undefined) {
    res.writeHead(status, all).end();
    return;
  }
  const json = JSON.stringify(body);
  all['content-type'] = SCIM_MEDIA_TYPE;
  all['content-length'] = Buffer.byteLength(json);
  res.writeHead(status, all).end(json);
}

const single = (param: string | string[] | undefined): string => (typeof param === 'string' ? param : '');

function firstValues(query: Request['query']): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') values[name] = first;
  }
  return values;
}
