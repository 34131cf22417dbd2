import express, { type Express, type Request } from 'express';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { NotFound } from '../../shared/scim/errors.js';
import type { Tracing } from '../../shared/runtime/tracing.js';
import type { CommitStore, ResourceReader } from '../../shared/store/port.js';
import type { Registry } from '../../shared/store/registry.js';
import { activate } from './activate.js';
import { admitAddress } from './admit-address.js';
import { admitCertificate } from './admit-certificate.js';
import { authenticate } from './authenticate.js';
import { handle, ofType, type Operation, type ScimHandler } from './call.js';
import { bulk } from './endpoints/bulk.js';
import { createResource } from './endpoints/create.js';
import { deleteResource } from './endpoints/delete.js';
import { resourceType, resourceTypes, schema, schemas, serviceProviderConfig } from './endpoints/discovery.js';
import { getResource } from './endpoints/get.js';
import { modifyResource } from './endpoints/modify.js';
import { queryAll, queryResources, searchAll, searchResources } from './endpoints/query.js';
import { me, notAllowed, nothingHere, otherVersion } from './endpoints/refusals.js';
import { replaceResource } from './endpoints/replace.js';
import { createRefusalOf, errorHandler, toScimError } from './error-handler.js';
import { watchFailures } from './failure-streaks.js';
import { logRequests } from './log-requests.js';
import type { IngestMetrics } from './metrics.js';
import { pace } from './pace.js';
import { readBody } from './read-body.js';
import type { RequestLog } from './request-log.js';
import { routeResources } from './resource-routes.js';
import { trace } from './trace.js';
import type { Writer } from './writer.js';

/** SCIM base URL of a directory (no underscore: Okta refuses one). */
const BASE = '/scim/:directoryId/v2';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'all';

export interface IngestDeps {
  readonly writer: Writer;
  readonly commits: Pick<CommitStore, 'head'>;
  readonly resources: ResourceReader;
  readonly registry: Pick<Registry, 'directories' | 'tokens'>;
  /** Where identity providers reach this service, without a trailing slash. */
  readonly publicUrl: string;
  /** Address ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** In which these tell of a client's certificate. */
  readonly certificateHeader: string | undefined;
  /** Of each directory. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly requestLog: Pick<RequestLog, 'note'>;
  readonly metrics: Pick<IngestMetrics, 'answered'>;
  readonly tracing: Tracing;
}

/** SCIM in. Every route of the service is on this screen. */
export function createIngest(deps: IngestDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', deps.trustedProxies);
  const first = accompaniment(deps);
  app.use(...first);

  // On each route rather than on a router of their own, which would match and split the path once more for each of them.
  const admit = admission(deps);
  const before = [...admit, ...readBody];
  const refusalOf = createRefusalOf(deps.logger);
  const refuse = errorHandler(refusalOf);
  const tell = routeResources(app, BASE, first, refuse);
  const on = (method: Method, path: string, operation: Operation): void => {
    const handlers = [...before, handle(deps.publicUrl, operation)];
    app[method](BASE + path, ...handlers);
    tell(method, path, handlers);
  };
  /** Refuses the methods that no route above it took; whatever the body is. */
  const only = (allow: string, path: string, where = (refusal: Operation): Operation => refusal): void =>
    void app.all(BASE + path, ...admit, handle(deps.publicUrl, where(notAllowed(allow))));

  const writes = writesOf(deps);
  on('get', '/', queryAll(deps));
  on('post', '/.search', searchAll(deps));
  only('POST', '/.search');
  on('post', '/Bulk', bulk({ writes, newId: deps.newId, refusalOf }));
  only('POST', '/Bulk');
  on('get', '/ServiceProviderConfig', serviceProviderConfig);
  only('GET', '/ServiceProviderConfig');
  on('get', '/ResourceTypes', resourceTypes);
  on('get', '/ResourceTypes/:id', resourceType);
  only('GET', '/ResourceTypes{/:id}');
  on('get', '/Schemas', schemas);
  on('get', '/Schemas/:id', schema);
  only('GET', '/Schemas{/:id}');
  on('all', '/Me', me);
  // The endpoints of the directory's resource types: /Users, /Groups and those that it declares.
  on('get', '/:endpoint', ofType(queryResources(deps)));
  on('post', '/:endpoint/.search', ofType(searchResources(deps)));
  only('POST', '/:endpoint/.search', ofType);
  on('post', '/:endpoint', ofType(writes.POST));
  on('get', '/:endpoint/:id', ofType(getResource(deps)));
  on('put', '/:endpoint/:id', ofType(writes.PUT));
  on('patch', '/:endpoint/:id', ofType(writes.PATCH));
  on('delete', '/:endpoint/:id', ofType(writes.DELETE));
  only('GET, POST', '/:endpoint', ofType);
  only('GET, PUT, PATCH, DELETE', '/:endpoint/:id', ofType);
  app.all('/scim/:directoryId/v1{/*rest}', ...before, handle(deps.publicUrl, otherVersion));
  app.all('/scim/:directoryId{/*rest}', ...before, handle(deps.publicUrl, nothingHere));
  app.use((req: Request) => {
    throw new NotFound(`There is nothing at ${req.method} ${req.path}. Check the path behind the SCIM base URL.`);
  });
  app.use(refuse);
  return app;
}

/** By their methods, also where a bulk request has them. */
const writesOf = (deps: IngestDeps) =>
  watchFailures(
    { ...deps, errorOf: toScimError },
    {
      POST: createResource(deps),
      PUT: replaceResource(deps),
      PATCH: modifyResource(deps),
      DELETE: deleteResource(deps),
    },
  );

/** What goes with every request, whatever becomes of it. */
const accompaniment = ({ newId, requestLog, metrics, tracing, clock }: IngestDeps): ScimHandler[] => [
  identify(newId),
  logRequests(requestLog, metrics),
  ...(tracing.isOn ? [trace(tracing, clock)] : []),
];

/** What every request passes before its body is read. */
const admission = (deps: IngestDeps): ScimHandler[] => [
  authenticate(deps.registry, deps.clock),
  admitAddress,
  admitCertificate(deps.certificateHeader),
  pace(deps.requestsPerSecond),
  activate(deps.writer, deps.commits),
];

/** Names each request, for its log lines, its events and its answer. */
const identify =
  (newId: () => string): ScimHandler =>
  (_req, res, next) => {
    res.locals.requestId = newId();
    next();
  };
