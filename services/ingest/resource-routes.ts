import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import type { ScimErrorHandler, ScimHandler } from './call.js';

type Req = Parameters<ScimHandler>[0];
type Res = Parameters<ScimHandler>[1];

/** What Express calls for each request. */
interface Handling {
  handle(message: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void;
}

/** Is told of each route of the app, by method, path behind the SCIM base URL and handlers. */
type Tell = (method: string, path: string, handlers: readonly ScimHandler[]) => void;

const ALL = '/:endpoint';
const ONE = '/:endpoint/:id';

/**
 * Takes requests for resources, which nearly all are, past Express's router: that one tries route after route, and wraps each handler,
 * which was a sixth of a read. `first` is what the app uses before its routes. Handlers find what they read of Express's requests and
 * responses; what only an app in an app would need is not there.
 */
export function routeResources(
  app: Express,
  base: string,
  first: readonly ScimHandler[],
  refuse: ScimErrorHandler,
): Tell {
  // Of characters that mean themselves: whatever else may come is the router's.
  const plain = new RegExp(`^${base.replace(':directoryId', '([\\w-]+)')}/(\\w+)(?:/([\\w-]+))?(?:\\?|$)`);
  const routes = new Map<string, { readonly path: string; readonly handlers: readonly ScimHandler[] }>();
  /** What stands where an endpoint does, and is none. */
  const reserved = new Set<string>();
  const handling = app as Express & Handling;
  const byRouter = handling.handle.bind(app);

  handling.handle = (message, response, next) => {
    const [, directoryId, endpoint = '', id] = plain.exec(message.url ?? '') ?? [];
    const route = routes.get(`${message.method ?? ''} ${id === undefined ? ALL : ONE}`);
    if (directoryId === undefined || route === undefined || reserved.has(endpoint.toLowerCase())) {
      byRouter(message, response, next);
      return;
    }
    const [req, res] = adopt(app, message, response);
    req.params = id === undefined ? { directoryId, endpoint } : { directoryId, endpoint, id };
    req.route = route;
    follow(route.handlers, req, res, (error) => void refuse(error, req, res, () => undefined));
  };

  return (method, path, handlers) => {
    if (path === ALL || path === ONE) {
      routes.set(`${method.toUpperCase()} ${path}`, { path: base + path, handlers: [...first, ...handlers] });
    } else if (!path.startsWith(ALL)) reserved.add((path.split('/')[1] ?? '').toLowerCase());
  };
}

/** As the app itself does it. */
function adopt(app: Express, message: IncomingMessage, response: ServerResponse): [Req, Res] {
  const req = Object.setPrototypeOf(message, app.request) as Req;
  const res = Object.setPrototypeOf(response, app.response) as Res;
  Object.assign(req, { res, originalUrl: req.url });
  Object.assign(res, { req, locals: {} });
  return [req, res];
}

/** One handler after the other, until one answers or fails; as in a router, none comes after a failure. */
function follow(handlers: readonly ScimHandler[], req: Req, res: Res, refuse: (error: unknown) => void): void {
  let index = 0;
  const fail = (error: unknown): void => {
    index = handlers.length;
    refuse(error);
  };
  const next = (error?: unknown): void => {
    if (error !== undefined && error !== null) {
      fail(error);
      return;
    }
    const handler = handlers[index];
    index += 1;
    try {
      const result = handler?.(req, res, next);
      if (result instanceof Promise) result.catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  };
  next();
}
