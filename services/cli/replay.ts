import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api/api.js';
import { listOf, type Json } from './api/json.js';
import { EXIT_FAILED, type ExitCode } from './exit-codes.js';
import { show } from './output/text.js';
import { print, type Session, type Work } from './session.js';

export interface Range {
  readonly since: string;
  readonly until?: string;
  readonly types?: readonly string[];
  readonly directoryId?: string;
}

const LOOK_EVERY_MS = 250;
/** An attempt has 15 s. */
const OUTCOME_MS = 30_000;

/** Sends one event again, to one endpoint or to every one that got it, and waits for what comes of it. */
export const replayEvent =
  (eventId: string, endpointId: string | undefined): Work =>
  async (session) => {
    const { api, terminal } = session;
    const answer = await send(api, eventId, endpointId);
    const skipped = listOf({ data: answer['skipped'] });
    terminal.status(`waiting for ${listOf(answer).length} deliveries`);
    const deliveries = await outcomes(session, listOf(answer));
    terminal.status('');
    print(session, { deliveries, skipped }, () => [
      ...deliveries.map(({ status, endpointId: to, id, lastError }) =>
        [
          show(status).padEnd(9),
          show(id),
          `endpoint ${show(to)}`,
          ...(lastError === null ? [] : [show(lastError)]),
        ].join('  '),
      ),
      ...skipped.map(({ id, reason }) => ['skipped  ', show(id), show(reason)].join('  ')),
    ]);
    const isDone = skipped.length === 0 && deliveries.every(({ status }) => status === 'delivered');
    return isDone ? 0 : EXIT_FAILED;
  };

/** A list of deliveries, and of those that were left out. */
async function send(api: Api, eventId: string, endpointId: string | undefined): Promise<Json> {
  if (endpointId === undefined) return api.send('POST', `/events/${encodeURIComponent(eventId)}/replay`);
  const path = `/endpoints/${encodeURIComponent(endpointId)}/replay`;
  return { data: [await api.send('POST', path, { body: { eventId } })], skipped: [] };
}

async function outcomes({ api, signal }: Session, deliveries: readonly Json[]): Promise<readonly Json[]> {
  const until = Date.now() + OUTCOME_MS;
  for (let found = deliveries; ;) {
    const isOver = found.every(({ status }) => status !== 'pending' && status !== 'sending');
    if (isOver || signal.aborted || Date.now() > until) return found;
    await sleep(LOOK_EVERY_MS);
    found = await Promise.all(found.map(({ id }) => api.send('GET', `/deliveries/${String(id)}`)));
  }
}

/** Sends an endpoint's deliveries of a time again, and says how far it is until it is done. */
export const replayRange =
  (endpointId: string, range: Range): Work =>
  async (session): Promise<ExitCode> => {
    const { api, terminal, signal } = session;
    let replay = await api.send('POST', `/endpoints/${encodeURIComponent(endpointId)}/replay`, { body: range });
    const id = String(replay['id']);
    while (replay['state'] === 'running' && !signal.aborted) {
      terminal.status(
        `replay ${id}: ${show(replay['replayed'])} sent again, ${show(replay['missing'])} not kept any more`,
      );
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      replay = await api.send('GET', `/replays/${id}`);
    }
    const { state, replayed, missing } = replay;
    print(session, replay, () => [
      `Replay ${id} is ${show(state)}: ${show(replayed)} sent again, ${show(missing)} not kept any more.`,
      ...(state === 'running' ? [`It goes on by itself; rollcall replays cancel ${id} ends it.`] : []),
    ]);
    return state === 'canceled' ? EXIT_FAILED : 0;
  };
