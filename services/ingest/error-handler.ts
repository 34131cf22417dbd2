import type { Logger } from '../../shared/runtime/logger.js';
import {
  errorBody,
  InternalError,
  InvalidSyntax,
  MethodNotAllowed,
  PayloadTooLarge,
  ScimError,
  TooManyRequests,
  Unauthorized,
  Unavailable,
} from '../../shared/scim/errors.js';
import { StoreUnavailable } from '../../shared/store/port.js';
import { send, type ScimErrorHandler } from './call.js';
import { bodyCut, bodyTooLarge } from './read-body.js';

/** What a client is told of whatever a request threw. */
export type RefusalOf = (thrown: unknown, request: { readonly requestId: string }) => ScimError;

/** The one place where errors become SCIM (RFC 7644 section 3.12). Whatever is not a refusal is logged, and tells nothing. */
export const createRefusalOf =
  (logger: Logger): RefusalOf =>
  (thrown, { requestId }) => {
    const error = toScimError(thrown);
    if (error.status >= 500) logger.error({ err: thrown, requestId }, 'A SCIM request failed.');
    return error;
  };

export const errorHandler =
  (refusalOf: RefusalOf): ScimErrorHandler =>
  (thrown: unknown, _req, res, _next) => {
    const error = refusalOf(thrown, res.locals);
    res.locals.refusal = error;
    if (res.headersSent) {
      // Half an answer is no answer: the client sees that it was cut.
      res.destroy();
      return;
    }
    send(res, { status: error.status, headers: headersOf(error), body: errorBody(error) });
  };

function headersOf(error: ScimError): Record<string, string> {
  if (error instanceof Unauthorized) return { 'www-authenticate': 'Bearer realm="SCIM"' };
  if (error instanceof MethodNotAllowed) return { allow: error.allow };
  if (error instanceof TooManyRequests) return { 'retry-after': String(error.retryAfter) };
  // The rest of the body is not read, so the connection is of no further use.
  return error instanceof PayloadTooLarge ? { connection: 'close' } : {};
}

/** What a client is told of whatever an operation threw, without a word in the log. */
export function toScimError(thrown: unknown): ScimError {
  if (thrown instanceof ScimError) return thrown;
  if (thrown instanceof StoreUnavailable)
    return new Unavailable('The store does not answer. Repeat the request later.');
  // body-parser's errors carry a `type`.
  switch (typeOf(thrown)) {
    case 'entity.too.large':
      return bodyTooLarge();
    case 'encoding.unsupported':
      return new InvalidSyntax('The body is in an unknown content encoding. Send it plain, or as gzip, deflate or br.');
    case 'request.aborted':
    case 'request.size.invalid':
      return bodyCut();
    default:
      return thrown instanceof URIError
        ? new InvalidSyntax(
            'The URL has a percent sign that is not followed by two hexadecimal digits. Write the sign itself as %25.',
          )
        : new InternalError();
  }
}

const typeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined;
