import type { RequestHandler } from 'express';
import { z } from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { findAll, type Directory } from '../../../shared/store/registry.js';
import { csvLine } from '../csv.js';
import type { AdminDeps } from '../deps.js';
import { directoryAt, momentOf, type Moment } from '../directory-at.js';
import { invalid, notFound } from '../problem.js';
import { id, pathId, queryOf, time } from '../request.js';
import { untilOver, write, type Slots } from '../streaming.js';

const query = z.strictObject({ at: time, format: z.enum(['json', 'csv']).optional(), directoryId: id.optional() });

/** Who was in a directory at a time, and in which groups. */
interface Line {
  readonly directoryId: string;
  readonly directory: string;
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
}

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

/** Every user of an organization at a time, active or not, with the groups that the user was in directly; streamed. */
export function accessReport(deps: AdminDeps, slots: Slots): RequestHandler {
  return async (req, res) => {
    const { at, format, directoryId } = queryOf(req, query);
    refuseFuture(at, deps.clock());
    const organizationId = pathId(req, 'organization');
    const asked = await directoriesAt(organizationId, directoryId, at, deps);
    const isCsv = (format ?? (req.accepts(['json', 'text/csv']) === 'text/csv' ? 'csv' : 'json')) === 'csv';
    const over = untilOver(res, deps.stopping);
    await slots.run(async () => {
      const lines = reportLines(asked, deps);
      const first = await lines.next();
      const shown = isCsv ? asCsv : asJson(organizationId, at);
      res.type(isCsv ? 'text/csv; charset=utf-8' : 'json');
      if (isCsv) res.attachment(`access-report-${iso(at).replace(/:/g, '')}.csv`);
      await write(res, shown.head, over);
      let separator = '';
      for (let { value: page } = first; page !== undefined && !over.aborted; { value: page } = await lines.next()) {
        if (page.length === 0) continue;
        await write(res, separator + page.map(shown.line).join(shown.between), over);
        separator = shown.between;
      }
      if (over.aborted) res.destroy();
      else res.end(shown.foot);
    });
  };
}

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

const asJson = (organizationId: string, at: number) => ({
  head: `{"organizationId":${JSON.stringify(organizationId)},"at":${JSON.stringify(iso(at))},"data":[`,
  line: (line: Line): string => JSON.stringify(line),
  between: ',',
  foot: ']}',
});

const asCsv = {
  head: csvLine(COLUMNS),
  line: ({ groups, ...line }: Line): string =>
    csvLine([
      ...COLUMNS.filter((column) => column !== 'groups').map((column) => line[column]),
      groups.map(({ displayName }) => displayName).join('; '),
    ]),
  between: '',
  foot: '',
};
