import { setMaxListeners } from 'node:events';
import express from 'express';
import helmet from 'helmet';
import { accessReport } from './api/access-report.js';
import * as adminKeys from './api/admin-keys.js';
import * as audit from './api/audit.js';
import * as deliveries from './api/deliveries.js';
import * as descriptions from './api/descriptions.js';
import * as directories from './api/directories.js';
import * as secrets from './api/endpoint-secrets.js';
import { tryOut } from './api/endpoint-test.js';
import * as endpoints from './api/endpoints.js';
import * as erasures from './api/erasures.js';
import { eventSchemas } from './api/event-schemas.js';
import * as eventTrace from './api/event-trace.js';
import * as events from './api/events.js';
import * as held from './api/held-events.js';
import * as mapping from './api/mapping.js';
import * as organizations from './api/organizations.js';
import * as replays from './api/replays.js';
import * as requestStream from './api/request-stream.js';
import * as requests from './api/requests.js';
import * as resourceTypes from './api/resource-types.js';
import * as details from './api/resource-details.js';
import * as resources from './api/resources.js';
import * as schemas from './api/schemas.js';
import * as setupLinks from './api/setup-links.js';
import { digest, snapshot } from './api/snapshot.js';
import * as statistics from './api/statistics.js';
import * as system from './api/system.js';
import * as tokens from './api/tokens.js';
import { authenticate } from './authenticate.js';
import { createConsoleSession } from './console-session.js';
import type { AdminDeps } from './deps.js';
import { errorHandler, identifyRequest, noSuchMethod, noSuchRoute } from './error-handler.js';
import { createKeyring } from './keyring.js';
import { measureRequests } from './metrics.js';
import { limitRate } from './rate-limit.js';
import { createDescriptions } from './openapi/descriptions.js';
import { createPages } from './pages.js';
import { mount, routesOf } from './routes.js';
import type { SessionHandlers } from './session.js';
import * as setup from './setup/directory.js';
import { ofOwnDirectory } from './setup/own-directory.js';
import { createSetupSession } from './setup/session.js';
import { stream as setupStream } from './setup/stream.js';
import { createSlots } from './streaming.js';

/** Every route of the management API. Nothing under /v1 is reached without an admin key. */
export const ROUTES = routesOf({
  Organizations: {
    'POST /v1/organizations': organizations.create,
    'GET /v1/organizations': organizations.list,
    'GET /v1/organizations/:id': organizations.get,
    'PATCH /v1/organizations/:id': organizations.modify,
    'DELETE /v1/organizations/:id': organizations.remove,
    'GET /v1/organizations/:id/access-report': accessReport,
  },
  Directories: {
    'POST /v1/directories': directories.create,
    'GET /v1/directories': directories.list,
    'GET /v1/directories/statistics': statistics.ofDirectories,
    'GET /v1/directories/:id': directories.get,
    'PATCH /v1/directories/:id': directories.modify,
    'DELETE /v1/directories/:id': directories.remove,
    'POST /v1/directories/:id/tokens': tokens.create,
    'GET /v1/directories/:id/tokens': tokens.list,
    'DELETE /v1/directories/:id/tokens/:tokenId': tokens.remove,
    'POST /v1/directories/:id/setup-links': setupLinks.create,
    'GET /v1/directories/:id/setup-links': setupLinks.list,
    'DELETE /v1/directories/:id/setup-links/:linkId': setupLinks.remove,
    'GET /v1/directories/:id/held': held.list,
    'POST /v1/directories/:id/held/release': held.release,
    'POST /v1/directories/:id/held/discard': held.discard,
    'GET /v1/directories/:id/schemas': schemas.list,
    'GET /v1/directories/:id/schemas/:urn': schemas.get,
    'PUT /v1/directories/:id/schemas/:urn': schemas.put,
    'DELETE /v1/directories/:id/schemas/:urn': schemas.remove,
    'GET /v1/directories/:id/resource-types': resourceTypes.list,
    'GET /v1/directories/:id/resource-types/:name': resourceTypes.get,
    'PUT /v1/directories/:id/resource-types/:name': resourceTypes.put,
    'DELETE /v1/directories/:id/resource-types/:name': resourceTypes.remove,
    'GET /v1/directories/:id/mapping': mapping.get,
    'PUT /v1/directories/:id/mapping': mapping.put,
    'POST /v1/directories/:id/mapping/preview': mapping.preview,
    'GET /v1/directories/:id/requests': requests.list,
    'GET /v1/directories/:id/requests/stream': requestStream.stream,
    'GET /v1/directories/:id/requests/:requestId': requests.get,
  },
  'Users and groups': {
    'GET /v1/directories/:id/users': resources.listUsers,
    'GET /v1/directories/:id/users/:userId': details.getUser,
    'GET /v1/directories/:id/groups': resources.listGroups,
    'GET /v1/directories/:id/groups/:groupId': details.getGroup,
    'GET /v1/directories/:id/groups/:groupId/members': details.listMembers,
    'GET /v1/directories/:id/snapshot': snapshot,
    'GET /v1/directories/:id/digest': digest,
    'POST /v1/directories/:id/users/:userId/erase': erasures.eraseUser,
    'GET /v1/erasures': erasures.list,
    'GET /v1/erasures/:id': erasures.get,
  },
  Endpoints: {
    'POST /v1/endpoints': endpoints.create,
    'GET /v1/endpoints': endpoints.list,
    'GET /v1/endpoints/statistics': statistics.ofEndpoints,
    'GET /v1/endpoints/:id': endpoints.get,
    'PATCH /v1/endpoints/:id': endpoints.modify,
    'DELETE /v1/endpoints/:id': endpoints.remove,
    'POST /v1/endpoints/:id/secret/rotate': secrets.rotate,
    'POST /v1/endpoints/:id/test': tryOut,
  },
  Events: {
    'GET /v1/events': events.list,
    'GET /v1/events/stream': events.stream,
    'GET /v1/events/:id': eventTrace.get,
    'GET /v1/events/:id/trace': eventTrace.follow,
    'POST /v1/events/:id/replay': replays.replayEvent,
    'GET /schemas/events/:file': eventSchemas,
  },
  Deliveries: {
    'GET /v1/deliveries': deliveries.list,
    'GET /v1/deliveries/:id': deliveries.get,
    'GET /v1/deliveries/:id/attempts': deliveries.attempts,
    'POST /v1/deliveries/:id/retry': deliveries.retry,
    'POST /v1/deliveries/:id/skip': deliveries.skip,
    'POST /v1/endpoints/:id/replay': replays.create,
    'GET /v1/replays': replays.list,
    'GET /v1/replays/:id': replays.get,
    'POST /v1/replays/:id/cancel': replays.cancel,
  },
  'Keys and changes': {
    'POST /v1/admin-keys': adminKeys.create,
    'GET /v1/admin-keys': adminKeys.list,
    'GET /v1/admin-keys/:id': adminKeys.get,
    'DELETE /v1/admin-keys/:id': adminKeys.remove,
    'GET /v1/audit': audit.list,
  },
  System: {
    'GET /v1/system': system.get,
  },
  Description: {
    'GET /openapi.json': descriptions.openApi,
    'GET /docs': descriptions.page,
  },
});

