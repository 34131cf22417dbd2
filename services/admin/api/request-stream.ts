import { validate as isUuid } from 'uuid';
import * as z from 'zod';
import { pause } from '../../../shared/runtime/pause.js';
import type { RequestEntry } from '../../../shared/store/request-log.js';
import { timeOfId } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { pathId } from '../fields.js';
import { operation, serverSentEvents } from '../operation.js';
import { showRequest } from './requests.js';

const LOOK_EVERY_MS = 1000;
/** Proxies cut connections on which nothing comes for a minute or so. */
const HEARTBEAT_LOOKS = 15;
/** Longer than a request takes, and its entry to be written, so that one that came before another is not passed over. */
const LATE_MS = 60_000;
/** Of one look; what more there is in that time is left out. */
const REQUESTS_MAX = 100;

export const lastRequest = {
  'last-event-id': z
    .string()
    .optional()
    .transform((id) => (isUuid(id) ? id : undefined))
    .meta({
      description:
        'The `id` of the last request that came: goes on after it; anything else begins now. Sent by browsers that connect again.',
    }),
};

export const stream = operation({
  id: 'streamScimRequests',
  summary: 'Receive the SCIM requests to a directory as they come, for as long as the connection lasts',
  description: `Server-Sent Events: \`request\` for each, a second or so after its answer; of more than ${REQUESTS_MAX} in a second the newest. A heartbeat comes every 15 s.`,
  path: { id: pathId('directory') },
  headers: lastRequest,
  answers: { 200: serverSentEvents('id: 01970c5e…\nevent: request\ndata: {…}\n\n') },
  refusals: ['busy'],
}).by(async ({ deps, path: { id }, headers: { 'last-event-id': lastEventId }, over }) => {
  const { id: directoryId } = await knownDirectory(id, deps);
  const text = deps.slots.streams.during(requestStream({ directoryId, lastEventId, over }, deps));
  return { status: 200, type: 'text/event-stream', text, buffering: 'no' };
});

interface Listener {
  readonly directoryId: string;
  readonly lastEventId: string | undefined;
  readonly over: AbortSignal;
  /** What is told beside the requests of each look, and before them. */
  readonly beside?: () => Promise<string>;
}

/** By looking again and again: what comes without a token, or is refused, makes no commit that would wake anybody. */
export async function* requestStream(
  { directoryId, lastEventId, over, beside }: Listener,
  { journals, clock }: Pick<AdminDeps, 'journals' | 'clock'>,
): AsyncGenerator<string, void> {
  let from = lastEventId === undefined ? clock() : timeOfId(lastEventId);
  let seen: ReadonlySet<string> | undefined;
  for (let looks = 1; !over.aborted; looks += 1) {
    const page = { since: Math.max(0, from - LATE_MS), limit: REQUESTS_MAX };
    const recent = (await journals.requests.list({ directoryId }, page)).toReversed();
    const known = seen ?? new Set(idsOf(recent).filter((id) => lastEventId === undefined || id <= lastEventId));
    const told = await beside?.();
    yield [
      told ?? '',
      ...recent.filter(({ id }) => !known.has(id)).map(render),
      looks % HEARTBEAT_LOOKS === 0 ? ': heartbeat\n\n' : '',
    ].join('');
    [seen, from] = [new Set(idsOf(recent)), clock()];
    await pause(LOOK_EVERY_MS, over);
  }
}

const idsOf = (entries: readonly RequestEntry[]): string[] => entries.map(({ id }) => id);

const render = (entry: RequestEntry): string =>
  `id: ${entry.id}\nevent: request\ndata: ${JSON.stringify(showRequest(entry))}\n\n`;
