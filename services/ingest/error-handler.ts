import type { ErrorRequestHandler, Request } from 'express';
import type { Logger } from '../../shared/runtime/logger.js';
import {
  errorBody,
  InternalError,
  InvalidSyntax,
  PayloadTooLarge,
  ScimError,
  Unauthorized,
} from '../../shared/scim/errors.js';
import { send, type CallLocals } from './call.js';

/** The one place where errors become SCIM (RFC 7644 section 3.12). Whatever is not a refusal is logged, and tells nothing. */
export const errorHandler =
  (
    logger: Logger,
    bodyLimit: string,
  ): ErrorRequestHandler<Request['params'], unknown, unknown, Request['query'], CallLocals> =>
  (thrown: unknown, req, res, _next) => {
    const error = toScimError(thrown, bodyLimit);
    const { requestId } = res.locals;
    if (error.status >= 500) logger.error({ err: thrown, requestId, method: req.method }, 'A SCIM request failed.');
    send(res, { status: error.status, headers: headersOf(error), body: errorBody(error) });
  };

function headersOf(error: ScimError): Record<string, string> {
  if (error instanceof Unauthorized) return { 'www-authenticate': 'Bearer realm="SCIM"' };
  // The rest of the body is not read, so the connection is of no further use.
  return error instanceof PayloadTooLarge ? { connection: 'close' } : {};
}

function toScimError(thrown: unknown, bodyLimit: string): ScimError {
  if (thrown instanceof ScimError) return thrown;
  // body-parser's errors carry a `type`.
  switch (typeOf(thrown)) {
    case 'entity.too.large':
      return new PayloadTooLarge(`The body is larger than ${bodyLimit}. Split the request into several.`);
    case 'entity.parse.failed':
      return new InvalidSyntax('The body is not JSON. Send a JSON object with content type application/scim+json.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new InvalidSyntax('The body is not in UTF-8, plain or compressed with gzip, deflate or br.');
    case 'request.aborted':
    case 'request.size.invalid':
      return new InvalidSyntax('The body ended early.');
    default:
      return thrown instanceof URIError
        ? new InvalidSyntax('The URL has a percent sign that is not followed by two hexadecimal digits.')
        : new InternalError();
  }
}

const typeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined;
