import { setMaxListeners } from 'node:events';
import express from 'express';
import helmet from 'helmet';
import { accessReport } from './api/access-report.js';
import { deliveries } from './api/deliveries.js';
import { directories } from './api/directories.js';
import { endpoints } from './api/endpoints.js';
import { rotateSecret } from './api/endpoint-secrets.js';
import { testEndpoint } from './api/endpoint-test.js';
import { erasures } from './api/erasures.js';
import { eventSchemas } from './api/event-schemas.js';
import { events } from './api/events.js';
import { heldEvents } from './api/held-events.js';
import { mapping } from './api/mapping.js';
import { organizations } from './api/organizations.js';
import { replays } from './api/replays.js';
import { resourceTypes } from './api/resource-types.js';
import { resources } from './api/resources.js';
import { schemas } from './api/schemas.js';
import { snapshots } from './api/snapshot.js';
import { tokens } from './api/tokens.js';
import { authenticate } from './authenticate.js';
import type { AdminDeps } from './deps.js';
import { errorHandler, identifyRequest, noSuchRoute } from './error-handler.js';
import { BODY_LIMIT_BYTES, onlyJson } from './request.js';
import { createSlots, type Slots } from './streaming.js';

/** Most answers at one time that read a directory from end to end. */
const WHOLES_MAX = 4;

/** The management API. Nothing under /v1 is reached without an admin key; beside it there are the schemas of events, for all. */
export function createAdmin(deps: AdminDeps): express.Express {
  // Each answer that goes on listens to it.
  setMaxListeners(0, deps.stopping);
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(identifyRequest, helmet());
  app.get('/schemas/events/:file', eventSchemas(deps));
  app.use('/v1', authenticate(deps), neverStored, onlyJson, express.json({ limit: BODY_LIMIT_BYTES }), routes(deps));
  app.use(noSuchRoute, errorHandler(deps.logger));
  return app;
}

/** Answers carry secrets and personal data. */
const neverStored: express.RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};

function routes(deps: AdminDeps): express.Router {
  const router = express.Router();
  const wholes = createSlots(
    WHOLES_MAX,
    `${WHOLES_MAX} directories are being read as a whole already; try again later.`,
  );
  const organization = organizations(deps);
  router.post('/organizations', organization.create);
  router.get('/organizations', organization.list);
  router.get('/organizations/:id', organization.get);
  router.patch('/organizations/:id', organization.modify);
  router.delete('/organizations/:id', organization.remove);
  router.get('/organizations/:id/access-report', accessReport(deps, wholes));

  directoryRoutes(router, deps, wholes);
  eventRoutes(router, deps);
  return router;
}

/** Who provisions, and what is provisioned. */
function directoryRoutes(router: express.Router, deps: AdminDeps, wholes: Slots): void {
  const directory = directories(deps);
  router.post('/directories', directory.create);
  router.get('/directories', directory.list);
  router.get('/directories/:id', directory.get);
  router.patch('/directories/:id', directory.modify);
  router.delete('/directories/:id', directory.remove);

  const held = heldEvents(deps);
  router.get('/directories/:id/held', held.list);
  router.post('/directories/:id/held/release', held.release);
  router.post('/directories/:id/held/discard', held.discard);

  const token = tokens(deps);
  router.post('/directories/:id/tokens', token.create);
  router.get('/directories/:id/tokens', token.list);
  router.delete('/directories/:id/tokens/:tokenId', token.remove);

  const schema = schemas(deps);
  router.get('/directories/:id/schemas', schema.list);
  router.get('/directories/:id/schemas/:urn', schema.get);
  router.put('/directories/:id/schemas/:urn', schema.put);
  router.delete('/directories/:id/schemas/:urn', schema.remove);

  const resourceType = resourceTypes(deps);
  router.get('/directories/:id/resource-types', resourceType.list);
  router.get('/directories/:id/resource-types/:name', resourceType.get);
  router.put('/directories/:id/resource-types/:name', resourceType.put);
  router.delete('/directories/:id/resource-types/:name', resourceType.remove);

  const mapped = mapping(deps);
  router.get('/directories/:id/mapping', mapped.get);
  router.put('/directories/:id/mapping', mapped.put);
  router.post('/directories/:id/mapping/preview', mapped.preview);

  const resource = resources(deps);
  router.get('/directories/:id/users', resource.listUsers);
  router.get('/directories/:id/groups', resource.listGroups);

  const erasure = erasures(deps);
  router.post('/directories/:id/users/:userId/erase', erasure.eraseUser);
  router.get('/erasures', erasure.list);
  router.get('/erasures/:id', erasure.get);

  const whole = snapshots(deps, wholes);
  router.get('/directories/:id/snapshot', whole.snapshot);
  router.get('/directories/:id/digest', whole.digest);
}

/** What is told of it, and to whom. */
function eventRoutes(router: express.Router, deps: AdminDeps): void {
  const endpoint = endpoints(deps);
  router.post('/endpoints', endpoint.create);
  router.get('/endpoints', endpoint.list);
  router.get('/endpoints/:id', endpoint.get);
  router.patch('/endpoints/:id', endpoint.modify);
  router.delete('/endpoints/:id', endpoint.remove);
  router.post('/endpoints/:id/secret/rotate', rotateSecret(deps));
  router.post('/endpoints/:id/test', testEndpoint(deps));

  const replay = replays(deps);
  router.post('/endpoints/:id/replay', replay.create);
  router.get('/replays', replay.list);
  router.get('/replays/:id', replay.get);
  router.post('/replays/:id/cancel', replay.cancel);
  router.post('/events/:id/replay', replay.replayEvent);

  const event = events(deps);
  router.get('/events', event.list);
  router.get('/events/stream', event.stream);

  const delivery = deliveries(deps);
  router.get('/deliveries', delivery.list);
  router.get('/deliveries/:id', delivery.get);
  router.get('/deliveries/:id/attempts', delivery.attempts);
  router.post('/deliveries/:id/retry', delivery.retry);
  router.post('/deliveries/:id/skip', delivery.skip);
}
