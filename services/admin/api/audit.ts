import { setImmediate as othersTurn } from 'node:timers/promises';
import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import type { AuditEntry } from '../../../shared/store/audit.js';
import type { JournalPage } from '../../../shared/store/journals.js';
import { timeOfId } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { id, idOf, listOf, textOf, time, timeOf } from '../fields.js';
import { operation, written, type View } from '../operation.js';
import { mapPage, pageParameters, scannedPageOf, WHAT_IS_SCANNED } from '../paging.js';

const EXPORTED_AT_ONCE = 100;
/** Of what few are wanted of, before others have their turn. */
const LOOKED_AT_AT_ONCE = 5_000;

const fields = (description: string) => z.record(z.string(), z.json()).nullable().meta({ description });

export const auditEntry = z
  .object({
    id: idOf('Of the entry'),
    at: timeOf('When it was asked for'),
    actor: z
      .object({
        id: textOf('Of the admin key; `operator` for the key of the configuration', 'operator'),
        name: textOf("The key's name at the time", 'operator'),
      })
      .meta({ description: 'Whose key it was' }),
    action: textOf('What was done', 'endpoint.updated'),
    subject: z
      .object({ type: textOf('What kind of thing', 'endpoint'), id: textOf('Its id') })
      .meta({ description: 'What it was done to' }),
    organizationId: idOf('Whose it is; null: not of one alone').nullable(),
    directoryId: idOf('Directory that it belongs to; null: to none alone').nullable(),
    requestId: idOf("The request's `x-request-id`"),
    address: textOf("The client's IP address", '192.0.2.1').nullable(),
    outcome: z.enum(['done', 'failed', 'unknown']).meta({
      description: '`unknown`: it is under way, or the process or the store failed before it was known',
    }),
    before: fields('What changed, as it was, without secrets; null: it was not there'),
    after: fields('What changed, as it became; null: it is not there any more'),
  })
  .meta({ id: 'AuditEntry', description: 'A change through the management API' });

export const list = operation({
  id: 'listAuditEntries',
  summary: 'List who changed what, newest first',
  description: `With \`format=ndjson\`, or \`Accept: application/x-ndjson\`, all entries that are asked for, one a line, instead of a page. ${WHAT_IS_SCANNED}`,
  query: {
    ...pageParameters,
    organizationId: id.exactOptional().meta({ description: "Only this organization's" }),
    directoryId: id.exactOptional().meta({ description: "Only this directory's" }),
    action: z.string().max(100).exactOptional().meta({ description: 'Only this, such as `endpoint.updated`' }),
    actor: z.string().max(100).exactOptional().meta({ description: 'Only by the key with this id, or `operator`' }),
    since: time.optional().meta({ description: 'Only from that time on' }),
    until: time.optional().meta({ description: 'Only before that time' }),
    format: z.enum(['json', 'ndjson']).optional().meta({ description: 'Instead of the header `Accept`' }),
  },
  answers: {
    200: written({ 'application/json': listOf(auditEntry), 'application/x-ndjson': auditEntry }),
  },
  refusals: ['busy'],
}).by(async ({ deps, query, accepts }) => {
  const { after, limit, since, until, format, ...where } = query;
  const liked = accepts('application/json', 'application/x-ndjson');
  if ((format ?? (liked === 'application/x-ndjson' ? 'ndjson' : 'json')) === 'ndjson') {
    const lines = exported(deps.journals.audit, where, { since, until });
    return { status: 200, type: 'application/x-ndjson', text: deps.slots.wholes.during(lines) };
  }
  const page = await scannedPageOf({ after, limit }, (scan) =>
    deps.journals.audit.search(where, { since, until, ...scan }),
  );
  return { status: 200, type: 'application/json', text: JSON.stringify(mapPage(page, show)) };
});

type Audit = Pick<AdminDeps['journals']['audit'], 'search'>;

async function* exported(
  audit: Audit,
  where: Parameters<Audit['search']>[0],
  times: Pick<JournalPage, 'since' | 'until'>,
): AsyncGenerator<string, void> {
  const page = { ...times, limit: EXPORTED_AT_ONCE, scan: LOOKED_AT_AT_ONCE };
  for (let beforeId: string | undefined, isOver = false; !isOver;) {
    const { found, nextId } = await audit.search(where, { ...page, beforeId });
    yield found.map((entry) => `${JSON.stringify(show(entry))}\n`).join('');
    await othersTurn();
    beforeId = nextId;
    isOver = nextId === undefined;
  }
}

const show = (entry: AuditEntry): View<typeof auditEntry> => ({
  id: entry.id,
  at: iso(timeOfId(entry.id)),
  actor: { id: entry.actor, name: entry.actorName },
  action: entry.action,
  subject: entry.subject,
  organizationId: entry.organizationId,
  directoryId: entry.directoryId,
  requestId: entry.requestId,
  address: entry.address,
  outcome: entry.outcome,
  // From JSON, or on its way there.
  before: entry.before as View<typeof auditEntry>['before'],
  after: entry.after as View<typeof auditEntry>['after'],
});
