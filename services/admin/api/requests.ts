import * as z from 'zod';
import type { StoredEvent } from '../../../shared/events/envelope.js';
import { laneKeys, type DirectoryEvent } from '../../../shared/events/event.js';
import { iso } from '../../../shared/events/timestamp.js';
import type { RequestEntry } from '../../../shared/store/request-log.js';
import { timeOfId } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { idOf, listOf, pathId, textOf, time, timeOf, wholeNumber } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageParameters, scannedPageOf, WHAT_IS_SCANNED } from '../paging.js';
import { notFound } from '../problem.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const scimRequest = z
  .object({
    id: idOf('Of the request: `cause.requestId` of its events'),
    directoryId: idOf('The directory'),
    at: timeOf('When it came'),
    method: z.string().meta({ examples: ['PATCH'] }),
    path: textOf('Behind the SCIM base URL, without the values of filters', '/Users?filter=userName eq "…"'),
    status: z.int().meta({ description: 'Of the answer; 499: the client did not wait for it', examples: [200] }),
    durationMs: z.number().meta({ description: 'How long it took, in milliseconds', examples: [4] }),
    scimType: z
      .string()
      .nullable()
      .meta({
        description: 'Why it was refused, as RFC 7644 calls it; null: there is no word for it, or it was not',
        examples: [null],
      }),
    detail: z
      .string()
      .nullable()
      .meta({ description: 'Why it was refused, without what the client sent; null: it was not', examples: [null] }),
    userAgent: z
      .string()
      .nullable()
      .meta({ examples: ['Okta SCIM Client 1.0.0'] }),
    attributes: z.array(z.string()).meta({
      description: 'Attributes of the body, or paths that it changes; no values',
      examples: [['userName', 'emails']],
    }),
    events: z
      .array(z.object({ firstSeq: z.int().min(1), lastSeq: z.int().min(1) }))
      .meta({ description: 'Events that it caused, by `seq`; without those that the deletion guard held back' }),
  })
  .meta({ id: 'ScimRequest', description: 'A SCIM request to a directory, and what came of it' });

export const list = operation({
  id: 'listScimRequests',
  summary: 'List the SCIM requests to a directory, newest first',
  description: WHAT_IS_SCANNED,
  path: { id: pathId('directory') },
  query: {
    ...pageParameters,
    status: wholeNumber(100, 599).exactOptional().meta({ description: 'Only those answered with this status' }),
    method: z.enum(METHODS).exactOptional().meta({ description: 'Only those with this method' }),
    since: time.optional().meta({ description: 'Only from that time on' }),
    until: time.optional().meta({ description: 'Only before that time' }),
  },
  answers: { 200: json(listOf(scimRequest)) },
}).by(async ({ deps, path: { id }, query: { after, limit, since, until, ...where } }) => {
  const { id: directoryId } = await knownDirectory(id, deps);
  const page = await scannedPageOf({ after, limit }, (scan) =>
    deps.journals.requests.search({ ...where, directoryId }, { since, until, ...scan }),
  );
  return { status: 200, body: mapPage(page, showRequest) };
});

/** Events that are told of one request; a bulk request may have caused thousands. */
const EVENTS_MAX = 100;

const causedEvent = z
  .object({
    id: idOf('Of the event'),
    type: z.string().meta({ examples: ['user.created'] }),
    seq: z.int().min(1).meta({ description: 'In the directory' }),
    resourceId: idOf('The user or group that it is about; of a membership event the group'),
  })
  .meta({ id: 'CausedEvent' });

export const get = operation({
  id: 'getScimRequest',
  summary: 'Read a SCIM request with the events that it caused',
  path: { id: pathId('directory'), requestId: pathId('request') },
  answers: {
    200: json(
      scimRequest
        .extend({
          events: z.array(causedEvent).meta({ description: `The first ${EVENTS_MAX} that are kept` }),
          eventCount: z.int().meta({ description: 'How many it caused', examples: [1] }),
        })
        .meta({ id: 'ScimRequestWithEvents', description: 'A SCIM request, and the events that came of it' }),
    ),
  },
}).by(async ({ deps, path: { id, requestId } }) => {
  const { id: directoryId } = await knownDirectory(id, deps);
  const entry = await deps.journals.requests.get({ directoryId }, requestId);
  if (entry === undefined) throw notFound('request in the directory', requestId);
  const eventCount = entry.events.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const events = await causedEvents(entry, deps);
  return { status: 200, body: { ...showRequest(entry), events, eventCount } };
});

async function causedEvents(
  { directoryId, events: ranges }: RequestEntry,
  { events }: Pick<AdminDeps, 'events'>,
): Promise<View<typeof causedEvent>[]> {
  const found: StoredEvent[] = [];
  for (const { first, last } of ranges) {
    if (found.length >= EVENTS_MAX) break;
    const page = await events.ofDirectory(
      directoryId,
      first - 1,
      Math.min(last - first + 1, EVENTS_MAX - found.length),
    );
    // Where some are purged, what comes back is of later requests.
    found.push(...page.filter(({ seq }) => seq <= last));
  }
  return found.map(({ id, type, seq, body }) => {
    const [resourceId = directoryId] = laneKeys(JSON.parse(body) as DirectoryEvent);
    return { id, type, seq, resourceId };
  });
}

export const showRequest = ({ events, ...entry }: RequestEntry): View<typeof scimRequest> => ({
  id: entry.id,
  directoryId: entry.directoryId,
  at: iso(timeOfId(entry.id)),
  method: entry.method,
  path: entry.path,
  status: entry.status,
  durationMs: entry.durationMs,
  scimType: entry.scimType,
  detail: entry.detail,
  userAgent: entry.userAgent,
  attributes: entry.attributes,
  events: events.map(({ first, last }) => ({ firstSeq: first, lastSeq: last })),
});
