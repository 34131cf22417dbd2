import { setTimeout as sleep } from 'node:timers/promises';
import { asObject } from '../../simulator/json.js';
import type { Api, Query } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { isPassing } from '../api/follow.js';
import { duration, show } from '../output/text.js';
import type { Paint } from '../paint.js';
import type { Work } from '../session.js';
import { tellInterruption } from './interruption.js';

const EVERY_MS = 1_000;
const PAGE = 100;
/** Unfinished deliveries that are looked at one by one, because they are not among the newest. */
const LOOKS_MAX = 20;
/** Finished deliveries that are remembered. */
const REMEMBERED_MAX = 10_000;

/**
 * Follows what becomes of deliveries: of those that are made from now on, and of the newest unfinished ones. The API has no stream
 * of them, so that it looks every second: of states that follow each other faster, the last one is told.
 */
export const tailDeliveries =
  (filters: Json): Work =>
  async ({ api, terminal, isJson, signal }) => {
    const watch = await startWatch(api, filters as Query);
    const tell = tellInterruption(api, terminal);
    let lostAt: number | undefined;
    while (!signal.aborted) {
      try {
        for (const delivery of await watch()) {
          const attempt = await lastAttempt(api, delivery);
          terminal.write(
            isJson
              ? JSON.stringify({ ...delivery, lastAttempt: attempt ?? null })
              : render(delivery, attempt, terminal.paint),
          );
        }
        if (lostAt !== undefined) tell({ kind: 'back', afterMs: Date.now() - lostAt });
        lostAt = undefined;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (lostAt === undefined) tell({ kind: 'lost' });
        lostAt ??= Date.now();
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };

/** Answers a look at what has changed since the look before, oldest first. */
async function startWatch(api: Api, filters: Query): Promise<() => Promise<readonly Json[]>> {
  const list = (query: Query): Promise<Json> =>
    api.send('GET', '/deliveries', { query: { ...filters, ...query, limit: PAGE } });
  const known = new Map<string, Json>();
  /** Ids grow with time: what is not above this one is old. */
  let floor = '';
  for (const status of [undefined, 'retrying', 'parked', 'held']) {
    for (const delivery of listOf(await list({ status }))) known.set(idOf(delivery), delivery);
  }
  floor = [...known.keys()].sort().at(-PAGE) ?? '';

  const isNews = (delivery: Json): boolean => {
    const before = known.get(idOf(delivery));
    return before === undefined ? idOf(delivery) > floor : stateOf(before) !== stateOf(delivery);
  };
  const look = async (): Promise<readonly Json[]> => {
    const found = new Map<string, Json>();
    for (let after: string | undefined; ;) {
      const page = await list({ after });
      const items = listOf(page);
      for (const delivery of items) found.set(idOf(delivery), delivery);
      const isNewToUs = items.some((one) => !known.has(idOf(one)) && idOf(one) > floor);
      if (!isNewToUs || typeof page['nextCursor'] !== 'string') break;
      after = page['nextCursor'];
    }
    const missed = [...known.values()].filter((one) => !found.has(idOf(one)) && !isOver(one)).slice(-LOOKS_MAX);
    for (const { id } of missed) found.set(String(id), await api.send('GET', `/deliveries/${String(id)}`));
    return [...found.values()];
  };
  return async () => {
    const news = (await look()).filter(isNews).sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
    for (const delivery of news) known.set(idOf(delivery), delivery);
    floor = forget(known, floor);
    return news;
  };
}

/** Drops the oldest that are over. Answers the new floor. */
function forget(known: Map<string, Json>, floor: string): string {
  if (known.size <= REMEMBERED_MAX) return floor;
  const over = [...known.values()].filter(isOver).map(idOf).sort();
  const dropped = over.slice(0, Math.max(0, over.length - PAGE));
  dropped.forEach((id) => known.delete(id));
  return dropped.at(-1) ?? floor;
}

const idOf = ({ id }: Json): string => String(id);
const isOver = ({ status }: Json): boolean => status === 'delivered' || status === 'canceled';
const stateOf = ({ status, attempts, nextAttemptAt, updatedAt }: Json): string =>
  JSON.stringify([status, attempts, nextAttemptAt, status === 'delivered' && updatedAt]);

async function lastAttempt(api: Api, { id, attempts }: Json): Promise<Json | undefined> {
  if (attempts === 0) return undefined;
  const all = listOf(await api.send('GET', `/deliveries/${String(id)}/attempts`));
  return [...all].sort((one, other) => (show(one['startedAt']) < show(other['startedAt']) ? -1 : 1)).at(-1);
}

const COLOURS: Readonly<Record<string, keyof Paint>> = { delivered: 'good', retrying: 'doubtful', parked: 'bad' };

/** `09:30:00  retrying   user.created  #42  attempt 1: 500 in 12 ms, again at 09:30:05  <id>`. */
function render(delivery: Json, attempt: Json | undefined, paint: Paint): string {
  const { id, updatedAt, status, eventType, seq, attempts, nextAttemptAt } = delivery;
  const { status: answer, durationMs, error } = asObject(attempt);
  const word = show(status);
  const tried =
    attempt === undefined
      ? ''
      : `attempt ${show(attempts)}: ${typeof answer === 'number' ? `${answer} in ${duration(Number(durationMs))}` : show(error)}`;
  const next = status === 'retrying' ? `, again at ${timeIn(nextAttemptAt)}` : '';
  return [
    paint.faint(timeIn(updatedAt)),
    paint[COLOURS[word] ?? 'faint'](word.padEnd(9)),
    show(eventType).padEnd(21),
    paint.faint(`#${show(seq)}`),
    `${tried}${next}`,
    paint.faint(show(id)),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

const timeIn = (iso: unknown): string => show(iso).slice(11, 19);
