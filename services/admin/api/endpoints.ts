import type { RequestHandler } from 'express';
import { z } from 'zod';
import { compileDataFilter } from '../../../shared/events/data-filter.js';
import { TYPE_PATTERNS } from '../../../shared/events/selection.js';
import { PAYLOADS } from '../../../shared/events/thin.js';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { Sealer } from '../../../shared/runtime/seal.js';
import { InvalidFilter } from '../../../shared/scim/errors.js';
import type { Disabling, Endpoint, EndpointSecret } from '../../../shared/store/registry.js';
import { OPEN_STATUSES, UNFINISHED_STATUSES } from '../../../shared/webhooks/delivery.js';
import { currentFailingSince } from '../../../shared/webhooks/health.js';
import { ORDERINGS } from '../../../shared/webhooks/ordering.js';
import { checkHeaders } from '../../../shared/webhooks/own-headers.js';
import { checkTarget } from '../../../shared/webhooks/target-address.js';
import type { AdminDeps } from '../deps.js';
import { refuseDeleted } from '../directory.js';
import { requestIdOf } from '../error-handler.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { invalid, notFound } from '../problem.js';
import { bodyOf, id, pathId, queryOf, text } from '../request.js';
import { update } from '../update.js';
import { newSecret } from './endpoint-secrets.js';

/** Requests per second. */
const [RATE_MIN, RATE_MAX] = [0.1, 1000];

