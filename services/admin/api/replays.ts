import * as z from 'zod';
import { TYPE_PATTERNS } from '../../../shared/events/selection.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { Endpoint, Replay } from '../../../shared/store/registry.js';
import { deliveryId, type Delivery } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { id, idOf, listOf, nothing, pathId, time, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { invalid, notFound, Problem } from '../problem.js';
import { update } from '../update.js';
import { deliveryView, sendAgain, showDelivery } from './deliveries.js';

const DELIVERIES_PAGE = 500;

export const replayView = z
  .object({
    id: idOf('Of the replay'),
    endpointId: idOf('Endpoint that deliveries are sent to again'),
    state: z.enum(['running', 'done', 'canceled']),
    since: timeOf('Events committed at that time or later'),
    until: timeOf('Events committed before that time'),
    directoryId: idOf('Only this directory; null: every one').nullable(),
    types: z.array(z.string()).meta({ description: 'Only these types; empty: every one' }),
    replayed: z.int().meta({ description: 'Deliveries that were sent again' }),
    missing: z.int().meta({ description: 'Deliveries left out because their events are not kept any more' }),
    createdAt: timeOf('When it was asked for'),
    updatedAt: timeOf('When it last went on'),
  })
  .meta({ id: 'Replay', description: 'An endpoint’s deliveries of a time, sent again' });

const asked = z
  .strictObject({
    eventId: id.optional().meta({ description: 'That event’s delivery alone' }),
    since: time.optional().meta({ description: 'Events committed at that time or later' }),
    until: time.optional().meta({ description: 'Events committed before that time; left out: now' }),
    directoryId: id.optional().meta({ description: 'Only events of this directory' }),
    types: z
      .array(z.enum(TYPE_PATTERNS))
      .max(TYPE_PATTERNS.length)
      .optional()
      .meta({ description: 'Only these types: `user.created`, `user.*`' }),
  })
  .meta({ examples: [{ since: '2026-01-31T09:30:00.000Z', types: ['user.*'] }] });

const skippedView = z.object({
  id: idOf('Of the delivery'),
  endpointId: idOf('Its endpoint'),
  reason: z.string().meta({ description: 'Why it is not sent again' }),
});

const path = { id: pathId('replay') };

export const create = operation({
  id: 'createReplay',
  summary: 'Send an endpoint’s deliveries again: that of one event, or those of a time',
  description:
    'With `eventId` it is one delivery, sent again at once. Else it is a replay, which needs `since`; an endpoint has one at a time.',
  path: { id: pathId('endpoint') },
  body: asked,
  answers: { 202: json(z.union([replayView, deliveryView]), 'location') },
  refusals: ['conflict', 'purged'],
}).by(async ({ deps, path: { id }, body: { eventId, ...range } }) => {
  const endpoint = await deps.registry.endpoints.get(id);
  if (endpoint === undefined) throw notFound('endpoint', id);
  if (eventId !== undefined) {
    refuseRange(range);
    const delivery = await sendAgain(await deliveryOf(eventId, endpoint, deps), deps);
    return { status: 202, body: showDelivery(delivery), location: `/v1/deliveries/${delivery.id}` };
  }
  const replay = await newReplay(endpoint, range, deps);
  await deps.registry.replays.insert(replay);
  return { status: 202, body: show(replay), location: `/v1/replays/${replay.id}` };
});

export const list = operation({
  id: 'listReplays',
  summary: 'List replays',
  query: { ...pageParameters, endpointId: id.exactOptional().meta({ description: 'Only those of this endpoint' }) },
  answers: { 200: json(listOf(replayView)) },
}).by(async ({ deps, query: { after, limit, ...where } }) => {
  const page = await pageOf({ after, limit }, (slice) => deps.registry.replays.find(where, slice));
  return { status: 200, body: mapPage(page, show) };
});

export const get = operation({
  id: 'getReplay',
  summary: 'Read how far a replay is',
  path,
  answers: { 200: json(replayView) },
}).by(async ({ deps, path: { id } }) => {
  const found = await deps.registry.replays.get(id);
  if (found === undefined) throw notFound('replay', id);
  return { status: 200, body: show(found) };
});

export const cancel = operation({
  id: 'cancelReplay',
  summary: 'Cancel a replay',
  description: 'What was made pending before is still sent.',
  path,
  body: nothing,
  answers: { 200: json(replayView) },
  refusals: ['conflict'],
}).by(async ({ deps: { registry, clock }, path: { id } }) => {
  const changed = await update(registry.replays, 'replay', id, { now: clock() }, ({ state }): Pick<Replay, 'state'> => {
    if (state === 'done') throw new Problem('conflict', 'The replay is done; there is nothing left to cancel.');
    return { state: 'canceled' };
  });
  return { status: 200, body: show(changed) };
});

export const replayEvent = operation({
  id: 'replayEvent',
  summary: 'Send an event again to every endpoint that got it',
  path: { id: pathId('event') },
  body: nothing,
  answers: { 202: json(z.object({ data: z.array(deliveryView), skipped: z.array(skippedView) })) },
}).by(async ({ deps, path: { id } }) => {
  const found = await deliveriesOf(id, deps);
  if (found.length === 0) throw new Problem('not-found', 'No endpoint has a delivery of that event; check its id.');
  const data: View<typeof deliveryView>[] = [];
  const skipped: View<typeof skippedView>[] = [];
  for (const delivery of found) {
    try {
      data.push(showDelivery(await sendAgain(delivery, deps)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      skipped.push({ id: delivery.id, endpointId: delivery.endpointId, reason: error.message });
    }
  }
  return { status: 202, body: { data, skipped } };
});

type Range = Omit<z.output<typeof asked>, 'eventId'>;

function refuseRange(range: Range): void {
  const wrong = Object.entries(range).filter(([, value]) => value !== undefined);
  if (wrong.length === 0) return;
  throw invalid(...wrong.map(([field]) => ({ field, message: 'cannot stand beside eventId; leave one of them out' })));
}

async function deliveryOf(eventId: string, endpoint: Endpoint, { deliveries }: AdminDeps): Promise<Delivery> {
  const delivery = await deliveries.get(deliveryId(eventId, endpoint.id));
  if (delivery !== undefined) return delivery;
  throw new Problem('not-found', 'The endpoint has no delivery of that event: it did not subscribe to it at the time.');
}

async function newReplay(
  endpoint: Endpoint,
  { since, until, directoryId, types = [] }: Range,
  { registry, partitions, clock }: AdminDeps,
): Promise<Replay> {
  const now = clock();
  if (since === undefined)
    throw invalid({ field: 'since', message: 'is required, or eventId: what shall be replayed' });
  if (until !== undefined && until <= since) throw invalid({ field: 'until', message: 'must be later than since' });
  const directory = directoryId === undefined ? undefined : await knownDirectory(directoryId, { registry });
  const [running] = await registry.replays.find({ endpointId: endpoint.id, state: 'running' }, { limit: 1 });
  if (running !== undefined) {
    throw new Problem(
      'conflict',
      `The replay ${running.id} of the endpoint is running; cancel it, or wait for its end.`,
    );
  }
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const places = directory === undefined ? all : [directory.partition];
  return {
    ...{ id: newId(), version: 1, createdAt: now, updatedAt: now },
    ...{ endpointId: endpoint.id, state: 'running', replayed: 0, missing: 0 },
    ...{ since, until: until ?? now + 1, directoryId: directoryId ?? null, types },
    remaining: places.map((partition) => ({ partition, after: null })),
  };
}

async function deliveriesOf(eventId: string, { deliveries }: AdminDeps): Promise<Delivery[]> {
  const all: Delivery[] = [];
  for (;;) {
    const beforeId = all.at(-1)?.id;
    const page = await deliveries.list(
      { eventId },
      { ...(beforeId !== undefined && { beforeId }), limit: DELIVERIES_PAGE },
    );
    all.push(...page);
    if (page.length < DELIVERIES_PAGE) return all;
  }
}

const show = (replay: Replay): View<typeof replayView> => ({
  id: replay.id,
  endpointId: replay.endpointId,
  state: replay.state,
  since: iso(replay.since),
  until: iso(replay.until),
  directoryId: replay.directoryId,
  types: replay.types,
  replayed: replay.replayed,
  missing: replay.missing,
  createdAt: iso(replay.createdAt),
  updatedAt: iso(replay.updatedAt),
});
