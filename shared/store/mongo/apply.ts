import type { mongo } from 'mongoose';
import type { Change, Commit } from '../../directory/commit.js';
import type { Membership, ResourceRow } from '../../directory/resource.js';
import {
  anyOf,
  membershipId,
  resourceId,
  slices,
  type MembershipDocument,
  type ResourceDocument,
  type Row,
} from './collections.js';
import type { MongoConnection } from './connection.js';
import { indexTerm } from './rows.js';

/** What of a commit its rows are made of. */
export type Applicable = Pick<Commit, 'directoryId' | 'number' | 'purgeAt' | 'changes'>;

type Write<T extends Row> = mongo.AnyBulkWriteOperation<T>;

/** How many writes go into one call. */
const WRITES_PER_CALL = 500;

/**
 * Writes a commit's changes to the rows. Each write is guarded by the number of the commit whose image the row has, so that
 * applying a commit twice, late, or at once with somebody else changes nothing. Rejects on any error, of which none says that
 * a row is there already; then everything is to be applied again. One try.
 */
export async function applyChanges(connection: MongoConnection, commit: Applicable): Promise<void> {
  const resources = resourceWrites(commit);
  const memberships = membershipWrites(commit);
  await Promise.all([
    inSlices(resources, (writes) =>
      connection.once((collections, session) => collections.resources.bulkWrite(writes, { session, ordered: true })),
    ),
    inSlices(memberships, (writes) =>
      connection.once((collections, session) => collections.memberships.bulkWrite(writes, { session, ordered: true })),
    ),
  ]);
}

async function inSlices<T>(writes: readonly T[], write: (slice: T[]) => Promise<unknown>): Promise<void> {
  for (const slice of slices(writes, WRITES_PER_CALL)) await write(slice);
}

/** Rows first, then ranges: a range reaches rows of earlier commits, and the rows that this one names are by then its own. */
function resourceWrites(commit: Applicable): Write<ResourceDocument>[] {
  const { directoryId, number } = commit;
  const rows = commit.changes.flatMap((change): Write<ResourceDocument>[] => {
    switch (change.kind) {
      case 'put': {
        const { resource, isNew } = change;
        const row = { _id: resourceId(directoryId, resource.id), directoryId };
        const image = { id: resource.id, type: resource.type, ...liveResource(number, resource) };
        return isNew ? [whereAbsent(row, image)] : [whereOlder(row, number, image)];
      }
      case 'delete': {
        const row = { _id: resourceId(directoryId, change.id), directoryId };
        return [whereOlder(row, number, resourceTombstone(commit))];
      }
      default:
        return [];
    }
  });
  const isSwept = commit.changes.some(({ kind }) => kind === 'sweep');
  return [...rows, ...(isSwept ? [range<ResourceDocument>(commit, {}, resourceTombstone(commit))] : [])];
}

function membershipWrites(commit: Applicable): Write<MembershipDocument>[] {
  const { directoryId, number, changes } = commit;
  const rows = changes.flatMap((change): Write<MembershipDocument>[] => {
    switch (change.kind) {
      case 'join': {
        const row = membershipKey(directoryId, change.membership);
        const image = { ...change.membership, ...live(number) };
        // A tombstone may be there from an earlier membership of the pair: one of the two finds its row.
        return [whereAbsent(row, image), whereOlder(row, number, image)];
      }
      case 'leave':
        return [whereOlder(membershipKey(directoryId, change.membership), number, tombstone(commit))];
      default:
        return [];
    }
  });
  return [...rows, ...membershipRanges(commit)];
}

function membershipRanges(commit: Applicable): Write<MembershipDocument>[] {
  const { changes } = commit;
  if (changes.some(({ kind }) => kind === 'sweep')) return [range(commit, {}, tombstone(commit))];
  const unlinked = changes.filter(isUnlink).map(({ id }) => id);
  if (unlinked.length === 0) return [];
  return [
    range(commit, { groupId: anyOf(unlinked) }, tombstone(commit)),
    range(commit, { memberId: anyOf(unlinked) }, tombstone(commit)),
  ];
}

const isUnlink = (change: Change): change is Extract<Change, { kind: 'unlink' }> => change.kind === 'unlink';

const membershipKey = (directoryId: string, { groupId, memberId }: Membership) => ({
  _id: membershipId(directoryId, groupId, memberId),
  directoryId,
});

const live = (commit: number) => ({ live: true, commit, purgeAt: null });

const liveResource = (commit: number, resource: ResourceRow) => ({
  ...live(commit),
  keys: [...new Set(resource.keys.map(indexTerm))],
  row: JSON.stringify(resource),
});

const tombstone = ({ number, purgeAt }: Applicable) => ({ live: false, commit: number, purgeAt });

const resourceTombstone = (commit: Applicable) => ({ ...tombstone(commit), keys: [], row: null });

type Key = Pick<Row, '_id' | 'directoryId'>;

function whereAbsent<T extends Row>(row: Key, image: object): Write<T> {
  return { updateOne: { filter: row, update: { $setOnInsert: image }, upsert: true } } as unknown as Write<T>;
}

function whereOlder<T extends Row>(row: Key, number: number, image: object): Write<T> {
  const filter = { ...row, commit: { $lt: number } };
  return { updateOne: { filter, update: { $set: image } } } as unknown as Write<T>;
}

function range<T extends Row>({ directoryId, number }: Applicable, some: object, image: object): Write<T> {
  const filter = { directoryId, ...some, live: true, commit: { $lt: number } };
  return { updateMany: { filter, update: { $set: image } } } as unknown as Write<T>;
}
