import type { Express } from 'express';
import type { Deps } from './deps.js';
import { noSuchMethod } from './error-handler.js';
import type { Operation } from './operation.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An operation and where it is reached; `path` in Express's form. */
export interface Route {
  /** Which part of the API it belongs to. */
  readonly tag: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

/** Operations by method and path, in the parts of the API. */
type Table = Readonly<Record<string, Readonly<Record<`${Method} /${string}`, Operation>>>>;

export function routesOf(table: Table): readonly Route[] {
  return Object.entries(table).flatMap(([tag, operations]) =>
    Object.entries(operations).map(([route, operation]) => {
      const [method, path] = route.split(' ') as [Method, string];
      const [named, declared] = [parametersOf(path), Object.keys(operation.path ?? {})];
      if (named.join() !== declared.join()) throw new Error(`${route}: ${operation.id} declares [${declared.join()}]`);
      return { tag, method, path, operation };
    }),
  );
}

/** Only what is under /v1 needs an admin key. */
export const isPublic = ({ path }: Pick<Route, 'path'>): boolean => !path.startsWith('/v1/');

const parametersOf = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

/**
 * Lets the app answer the routes, and refuse what their paths are asked for besides. Path by path: what `/v1/directories/statistics` has
 * not is no matter of `/v1/directories/:id`, which comes after it.
 */
export function mount(app: Express, routes: readonly Route[], deps: Deps): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const there = routes.filter((route) => route.path === path);
    for (const { method, operation } of there) {
      app[method.toLowerCase() as Lowercase<Method>](path, ...operation.handlers(deps));
    }
    app.route(path).all(noSuchMethod(there.map(({ method }) => method)));
  }
}
