import { z } from 'zod';
import { pause } from '../../../shared/runtime/pause.js';
import type { RequestEntry } from '../../../shared/store/request-log.js';
import { timeOfId } from '../../../shared/webhooks/delivery.js';
import { showRequest } from '../api/requests.js';
import { countsOf } from '../api/directories.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { pathId } from '../fields.js';
import { operation, written } from '../operation.js';
import type { SetupView } from './directory.js';
import { progressOf } from './progress.js';

const LOOK_EVERY_MS = 1000;
/** Proxies cut connections on which nothing comes for a minute or so. */
const HEARTBEAT_LOOKS = 15;
/** Longer than a request takes, and its entry to be written, so that one that came before another is not passed over. */
const LATE_MS = 60_000;
/** Of one look; what more there is in that time is left out. */
const REQUESTS_MAX = 100;

export const stream = operation({
  id: 'streamSetup',
  summary: 'Receive how far the set-up has come, and the SCIM requests of the directory, as they come',
  description: 'Server-Sent Events: `progress` at first and when it has changed, `request` for each request.',
  path: { id: pathId('directory') },
  headers: {
    'last-event-id': z.uuid().optional().catch(undefined).meta({
      description: 'The `id` of the last request that came: goes on after it. Sent by browsers that connect again.',
    }),
  },
  answers: {
    200: written(
      { 'text/event-stream': z.string().meta({ examples: ['event: progress\ndata: {…}\n\n'] }) },
      'buffering',
    ),
  },
  refusals: ['busy'],
}).by(async ({ deps, path: { id }, headers: { 'last-event-id': lastEventId }, over }) => {
  const text = deps.slots.setups.during(happenings(id, lastEventId, deps, over));
  return { status: 200, type: 'text/event-stream', text, buffering: 'no' };
});

/** What the event `progress` has. */
export type SetupProgressView = Pick<SetupView, 'progress' | 'counts'>;

/** By looking again and again: what comes without a token, or is refused, makes no commit that would wake anybody. */
async function* happenings(
  directoryId: string,
  lastEventId: string | undefined,
  deps: AdminDeps,
  over: AbortSignal,
): AsyncGenerator<string, void> {
  let from = lastEventId === undefined ? deps.clock() : timeOfId(lastEventId);
  let seen: ReadonlySet<string> | undefined;
  let told = '';
  for (let looks = 1; !over.aborted; looks += 1) {
    const page = { since: Math.max(0, from - LATE_MS), limit: REQUESTS_MAX };
    const recent = (await deps.journals.requests.list({ directoryId }, page)).toReversed();
    const known = seen ?? new Set(idsOf(recent).filter((id) => lastEventId === undefined || id <= lastEventId));
    const progress = JSON.stringify(await progressNow(directoryId, deps));
    const requests = recent.filter(({ id }) => !known.has(id));
    yield [
      progress === told ? '' : `event: progress\ndata: ${progress}\n\n`,
      ...requests.map((one) => `id: ${one.id}\nevent: request\ndata: ${JSON.stringify(showRequest(one))}\n\n`),
      looks % HEARTBEAT_LOOKS === 0 ? ': heartbeat\n\n' : '',
    ].join('');
    [seen, told, from] = [new Set(idsOf(recent)), progress, deps.clock()];
    await pause(LOOK_EVERY_MS, over);
  }
}

const idsOf = (entries: readonly RequestEntry[]): string[] => entries.map(({ id }) => id);

async function progressNow(directoryId: string, deps: AdminDeps): Promise<SetupProgressView> {
  const directory = await knownDirectory(directoryId, deps);
  const [progress, head] = await Promise.all([progressOf(directory, deps), deps.commits.head(directoryId)]);
  return { progress, counts: countsOf(head) };
}
