import { countsOf } from '../api/directories.js';
import { lastRequest, requestStream } from '../api/request-stream.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { pathId } from '../fields.js';
import { operation, serverSentEvents } from '../operation.js';
import type { SetupView } from './directory.js';
import { progressOf } from './progress.js';

export const stream = operation({
  id: 'streamSetup',
  summary: 'Receive how far the set-up has come, and the SCIM requests of the directory, as they come',
  description: 'Server-Sent Events: `progress` at first and when it has changed, `request` for each request.',
  path: { id: pathId('directory') },
  headers: lastRequest,
  answers: { 200: serverSentEvents('event: progress\ndata: {…}\n\n') },
  refusals: ['busy'],
}).by(async ({ deps, path: { id }, headers: { 'last-event-id': lastEventId }, over }) => {
  const listener = { directoryId: id, lastEventId, over, beside: changesOfProgress(id, deps) };
  const text = deps.slots.setups.during(requestStream(listener, deps));
  return { status: 200, type: 'text/event-stream', text, buffering: 'no' };
});

/** What the event `progress` has. */
export type SetupProgressView = Pick<SetupView, 'progress' | 'counts'>;

/** Answers the event where there is something new to tell, and nothing otherwise. */
function changesOfProgress(directoryId: string, deps: AdminDeps): () => Promise<string> {
  let told = '';
  return async () => {
    const progress = JSON.stringify(await progressNow(directoryId, deps));
    if (progress === told) return '';
    told = progress;
    return `event: progress\ndata: ${progress}\n\n`;
  };
}

async function progressNow(directoryId: string, deps: AdminDeps): Promise<SetupProgressView> {
  const directory = await knownDirectory(directoryId, deps);
  const [progress, head] = await Promise.all([progressOf(directory, deps), deps.commits.head(directoryId)]);
  return { progress, counts: countsOf(head) };
}
