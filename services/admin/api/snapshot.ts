import type { RequestHandler } from 'express';
import { createDigest } from '../../../shared/directory/digest.js';
import { iso } from '../../../shared/events/timestamp.js';
import type { Membership } from '../../../shared/directory/resource.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { directoryAt, momentOf, scopeOf, type PageAt } from '../directory-at.js';
import { pathId } from '../request.js';
import { untilOver, write, type Slots } from '../streaming.js';

const MEMBERS_PER_LINE = 100;

/** A directory at one `seq`, whole: all of it, or a digest of it. */
export function snapshots(deps: AdminDeps, slots: Slots) {
  /** NDJSON: a header, groups, users, each page followed by its memberships, and a footer without which it is not complete. */
  const snapshot: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const { seq, at } = await present(directory, deps);
    const over = untilOver(res, deps.stopping);
    await slots.run(async () => {
      const pages = directoryAt(deps, directory, seq);
      const first = await pages.next();
      const digest = createDigest();
      res.type('application/x-ndjson');
      await write(res, line({ kind: 'header', ...scopeOf(directory), seq, at: at === null ? null : iso(at) }), over);
      for (let { value: page } = first; page !== undefined && !over.aborted; { value: page } = await pages.next()) {
        take(digest, page);
        await write(res, linesOf(page).join(''), over);
      }
      if (over.aborted) res.destroy();
      else res.end(line({ kind: 'footer', seq, ...digest.result() }));
    });
  };

  const digest: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const { seq } = await present(directory, deps);
    const over = untilOver(res, deps.stopping);
    const sum = createDigest();
    await slots.run(async () => {
      for await (const page of directoryAt(deps, directory, seq)) {
        if (over.aborted) return res.destroy();
        take(sum, page);
      }
      return res.json({ seq, ...sum.result() });
    });
  };

  return { snapshot, digest };
}

/** The newest `seq` and when it was committed; null before the first. */
async function present(directory: Directory, deps: AdminDeps): Promise<{ seq: number; at: number | null }> {
  if (directory.deletedAt !== null) await momentOf(deps, directory, directory.deletedAt);
  const { number, lastSeq, at } = await deps.commits.head(directory.id);
  return { seq: lastSeq, at: number === 0 ? null : at };
}

function take(digest: ReturnType<typeof createDigest>, { type, resources, memberships }: PageAt): void {
  for (const resource of resources) digest.resource(type, resource);
  for (const membership of memberships) digest.membership(membership);
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

const linesOf = ({ type, resources, memberships }: PageAt): string[] => [
  ...resources.map((data) => line({ kind: type === 'User' ? 'user' : 'group', data })),
  ...membershipLines(memberships),
];

/** By group, so many members each. */
function membershipLines(memberships: readonly Membership[]): string[] {
  const members = new Map<string, string[]>();
  for (const { groupId, memberId } of memberships) {
    members.set(groupId, [...(members.get(groupId) ?? []), memberId]);
  }
  return [...members].flatMap(([groupId, ids]) =>
    Array.from({ length: Math.ceil(ids.length / MEMBERS_PER_LINE) }, (_, index) => {
      const memberIds = ids.slice(index * MEMBERS_PER_LINE, (index + 1) * MEMBERS_PER_LINE);
      return line({ kind: 'members', groupId, memberIds });
    }),
  );
}
