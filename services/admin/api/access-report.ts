import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { findAll, type Directory } from '../../../shared/store/registry.js';
import { csvLine } from '../csv.js';
import type { AdminDeps } from '../deps.js';
import { directoryAt, momentOf, type Moment } from '../directory-at.js';
import { id, idOf, pathId, textOf, time, timeOf } from '../fields.js';
import { operation, written, type View } from '../operation.js';
import { invalid, notFound } from '../problem.js';

const line = z
  .object({
    directoryId: idOf('The directory'),
    directory: textOf('Its name', 'Okta'),
    userId: idOf('The user'),
    userName: z.string(),
    displayName: z.string().nullable(),
    email: z.string().nullable(),
    externalId: z.string().nullable(),
    active: z.boolean(),
    groups: z
      .array(z.object({ id: idOf('The group'), displayName: z.string() }))
      .meta({ description: 'Groups that the user was in directly' }),
  })
  .meta({ id: 'AccessReportLine', description: 'Who was in a directory at a time, and in which groups' });
type Line = View<typeof line>;

const COLUMNS = [
  'directoryId',
  'directory',
  'userId',
  'userName',
  'displayName',
  'email',
  'externalId',
  'active',
  'groups',
] as const satisfies readonly (keyof Line)[];

export const accessReport = operation({
  id: 'getAccessReport',
  summary: 'List every user of an organization at a time, active or not',
  path: { id: pathId('organization') },
  query: {
    at: time.meta({ description: 'The time' }),
    format: z.enum(['json', 'csv']).optional().meta({ description: 'Instead of the header `Accept`' }),
    directoryId: id.optional().meta({ description: 'Only this directory' }),
  },
  answers: {
    200: written(
      {
        'application/json': z
          .object({ organizationId: idOf('The organization'), at: timeOf('The time'), data: z.array(line) })
          .meta({ id: 'AccessReport' }),
        'text/csv': z.string().meta({ examples: [csvLine(COLUMNS)] }),
      },
      'disposition',
    ),
  },
  refusals: ['purged', 'busy'],
}).by(async ({ deps, path, query: { at, format, directoryId }, accepts }) => {
  refuseFuture(at, deps.clock());
  const lines = reportLines(await directoriesAt(path.id, directoryId, at, deps), deps);
  const isCsv = (format ?? (accepts('application/json', 'text/csv') === 'text/csv' ? 'csv' : 'json')) === 'csv';
  const text = deps.slots.wholes.during(rendered(lines, isCsv ? asCsv : asJson(path.id, at)));
  const fileName = `access-report-${iso(at).replace(/:/g, '')}.csv`;
  return isCsv
    ? { status: 200, type: 'text/csv', text, disposition: `attachment; filename="${fileName}"` }
    : { status: 200, type: 'application/json', text, disposition: undefined };
});

export function refuseFuture(at: number, now: number): void {
  if (at > now) throw invalid({ field: 'at', message: `must not be later than now, ${iso(now)}` });
}

interface Asked extends Moment {
  readonly directory: Directory;
}

/** The directories that there were at the time. Throws a problem when one of them can no longer tell. */
async function directoriesAt(
  organizationId: string,
  directoryId: string | undefined,
  at: number,
  deps: AdminDeps,
): Promise<Asked[]> {
  const { organizations, directories } = deps.registry;
  if ((await organizations.get(organizationId)) === undefined) throw notFound('organization', organizationId);
  const all = await findAll(directories, { organizationId });
  if (directoryId !== undefined && !all.some(({ id }) => id === directoryId)) {
    throw invalid({ field: 'directoryId', message: 'names no directory of the organization; leave it out for all' });
  }
  const then = all.filter(
    (directory) =>
      (directoryId === undefined || directory.id === directoryId) &&
      directory.createdAt <= at &&
      (directory.deletedAt === null || directory.deletedAt > at),
  );
  return Promise.all(then.map(async (directory) => ({ directory, ...(await momentOf(deps, directory, at)) })));
}

async function* reportLines(asked: readonly Asked[], deps: AdminDeps): AsyncGenerator<Line[], void> {
  for (const { directory, seq } of asked) {
    const { id: directoryId, name } = directory;
    const groupNames = new Map<string, string>();
    for await (const page of directoryAt(deps, directory, seq)) {
      if (page.type === 'Group') {
        for (const { id, displayName } of page.resources) groupNames.set(id, displayName);
        continue;
      }
      const groupsOf = new Map<string, string[]>();
      for (const { groupId, memberId } of page.memberships) {
        groupsOf.set(memberId, [...(groupsOf.get(memberId) ?? []), groupId]);
      }
      yield page.resources.map(({ id, userName, displayName, email, externalId, active }) => {
        const groups = (groupsOf.get(id) ?? [])
          .map((groupId) => ({ id: groupId, displayName: groupNames.get(groupId) ?? '' }))
          .sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
        return { directoryId, directory: name, userId: id, userName, displayName, email, externalId, active, groups };
      });
    }
  }
}

/** How lines become text. */
interface Form {
  readonly head: string;
  readonly line: (line: Line) => string;
  readonly between: string;
  readonly foot: string;
}

/** The head goes with the first lines: what cannot be told is refused before anything is. */
async function* rendered(
  pages: AsyncIterable<Line[]>,
  { head, line, between, foot }: Form,
): AsyncGenerator<string, void> {
  let before = head;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map(line).join(between);
    before = between;
  }
  yield (before === between ? '' : before) + foot;
}

const asJson = (organizationId: string, at: number): Form => ({
  head: `{"organizationId":${JSON.stringify(organizationId)},"at":${JSON.stringify(iso(at))},"data":[`,
  line: (line) => JSON.stringify(line),
  between: ',',
  foot: ']}',
});

const asCsv: Form = {
  head: csvLine(COLUMNS),
  line: ({ groups, ...line }) =>
    csvLine([
      ...COLUMNS.filter((column) => column !== 'groups').map((column) => line[column]),
      groups.map(({ displayName }) => displayName).join('; '),
    ]),
  between: '',
  foot: '',
};
