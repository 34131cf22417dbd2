import type { RequestHandler } from 'express';
import { z } from 'zod';
import { TYPE_PATTERNS } from '../../../shared/events/selection.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { Endpoint, Replay } from '../../../shared/store/registry.js';
import { deliveryId, type Delivery } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { invalid, notFound, Problem } from '../problem.js';
import { bodyOf, id, pathId, queryOf, time } from '../request.js';
import { update } from '../update.js';
import { sendAgain, showDelivery } from './deliveries.js';

const DELIVERIES_PAGE = 500;

const asked = z.strictObject({
  eventId: id.optional(),
  since: time.optional(),
  until: time.optional(),
  directoryId: id.optional(),
  types: z.array(z.enum(TYPE_PATTERNS)).max(TYPE_PATTERNS.length).optional(),
});
const listing = z.strictObject({ ...pageParameters, endpointId: id.exactOptional() });

export function replays(deps: AdminDeps) {
  const { registry, clock } = deps;

  const create: RequestHandler = async (req, res) => {
    const { eventId, ...range } = bodyOf(req, asked);
    const endpoint = await registry.endpoints.get(pathId(req, 'endpoint'));
    if (endpoint === undefined) throw notFound('endpoint', pathId(req, 'endpoint'));
    if (eventId !== undefined) {
      refuseRange(range);
      res.status(202).json(showDelivery(await sendAgain(await deliveryOf(eventId, endpoint, deps), deps)));
      return;
    }
    const replay = await newReplay(endpoint, range, deps);
    await registry.replays.insert(replay);
    res.status(202).location(`/v1/replays/${replay.id}`).json(show(replay));
  };

  const list: RequestHandler = async (req, res) => {
    const { after, limit, ...where } = queryOf(req, listing);
    res.json(mapPage(await pageOf({ after, limit }, (slice) => registry.replays.find(where, slice)), show));
  };

  const cancel: RequestHandler = async (req, res) => {
    const changed = await update(
      registry.replays,
      'replay',
      pathId(req, 'replay'),
      clock(),
      ({ state }): Pick<Replay, 'state'> => {
        if (state === 'done') throw new Problem('conflict', 'The replay is done; there is nothing left to cancel.');
        return { state: 'canceled' };
      },
    );
    res.json(show(changed));
  };

  const replayEvent: RequestHandler = async (req, res) => {
    bodyOf(req, z.strictObject({}));
    const found = await deliveriesOf(pathId(req, 'event'), deps);
    if (found.length === 0) throw new Problem('not-found', 'No endpoint has a delivery of that event; check its id.');
    const data: object[] = [];
    const skipped: object[] = [];
    for (const delivery of found) {
      try {
        data.push(showDelivery(await sendAgain(delivery, deps)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        skipped.push({ id: delivery.id, endpointId: delivery.endpointId, reason: error.message });
      }
    }
    res.status(202).json({ data, skipped });
  };

  return { create, list, get: getReplay(deps), cancel, replayEvent };
}

const getReplay =
  ({ registry }: AdminDeps): RequestHandler =>
  async (req, res) => {
    const replay = await registry.replays.get(pathId(req, 'replay'));
    if (replay === undefined) throw notFound('replay', pathId(req, 'replay'));
    res.json(show(replay));
  };

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

const show = (replay: Replay) => ({
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
