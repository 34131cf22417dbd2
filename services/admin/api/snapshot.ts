import * as z from 'zod';
import { createDigest } from '../../../shared/directory/digest.js';
import { isoOrNull } from '../../../shared/events/timestamp.js';
import type { Membership } from '../../../shared/directory/resource.js';
import type { Directory } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { directoryAt, momentOf, scopeOf, type PageAt } from '../directory-at.js';
import { idOf, pathId, timeOf } from '../fields.js';
import { json, operation, written, type View } from '../operation.js';
import { Problem } from '../problem.js';
import { pastGroupView, pastUserView } from '../views.js';

const MEMBERS_PER_LINE = 100;

const counts = {
  users: z.int(),
  groups: z.int(),
  memberships: z.int(),
  digest: z.string().meta({
    description:
      'XOR of the SHA-256 of a line per thing, in hexadecimal: `user <id> <version>`, `group <id> <version>`, `member <group id> <member id>`',
    examples: ['3b7e…'],
  }),
};
const seq = z.int().min(0).meta({ description: 'The newest event that is in it' });

const snapshotLine = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('header'),
      directoryId: idOf('The directory'),
      organizationId: idOf('Its organization'),
      seq,
      at: timeOf('When that was committed; null before the first').nullable(),
    }),
    z.object({ kind: z.literal('group'), data: pastGroupView }),
    z.object({ kind: z.literal('user'), data: pastUserView }),
    z.object({
      kind: z.literal('members'),
      groupId: idOf('The group'),
      memberIds: z.array(idOf('A member')).max(MEMBERS_PER_LINE),
    }),
    z.object({ kind: z.literal('footer'), seq, ...counts }),
  ])
  .meta({ id: 'SnapshotLine', description: 'A line of a snapshot: without the footer it is cut short' });

const path = { id: pathId('directory') };

export const snapshot = operation({
  id: 'getSnapshot',
  summary: 'Read all of a directory at one `seq`',
  description:
    'A header, groups and users, each page of them followed by their memberships, and a footer. It is the state at exactly that `seq` while writes go on: apply the events after it.',
  path,
  answers: { 200: written({ 'application/x-ndjson': snapshotLine }) },
  refusals: ['purged', 'busy'],
}).by(async ({ deps, path: { id } }) => {
  const directory = await knownDirectory(id, deps);
  const lines = snapshotLines(directory, await present(directory, deps), deps);
  return { status: 200, type: 'application/x-ndjson', text: deps.slots.wholes.during(lines) };
});

export const digest = operation({
  id: 'getDigest',
  summary: 'Count what is in a directory, with a digest to compare a mirror with',
  path,
  answers: { 200: json(z.object({ seq, ...counts }).meta({ id: 'Digest' })) },
  refusals: ['purged', 'busy'],
}).by(async ({ deps, path: { id }, over }) => {
  const directory = await knownDirectory(id, deps);
  const { seq } = await present(directory, deps);
  const sum = createDigest();
  await deps.slots.wholes.run(async () => {
    for await (const page of directoryAt(deps, directory, seq)) {
      if (over.aborted) throw new Problem('busy', 'The process is about to stop; try again.');
      take(sum, page);
    }
  });
  return { status: 200, body: { seq, ...sum.result() } };
});

interface Present {
  /** The newest. */
  readonly seq: number;
  /** When that was committed; null before the first. */
  readonly at: number | null;
}

/** The header goes with the first page: what cannot be told is refused before anything is. */
async function* snapshotLines(
  directory: Directory,
  { seq, at }: Present,
  deps: AdminDeps,
): AsyncGenerator<string, void> {
  const digest = createDigest();
  let before = line({ kind: 'header', ...scopeOf(directory), seq, at: isoOrNull(at) });
  for await (const page of directoryAt(deps, directory, seq)) {
    take(digest, page);
    yield before + linesOf(page).join('');
    before = '';
  }
  yield before + line({ kind: 'footer', seq, ...digest.result() });
}

async function present(directory: Directory, deps: AdminDeps): Promise<Present> {
  if (directory.deletedAt !== null) await momentOf(deps, directory, directory.deletedAt);
  const { number, lastSeq, at } = await deps.commits.head(directory.id);
  return { seq: lastSeq, at: number === 0 ? null : at };
}

function take(digest: ReturnType<typeof createDigest>, { type, resources, memberships }: PageAt): void {
  for (const resource of resources) digest.resource(type, resource);
  for (const membership of memberships) digest.membership(membership);
}

const line = (value: View<typeof snapshotLine>): string => `${JSON.stringify(value)}\n`;

const linesOf = ({ type, resources, memberships }: PageAt): string[] => [
  ...(type === 'User'
    ? resources.map((data) => line({ kind: 'user', data }))
    : resources.map((data) => line({ kind: 'group', data }))),
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