/** What a customer's admin can do in the set-up page, with the one directory that the set-up link is for: no request can name another. */
export const SETUP_ROUTES = routesOf({
  'Set-up page': ofOwnDirectory({
    'GET /setup/directory': setup.get,
    'PATCH /setup/directory': setup.choose,
    'POST /setup/tokens': tokens.create,
    'DELETE /setup/tokens/:tokenId': tokens.remove,
    'GET /setup/requests': requests.list,
    'GET /setup/stream': setupStream,
    'GET /setup/users': setup.listUsers,
    'GET /setup/mapping': mapping.get,
    'PUT /setup/mapping': mapping.put,
    'POST /setup/mapping/preview': mapping.preview,
    'POST /setup/complete': setup.complete,
  }),
});

/** Of each set-up link: more than a page makes. */
const SETUP_REQUESTS_PER_SECOND = 20;

/** How much may go on at one time, per process. */
const createAllSlots = () => ({
  wholes: createSlots(4, '4 directories are being read as a whole already; try again later.'),
  waits: createSlots(100, '100 requests wait already: ask again without wait, or later.'),
  streams: createSlots(100, '100 streams are open already: close some, or try again later.'),
  setups: createSlots(200, '200 set-up pages are open already; try again later.'),
});

export function createAdmin(deps: AdminDeps): express.Express {
  // Each answer that goes on listens to it.
  setMaxListeners(0, deps.stopping);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', deps.trustedProxies);
  app.use(identifyRequest, measureRequests(deps.metrics, [...ROUTES, ...SETUP_ROUTES]), helmet());
  const world = { ...deps, slots: createAllSlots(), descriptions: createDescriptions(ROUTES) };
  openToBrowsers(app, deps);
  const keyring = createKeyring(deps);
  const console = createConsoleSession(deps, keyring);
  app.use(['/v1', '/session'], neverStored);
  routeSession(app, '/session', console);
  app.use('/v1', authenticate(keyring, console.sessions), limitRate(deps.requestsPerSecond));
  mount(app, ROUTES, world);
  const setupSession = createSetupSession(deps);
  app.use('/setup', neverStored);
  routeSession(app, '/setup/session', setupSession);
  app.use('/setup', setupSession.authenticate, limitRate(SETUP_REQUESTS_PER_SECOND));
  mount(app, SETUP_ROUTES, world);
  app.use(noSuchRoute, errorHandler(deps.logger));
  return app;
}

function routeSession(app: express.Express, path: string, { open, tell, close }: SessionHandlers): void {
  const others = noSuchMethod(['GET', 'POST', 'DELETE']);
  app
    .route(path)
    .get(tell)
    .post(...open)
    .delete(close)
    .all(others);
}

/** Pages, which need no session: what they show is asked for. */
function openToBrowsers(app: express.Express, { web }: AdminDeps): void {
  const pages = createPages(web);
  app.get('/', (_req, res) => res.redirect('/console'));
  app.get(['/console', '/console/*screen'], pages.page('console.html'));
  app.get('/setup', pages.page('setup.html'));
  app.get('/setup/logo', pages.logo);
  app.get('/assets/:file', pages.asset);
}

/** Answers carry secrets and personal data. */
const neverStored: express.RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};
