import * as z from 'zod';
import { compileDataFilter } from '../../../shared/events/data-filter.js';
import { TYPE_PATTERNS } from '../../../shared/events/selection.js';
import { PAYLOADS } from '../../../shared/events/thin.js';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { SealedIn, Sealer } from '../../../shared/runtime/seal.js';
import { InvalidFilter } from '../../../shared/scim/errors.js';
import type { Disabling, Endpoint, EndpointSecret } from '../../../shared/store/registry.js';
import { DELIVERY_STATUSES, OPEN_STATUSES, UNFINISHED_STATUSES } from '../../../shared/webhooks/delivery.js';
import { currentFailingSince } from '../../../shared/webhooks/health.js';
import { ORDERINGS } from '../../../shared/webhooks/ordering.js';
import { checkHeaders } from '../../../shared/webhooks/own-headers.js';
import { createSecret } from '../../../shared/webhooks/sign.js';
import { checkTarget } from '../../../shared/webhooks/target-address.js';
import type { AdminDeps } from '../deps.js';
import { refuseDeleted } from '../directory.js';
import { id, idOf, listOf, pathId, text, textOf, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { etagOf, ifMatch, refuseChanged } from '../precondition.js';
import { invalid, notFound } from '../problem.js';
import { update } from '../update.js';
import { COUNTED_MAX } from './deliveries.js';
import { sealSecret } from './endpoint-secrets.js';

/** Requests per second. */
const [RATE_MIN, RATE_MAX] = [0.1, 1000];

const rateLimit = z.strictObject({
  perSecond: z
    .custom<number>(
      (value) => typeof value === 'number' && value >= RATE_MIN && value <= RATE_MAX,
      `must be a number from ${RATE_MIN} to ${RATE_MAX}`,
    )
    .meta({ type: 'number', minimum: RATE_MIN, maximum: RATE_MAX, examples: [50] }),
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
const ownHeaders = z
  .record(
    z.string().meta({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$" }),
    z.string().meta({ pattern: '^[!-~]+( +[!-~]+)*$', maxLength: 1024 }),
  )
  .meta({ maxProperties: 20 })
  .superRefine((value, context) => {
    const message = checkHeaders(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
const about = {
  url: { description: 'Where messages are posted to', examples: ['https://app.example.com/webhooks'] },
  eventTypes: {
    description: 'Types and patterns such as `user.*`; empty: every type but operational ones',
    examples: [['user.*']],
  },
  filter: {
    description: 'A SCIM filter over the event’s `data`; null: whatever the data',
    examples: ['department eq "Sales"'],
  },
  payload: { description: '`ids`: `data` has ids alone' },
  headers: {
    description: 'Sent with every message; kept encrypted and not shown again',
    examples: [{ 'x-api-key': 'a secret of the receiver' }],
  },
  ordering: { description: 'What waits for what: events of the same user or group, all of a directory, or nothing' },
  rateLimit: { description: 'Requests per second at most; null: as many as it takes' },
  description: { description: 'For people', examples: ['Accounts of our app'] },
  organizationId: { description: 'Only events of this organization; null: of every one' },
  directoryId: { description: 'Only events of this directory; null: of every one' },
  enabled: { description: 'False holds deliveries; true resumes them where they stopped' },
};

const settings = {
  ordering: z.enum(ORDERINGS).optional().meta(about.ordering),
  rateLimit: rateLimit.nullable().optional().meta(about.rateLimit),
  eventTypes: z.array(z.enum(TYPE_PATTERNS)).max(TYPE_PATTERNS.length).optional().meta(about.eventTypes),
  filter: dataFilter.nullable().optional().meta(about.filter),
  payload: z.enum(PAYLOADS).optional().meta(about.payload),
  headers: ownHeaders.optional().meta(about.headers),
  description: text(0, 500).optional().meta(about.description),
};
const url = z
  .string()
  .max(2048)
  .meta({ ...about.url, format: 'uri', pattern: '^https?://' });
const creation = z
  .strictObject({
    url,
    ...settings,
    organizationId: id.nullable().optional().meta(about.organizationId),
    directoryId: id.nullable().optional().meta(about.directoryId),
  })
  .meta({ examples: [{ url: 'https://app.example.com/webhooks', eventTypes: ['user.*'] }] });
const change = z
  .strictObject({ url: url.optional(), ...settings, enabled: z.boolean().optional().meta(about.enabled) })
  .meta({ examples: [{ enabled: false }] });

const view = z
  .object({
    id: idOf('Of the endpoint'),
    url: z.string().meta(about.url),
    description: z.string().meta(about.description),
    eventTypes: z.array(z.string()).meta(about.eventTypes),
    filter: z.string().nullable().meta(about.filter),
    payload: z.enum(PAYLOADS).meta(about.payload),
    headerNames: z.array(z.string()).meta({ description: 'Names of its own headers', examples: [['x-api-key']] }),
    ordering: z.enum(ORDERINGS).meta(about.ordering),
    rateLimit: z
      .object({ perSecond: z.number().meta({ examples: [50] }) })
      .nullable()
      .meta(about.rateLimit),
    organizationId: idOf(about.organizationId.description).nullable(),
    directoryId: idOf(about.directoryId.description).nullable(),
    enabled: z.boolean(),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: 'Why it is disabled; null: it is not', examples: [null] }),
    failingSince: timeOf('Since when every attempt has failed, once that is an hour; null: none of that').nullable(),
    createdAt: timeOf('When it was created'),
    updatedAt: timeOf('When it was last changed'),
  })
  .meta({ id: 'Endpoint', description: 'A webhook URL with its subscription' });
const createdEndpoint = view
  .extend({ secret: textOf('Signing secret, shown this once', 'whsec_…') })
  .meta({ id: 'CreatedEndpoint', description: 'A new endpoint with its signing secret' });
export const countedEndpoint = view
  .extend({
    deliveries: z.partialRecord(z.enum(DELIVERY_STATUSES), z.int()).meta({
      description: `How many deliveries there are, by status; each counted to ${COUNTED_MAX}`,
      examples: [{ delivered: 42 }],
    }),
  })
  .meta({ id: 'CountedEndpoint', description: 'An endpoint with the numbers of its deliveries' });

const path = { id: pathId('endpoint') };

export const create = operation({
  id: 'createEndpoint',
  summary: 'Create an endpoint',
  description: 'Without a scope it is told of every organization; a directory brings its organization with it.',
  body: creation,
  answers: { 201: json(createdEndpoint, 'location', 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, body }) => {
  refuseTarget(body.url, deps);
  const scope = await scopeOf(body, deps);
  const [id, now] = [newId(), deps.clock()];
  const [secret, sealedIn] = [createSecret(), { id, organizationId: scope.organizationId }];
  const headers = seal(body.headers ?? {}, sealedIn, deps.sealer);
  const stored = sealSecret(secret, sealedIn, now, deps.sealer);
  const created = newEndpoint(id, now, { ...body, headers }, scope, stored);
  await deps.registry.endpoints.insert(created);
  return { status: 201, body: { ...show(created), secret }, location: `/v1/endpoints/${id}`, etag: etagOf(created) };
});

export const list = operation({
  id: 'listEndpoints',
  summary: 'List endpoints',
  query: {
    ...pageParameters,
    organizationId: id.exactOptional().meta({ description: 'Only those of this organization alone' }),
    directoryId: id.exactOptional().meta({ description: 'Only those of this directory alone' }),
  },
  answers: { 200: json(listOf(view)) },
}).by(async ({ deps: { registry }, query: { after, limit, ...where } }) => {
  const page = await pageOf({ after, limit }, (slice) => registry.endpoints.find(where, slice));
  return { status: 200, body: mapPage(page, show) };
});

export const get = operation({
  id: 'getEndpoint',
  summary: 'Read an endpoint, with the numbers of its deliveries',
  path,
  answers: { 200: json(countedEndpoint, 'etag') },
}).by(async ({ deps: { registry, deliveries }, path: { id } }) => {
  const found = await registry.endpoints.get(id);
  if (found === undefined) throw notFound('endpoint', id);
  const counts = await deliveries.countByStatus(id, COUNTED_MAX);
  return { status: 200, body: { ...show(found), deliveries: counts }, etag: etagOf(found) };
});

export const modify = operation({
  id: 'modifyEndpoint',
  summary: 'Change an endpoint',
  description:
    'What is left out stays as it is; `headers` replaces all of them. `{"enabled": false}` holds deliveries, `true` resumes them in order.',
  path,
  headers: ifMatch,
  body: change,
  answers: { 200: json(view, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, requestId, path: { id }, headers: { 'if-match': ifMatch }, body }) => {
  const { registry, deliveries, clock } = deps;
  const { enabled } = body;
  if (body.url !== undefined) refuseTarget(body.url, deps);
  const now = clock();
  const disabling: Disabling = { at: now, reason: 'operator', requestId };
  const changed = await update(registry.endpoints, 'endpoint', id, { now, ifMatch }, (old) => ({
    ...settingsAfter(old, body),
    disabling: old.enabled && enabled === false ? disabling : old.disabling,
    headers: body.headers === undefined ? old.headers : seal(body.headers, old, deps.sealer),
  }));
  // Whenever it is said, changed or not: repeating a change that was cut short does the rest of it.
  if (enabled === true) await deliveries.move(id, ['held'], 'pending', clock());
  if (enabled === false) await deliveries.move(id, OPEN_STATUSES, 'held', clock());
  return { status: 200, body: show(changed), etag: etagOf(changed) };
});

export const remove = operation({
  id: 'deleteEndpoint',
  summary: 'Delete an endpoint, and cancel its deliveries',
  path,
  headers: ifMatch,
  answers: { 204: null },
}).by(async ({ deps: { registry, deliveries, clock }, path: { id }, headers }) => {
  const found = await registry.endpoints.get(id);
  if (found !== undefined) refuseChanged(headers['if-match'], found);
  const wasThere = await registry.endpoints.delete(id);
  // Also where it was gone already: repeating a deletion that was cut short does the rest of it.
  await deliveries.move(id, UNFINISHED_STATUSES, 'canceled', clock());
  if (!wasThere) throw notFound('endpoint', id);
  return { status: 204 };
});

const show = (endpoint: Endpoint): View<typeof view> => ({
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

const seal = (headers: Readonly<Record<string, string>>, endpoint: SealedIn, sealer: Sealer): Endpoint['headers'] =>
  Object.entries(headers).map(([name, value]) => ({
    name: name.toLowerCase(),
    sealed: sealer.seal(value, endpoint),
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