const scope = { organizationId: id.nullable().optional(), directoryId: id.nullable().optional() };
const rateLimit = z.strictObject({
  perSecond: z.custom<number>(
    (value) => typeof value === 'number' && value >= RATE_MIN && value <= RATE_MAX,
    `must be a number from ${RATE_MIN} to ${RATE_MAX}`,
  ),
});
/** Refused in the words of its parser. */
const dataFilter = z.string().superRefine((value, context) => {
  try {
    compileDataFilter(value);
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    context.addIssue({ code: 'custom', message: `is not valid: ${error.message.replace(/\.$/, '')}` });
  }
});
const ownHeaders = z.record(z.string(), z.string()).superRefine((value, context) => {
  const message = checkHeaders(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const settings = {
  ordering: z.enum(ORDERINGS).optional(),
  rateLimit: rateLimit.nullable().optional(),
  eventTypes: z.array(z.enum(TYPE_PATTERNS)).max(TYPE_PATTERNS.length).optional(),
  filter: dataFilter.nullable().optional(),
  payload: z.enum(PAYLOADS).optional(),
  headers: ownHeaders.optional(),
  description: text(0, 500).optional(),
};
const url = z.string().max(2048);
const creation = z.strictObject({ url, ...settings, ...scope });
const change = z.strictObject({ url: url.optional(), ...settings, enabled: z.boolean().optional() });
const listing = z.strictObject({
  ...pageParameters,
  organizationId: id.exactOptional(),
  directoryId: id.exactOptional(),
});

export function endpoints(deps: AdminDeps) {
  const { registry, deliveries, clock } = deps;

  const create: RequestHandler = async (req, res) => {
    const body = bodyOf(req, creation);
    refuseTarget(body.url, deps);
    const scope = await scopeOf(body, deps);
    const [id, now] = [newId(), clock()];
    const { secret, stored } = newSecret(id, now, deps.sealer);
    const headers = seal(body.headers ?? {}, id, deps.sealer);
    const endpoint = newEndpoint(id, now, { ...body, headers }, scope, stored);
    await registry.endpoints.insert(endpoint);
    res
      .status(201)
      .location(`/v1/endpoints/${id}`)
      .json({ ...show(endpoint), secret });
  };

  const list: RequestHandler = async (req, res) => {
    const { after, limit, ...where } = queryOf(req, listing);
    res.json(mapPage(await pageOf({ after, limit }, (slice) => registry.endpoints.find(where, slice)), show));
  };

  const get: RequestHandler = async (req, res) => {
    const endpoint = await registry.endpoints.get(pathId(req, 'endpoint'));
    if (endpoint === undefined) throw notFound('endpoint', pathId(req, 'endpoint'));
    res.json({ ...show(endpoint), deliveries: await deliveries.countByStatus(endpoint.id) });
  };

  const modify: RequestHandler = async (req, res) => {
    const body = bodyOf(req, change);
    const { enabled } = body;
    const id = pathId(req, 'endpoint');
    if (body.url !== undefined) refuseTarget(body.url, deps);
    const headers = body.headers && seal(body.headers, id, deps.sealer);
    const now = clock();
    const disabling: Disabling = { at: now, reason: 'operator', requestId: requestIdOf(res) };
    const changed = await update(registry.endpoints, 'endpoint', id, now, (old) => ({
      ...settingsAfter(old, body),
      disabling: old.enabled && enabled === false ? disabling : old.disabling,
      headers: headers ?? old.headers,
    }));
    // Whenever it is said, changed or not: repeating a change that was cut short does the rest of it.
    if (enabled === true) await deliveries.move(id, ['held'], 'pending', clock());
    if (enabled === false) await deliveries.move(id, OPEN_STATUSES, 'held', clock());
    res.json(show(changed));
  };

  const remove: RequestHandler = async (req, res) => {
    const id = pathId(req, 'endpoint');
    const wasThere = await registry.endpoints.delete(id);
    // Also where it was gone already: repeating a deletion that was cut short does the rest of it.
    await deliveries.move(id, UNFINISHED_STATUSES, 'canceled', clock());
    if (!wasThere) throw notFound('endpoint', id);
    res.status(204).end();
  };

  return { create, list, get, modify, remove };
}

const show = (endpoint: Endpoint) => ({
  id: endpoint.id,
  url: endpoint.url,
  description: endpoint.description,
  eventTypes: endpoint.eventTypes,
  filter: endpoint.filter,
  payload: endpoint.payload,
  // Their values may be secrets.
  headerNames: endpoint.headers.map(({ name }) => name),
  ordering: endpoint.ordering,
  rateLimit: endpoint.rateLimit,
  organizationId: endpoint.organizationId,
  directoryId: endpoint.directoryId,
  enabled: endpoint.enabled,
  disabledReason: endpoint.disabledReason,
  failingSince: isoOrNull(currentFailingSince(endpoint)),
  createdAt: iso(endpoint.createdAt),
  updatedAt: iso(endpoint.updatedAt),
});

function newEndpoint(
  id: string,
  now: number,
  body: Omit<z.output<typeof creation>, 'headers'> & Pick<Endpoint, 'headers'>,
  scope: Scope,
  secret: EndpointSecret,
): Endpoint {
  const record = { id, version: 1, createdAt: now, updatedAt: now };
  const { url, description = '', eventTypes = [], filter = null, payload = 'full', headers } = body;
  const { ordering = 'resource', rateLimit = null } = body;
  const settings = { url, description, eventTypes, filter, payload, headers, ordering, rateLimit, ...scope };
  return { ...record, ...settings, ...AS_NEW, secrets: [secret] };
}

const AS_NEW = { enabled: true, disabledReason: null, disabling: null, failingSince: null };

const seal = (headers: Readonly<Record<string, string>>, endpointId: string, sealer: Sealer): Endpoint['headers'] =>
  Object.entries(headers).map(([name, value]) => ({
    name: name.toLowerCase(),
    sealed: sealer.seal(value, endpointId),
  }));

const settingsAfter = (old: Endpoint, body: z.output<typeof change>) => ({
  url: body.url ?? old.url,
  description: body.description ?? old.description,
  eventTypes: body.eventTypes ?? old.eventTypes,
  filter: body.filter === undefined ? old.filter : body.filter,
  payload: body.payload ?? old.payload,
  ordering: body.ordering ?? old.ordering,
  rateLimit: body.rateLimit === undefined ? old.rateLimit : body.rateLimit,
  enabled: body.enabled ?? old.enabled,
  disabledReason: body.enabled === undefined ? old.disabledReason : reasonOf(body.enabled),
});

const reasonOf = (enabled: boolean): string | null => (enabled ? null : 'disabled through the management API');

function refuseTarget(url: string, { allowCidrs }: AdminDeps): void {
  const problem = checkTarget(url, allowCidrs);
  if (problem !== undefined) throw invalid({ field: 'url', message: problem });
}

type Scope = Pick<Endpoint, 'organizationId' | 'directoryId'>;

/** A directory brings its organization with it. */
async function scopeOf(
  asked: { [Field in keyof Scope]?: string | null | undefined },
  { registry }: AdminDeps,
): Promise<Scope> {
  const { organizationId = null, directoryId = null } = asked;
  if (organizationId !== null && (await registry.organizations.get(organizationId)) === undefined) {
    throw invalid({ field: 'organizationId', message: 'names no organization; create it first, or leave it out' });
  }
  if (directoryId === null) return { organizationId, directoryId };
  const directory = await registry.directories.get(directoryId);
  if (directory === undefined) {
    throw invalid({ field: 'directoryId', message: 'names no directory; create it first, or leave it out' });
  }
  refuseDeleted(directory);
  if (organizationId !== null && organizationId !== directory.organizationId) {
    const message = `names a directory of another organization, ${directory.organizationId}; leave organizationId out`;
    throw invalid({ field: 'directoryId', message });
  }
  return { organizationId: directory.organizationId, directoryId };
}
