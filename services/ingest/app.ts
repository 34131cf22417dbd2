import express, { type Express, type Request } from 'express';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { NotFound } from '../../shared/scim/errors.js';
import { RESOURCE_TYPES } from '../../shared/scim/schemas/index.js';
import type { CommitStore, ResourceReader } from '../../shared/store/port.js';
import type { Registry } from '../../shared/store/registry.js';
import { activate } from './activate.js';
import { authenticate } from './authenticate.js';
import { handle, type Operation, type ScimHandler } from './call.js';
import { createResource } from './endpoints/create.js';
import { deleteResource } from './endpoints/delete.js';
import { resourceType, resourceTypes, schema, schemas, serviceProviderConfig } from './endpoints/discovery.js';
import { getResource } from './endpoints/get.js';
import { modifyResource } from './endpoints/modify.js';
import { queryResources } from './endpoints/query.js';
import { replaceResource } from './endpoints/replace.js';
import { errorHandler } from './error-handler.js';
import type { Writer } from './writer.js';

/** Largest request body (RFC 7644 leaves the limit to the service provider). */
const BODY_LIMIT = '1mb';

export interface IngestDeps {
  readonly writer: Writer;
  readonly commits: Pick<CommitStore, 'head'>;
  readonly resources: ResourceReader;
  readonly registry: Pick<Registry, 'directories' | 'tokens'>;
  /** Where identity providers reach this service, without a trailing slash. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** SCIM in. Every route of the service is on this screen. */
export function createIngest(deps: IngestDeps): Express {
  const at = (operation: Operation): ReturnType<typeof handle> => handle(deps.publicUrl, operation);
  const scim = express.Router({ mergeParams: true });

  scim.use(authenticate(deps.registry, deps.clock));
  scim.use(activate(deps.writer, deps.commits));
  scim.use(express.json({ limit: BODY_LIMIT, strict: false, type: () => true }));

  for (const type of RESOURCE_TYPES) {
    scim.get(type.endpoint, at(queryResources(deps, type)));
    scim.post(type.endpoint, at(createResource(deps, type)));
    scim.get(`${type.endpoint}/:id`, at(getResource(deps, type)));
    scim.put(`${type.endpoint}/:id`, at(replaceResource(deps, type)));
    scim.patch(`${type.endpoint}/:id`, at(modifyResource(deps, type)));
    scim.delete(`${type.endpoint}/:id`, at(deleteResource(deps, type)));
  }
  scim.get('/ServiceProviderConfig', at(serviceProviderConfig));
  scim.get('/ResourceTypes', at(resourceTypes));
  scim.get('/ResourceTypes/:id', at(resourceType));
  scim.get('/Schemas', at(schemas));
  scim.get('/Schemas/:id', at(schema));

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(identify(deps.newId));
  app.use('/scim/:directoryId/v2', scim);
  app.use((req: Request) => {
    throw new NotFound(`There is nothing at ${req.method} ${req.path}. Check the path behind the SCIM base URL.`);
  });
  app.use(errorHandler(deps.logger, BODY_LIMIT));
  return app;
}

/** Names each request, for its log lines, its events and its answer. */
const identify =
  (newId: () => string): ScimHandler =>
  (_req, res, next) => {
    res.locals.requestId = newId();
    next();
  };
