import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { newId } from '../../shared/runtime/ids.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { DeclarationConflict, InvalidDeclaration } from '../../shared/scim/declarations/declarations.js';
import { invalid, Problem } from './problem.js';
import { BODY_LIMIT_BYTES } from './request.js';

const REQUEST_ID = 'x-request-id';

/** Names the request; problems and log lines tell the same name. */
export const identifyRequest: RequestHandler = (_req, res, next) => {
  setRequestId(res, newId());
  next();
};

export const setRequestId = (res: Response, requestId: string): void => void res.setHeader(REQUEST_ID, requestId);

export const requestIdOf = (res: Response): string => String(res.getHeader(REQUEST_ID));

export const noSuchRoute: RequestHandler = (req) => {
  throw new Problem('not-found', `There is no ${req.method} ${req.baseUrl}${req.path}.`);
};

/** For a path that has these methods, HEAD with GET, and was asked for another. */
export const noSuchMethod =
  (methods: readonly string[]): RequestHandler =>
  (req, res) => {
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    res.setHeader('allow', allow);
    throw new Problem('method-not-allowed', `There is no ${req.method} ${req.path}; the path has ${allow}.`);
  };

/** The one place where errors become answers. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const requestId = requestIdOf(res);
    const problem = problemOf(error);
    if (problem.code === 'internal') {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      logger.error({ requestId, method: req.method, name, error: message, stack }, 'a request failed');
    }
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (problem.code === 'unauthorized') res.setHeader('www-authenticate', 'Bearer realm="rollcall"');
    if (problem.code === 'busy') res.setHeader('retry-after', '1');
    res
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.body(requestId)));
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidDeclaration) return invalid(...error.errors);
  if (error instanceof DeclarationConflict) return new Problem('conflict', error.message);
  const { type, status } = detailsOf(error);
  if (type === 'entity.too.large') {
    return new Problem('too-large', `The body may have at most ${BODY_LIMIT_BYTES} bytes; send less.`);
  }
  if (status === 415) {
    return new Problem(
      'unsupported-media-type',
      'The body must be JSON in UTF-8, uncompressed or with gzip, deflate or br.',
    );
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem('malformed-request', 'The request cannot be read; check its path, its encoding and its length.');
  }
  return new Problem('internal', 'The request failed on our side; try again, and look for its requestId in the log.');
}

/** What express and its body parser say of their errors. */
function detailsOf(error: unknown): { readonly type?: unknown; readonly status?: number } {
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('type' in error && { type: error.type }),
    ...('status' in error && typeof error.status === 'number' && { status: error.status }),
  };
}
