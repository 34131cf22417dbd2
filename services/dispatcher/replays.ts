import type { WebhookEvent } from '../../shared/events/event.js';
import { matchesType } from '../../shared/events/selection.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import { pause } from '../../shared/runtime/pause.js';
import type { DeliveryOrder, DeliveryStore } from '../../shared/store/deliveries.js';
import type { EventReader } from '../../shared/store/port.js';
import { findAll, type Endpoint, type Registry, type Replay } from '../../shared/store/registry.js';
import { REPLAYABLE_STATUSES, timeOfId, type Delivery, type DeliveryStatus } from '../../shared/webhooks/delivery.js';
import type { Endpoints } from './endpoints.js';
import { isFor } from './fan-out.js';
import { readEvents } from './stored-events.js';

interface ReplayDeps {
  readonly replays: Registry['replays'];
  readonly deliveries: Pick<DeliveryStore, 'queue' | 'retry'>;
  readonly events: Pick<EventReader, 'ofDirectory'>;
  readonly endpoints: Pick<Endpoints, 'get'>;
  /** Whether this process has the partition. That two work on one for a moment does no harm. */
  readonly owns: (partition: number) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

const STEP_MS = 1_000;
/**
 * In a step, an endpoint's waiting deliveries of a partition are filled up to so many: the rate at most, and what a live delivery can
 * find before it. While as many live ones wait, or retries, a replay rests.
 */
const OPEN_MAX = 50;
/** Not what is blocked: it stands in nobody's way, and a parked delivery that blocks it may be part of the replay. */
const WAITING_STATUSES: readonly DeliveryStatus[] = ['pending', 'sending', 'retrying'];
const PAGE = 200;
/** How many pages a step looks through when little of them is wanted. */
const PAGES_MAX = 20;

/**
 * Works on replays until `signal` aborts. Deliveries become pending in the order of the log, so they keep it among themselves, and
 * each stands before later ones of its lane that have not started. What was done is written down after it was done: a crash in
 * between sends some of it twice. Never rejects.
 */
export async function runReplays(deps: ReplayDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const replay of await findAll(deps.replays, { state: 'running' })) await step(replay, deps, signal);
    } catch (error) {
      deps.logger.warn({ err: error }, 'Replays cannot go on; trying again.');
    }
    await pause(STEP_MS, signal);
  }
}

async function step(replay: Replay, deps: ReplayDeps, signal: AbortSignal): Promise<void> {
  const endpoint = await deps.endpoints.get(replay.endpointId);
  if (endpoint === undefined) return change(replay.id, () => ({ state: 'canceled' }), deps);
  if (!endpoint.enabled) return;
  for (const { partition, after } of replay.remaining) {
    if (signal.aborted) return;
    if (!deps.owns(partition)) continue;
    const open = await deps.deliveries.queue(partition, endpoint.id, WAITING_STATUSES, undefined, OPEN_MAX);
    if (open.length >= OPEN_MAX) continue;
    const found = await look(replay, partition, after ?? undefined, OPEN_MAX - open.length, deps);
    const done = await sendAgain(found.selected, endpoint, deps);
    await change(replay.id, (now) => progressed(now, partition, found, done), deps);
  }
}

interface Found {
  readonly selected: readonly Delivery[];
  /** Up to where it was looked. */
  readonly reached: DeliveryOrder | undefined;
  readonly isEnd: boolean;
}

/** The next deliveries of the replay, at most `room`. */
async function look(
  replay: Replay,
  partition: number,
  after: DeliveryOrder | undefined,
  room: number,
  { deliveries }: ReplayDeps,
): Promise<Found> {
  const selected: Delivery[] = [];
  let reached = after;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await deliveries.queue(partition, replay.endpointId, REPLAYABLE_STATUSES, reached, PAGE);
    for (const row of page) {
      reached = { offset: row.offset, seq: row.seq };
      if (isSelected(replay, row) && selected.push(row) === room) return { selected, reached, isEnd: false };
    }
    // Those before the log are in no order of time.
    const isPast = page.every(({ createdAt, body }) => body === null && createdAt > replay.createdAt);
    if (page.length < PAGE || isPast) return { selected, reached, isEnd: true };
  }
  return { selected, reached, isEnd: false };
}

/** What was made after the replay was asked for has just been delivered. */
function isSelected({ createdAt, since, until, directoryId, types }: Replay, row: Delivery): boolean {
  const time = timeOfId(row.eventId);
  const isInTime = row.createdAt <= createdAt && time >= since && time < until;
  return isInTime && (directoryId === null || directoryId === row.directoryId) && matchesType(types, row.eventType);
}

interface Done {
  readonly replayed: number;
  readonly missing: number;
}

/** Makes them pending, the first first, those that the endpoint subscribes to by now. */
async function sendAgain(rows: readonly Delivery[], endpoint: Endpoint, deps: ReplayDeps): Promise<Done> {
  const bodies = await bodiesOf(rows, deps.events);
  let [replayed, missing] = [0, 0];
  for (const { id, eventId, status } of rows) {
    const body = bodies.get(eventId);
    if (body === undefined) missing += 1;
    else if (isFor(endpoint, JSON.parse(body) as WebhookEvent)) {
      if (await deps.deliveries.retry(id, status, deps.clock())) replayed += 1;
    }
  }
  return { replayed, missing };
}

/** By event id; without events that are no longer stored. */
async function bodiesOf(rows: readonly Delivery[], events: ReplayDeps['events']): Promise<Map<string, string>> {
  const bodies = new Map(rows.flatMap(({ eventId, body }) => (body === null ? [] : [[eventId, body]])));
  for (const directoryId of new Set(rows.map((row) => row.directoryId))) {
    if (directoryId === null) continue;
    const seqs = rows.filter((row) => row.directoryId === directoryId && row.body === null).map(({ seq }) => seq);
    for (const { id, body } of (await readEvents(events, directoryId, seqs)).values()) bodies.set(id, body);
  }
  return bodies;
}

function progressed(replay: Replay, partition: number, { reached, isEnd }: Found, done: Done): Partial<Replay> {
  const remaining = replay.remaining.flatMap((place) => {
    if (place.partition !== partition) return [place];
    return isEnd ? [] : [{ partition, after: reached ?? null }];
  });
  return {
    remaining,
    state: remaining.length === 0 ? 'done' : 'running',
    replayed: replay.replayed + done.replayed,
    missing: replay.missing + done.missing,
  };
}

/** Changes a replay as it is now, unless it is over. */
async function change(
  id: string,
  changes: (replay: Replay) => Partial<Replay>,
  { replays, clock }: ReplayDeps,
): Promise<void> {
  for (;;) {
    const replay = await replays.get(id);
    if (replay?.state !== 'running') return;
    const changed = { ...replay, ...changes(replay), version: replay.version + 1, updatedAt: clock() };
    if (await replays.replace(changed)) return;
  }
}
