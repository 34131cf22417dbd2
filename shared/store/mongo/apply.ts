import type { mongo } from 'mongoose';
import type { Change, Commit, HeldEvent } from '../../directory/commit.js';
import type { Membership, ResourceRow } from '../../directory/resource.js';
import { failPoint } from '../../runtime/fail-point.js';
import {
  anyOf,
  heldId,
  membershipId,
  resourceId,
  slices,
  type Collections,
  type HeldDocument,
  type MembershipDocument,
  type ResourceDocument,
  type Row,
} from './collections.js';
import type { MongoConnection } from './connection.js';
import { indexTerm } from './rows.js';

/** What of a commit its rows are made of. */
export type Applicable = Pick<Commit, 'directoryId' | 'number' | 'purgeAt' | 'changes'>;

type Write<T extends Row> = mongo.AnyBulkWriteOperation<T>;

/** How many rows one call writes. */
const ROWS_PER_CALL = 500;
/** How many rows of a range one call ends. */
const RANGE_PER_CALL = 2000;

/**
 * Writes a commit's changes to the rows. Each write is guarded by the number of the commit whose image the row has, so that
 * applying a commit twice, late, or at once with somebody else changes nothing. Rejects on any error, of which none says that
 * a row is there already; then everything is to be applied again. One try.
 */
export async function applyChanges(connection: MongoConnection, commit: Applicable): Promise<void> {
  const { directoryId, changes } = commit;
  const isSwept = changes.some(({ kind }) => kind === 'sweep');
  const everything = isSwept ? [{ directoryId }] : [];
  const unlinked = anyOf(changes.filter(isUnlink).map(({ id }) => id));
  const unlinkedPairs =
    !isSwept && changes.some(isUnlink)
      ? [
          { directoryId, groupId: unlinked },
          { directoryId, memberId: unlinked },
        ]
      : [];
  const parts: readonly Part[] = [
    partOf(({ resources }) => resources, resourceWrites(commit), everything, resourceTombstone(commit)),
    partOf(
      ({ memberships }) => memberships,
      membershipWrites(commit),
      [...everything, ...unlinkedPairs],
      tombstone(commit),
    ),
    partOf(({ held }) => held, heldWrites(commit), endedHeld(commit), heldTombstone(commit)),
  ];
  let left = parts.reduce((sum, { steps }) => sum + steps, 0);
  const onStep = (): void => {
    left -= 1;
    if (left > 0) failPoint('commit.half-applied');
  };
  await Promise.all(parts.map((part) => part.write(connection, commit, onStep)));
}

/** What a commit changes in one collection. */
interface Part {
  /** How many writes, each of which may be the last that is made. */
  readonly steps: number;
  readonly write: (connection: MongoConnection, commit: Applicable, onStep: () => void) => Promise<void>;
}

type Table<T extends Row> = (collections: Collections) => mongo.Collection<T>;

/** Rows first, then ranges: a range reaches rows of earlier commits, and the rows that this one names are by then its own. */
function partOf<T extends Row>(
  table: Table<T>,
  writes: readonly Write<T>[],
  ranges: readonly object[],
  ended: object,
): Part {
  const calls = slices(writes, ROWS_PER_CALL);
  return {
    steps: calls.length + ranges.length,
    async write(connection, commit, onStep) {
      for (const call of calls) {
        await connection.once((collections, session) => table(collections).bulkWrite(call, { session, ordered: true }));
        onStep();
      }
      for (const range of ranges) {
        await endRange(connection, table, commit, range, ended);
        onStep();
      }
    },
  };
}

/** Ends the range's rows of earlier commits, so many at a time: a long range in one write would outlast its deadline. */
async function endRange<T extends Row>(
  connection: MongoConnection,
  table: Table<T>,
  { number }: Applicable,
  range: object,
  image: object,
): Promise<void> {
  const where = { ...range, live: true, commit: { $lt: number } };
  for (let isMore = true; isMore;) {
    isMore = await connection.once(async (collections, session) => {
      const rows = table(collections) as unknown as mongo.Collection<Row>;
      const found = await rows
        .find(where, { session, projection: { _id: 1 } })
        .limit(RANGE_PER_CALL)
        .toArray();
      const ids = found.map(({ _id }) => _id);
      if (ids.length > 0) await rows.updateMany({ ...where, _id: anyOf(ids) }, { $set: image }, { session });
      return ids.length === RANGE_PER_CALL;
    });
  }
}

function resourceWrites({ directoryId, ...commit }: Applicable): Write<ResourceDocument>[] {
  const { number } = commit;
  return commit.changes.flatMap((change): Write<ResourceDocument>[] => {
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
}

function membershipWrites({ directoryId, ...commit }: Applicable): Write<MembershipDocument>[] {
  const { number } = commit;
  return commit.changes.flatMap((change): Write<MembershipDocument>[] => {
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
}

/** An order is never given again: a row that is there is this very event, or its tombstone. */
const heldWrites = ({ directoryId, number, changes }: Applicable): Write<HeldDocument>[] =>
  changes.flatMap((change): Write<HeldDocument>[] => {
    if (change.kind !== 'hold') return [];
    const row = { _id: heldId(directoryId, change.event.order), directoryId };
    return [whereAbsent(row, heldRow(number, change.event))];
  });

const endedHeld = ({ directoryId, changes }: Applicable): object[] =>
  changes.flatMap((change) => {
    if (change.kind === 'sweep') return [{ directoryId }];
    return change.kind === 'unhold' ? [{ directoryId, order: { $lte: change.upTo } }] : [];
  });

const isUnlink = (change: Change): change is Extract<Change, { kind: 'unlink' }> => change.kind === 'unlink';

const membershipKey = (directoryId: string, { groupId, memberId }: Membership) => ({
  _id: membershipId(directoryId, groupId, memberId),
  directoryId,
});

export const live = (commit: number) => ({ live: true, commit, purgeAt: null });

export const liveResource = (commit: number, resource: ResourceRow) => ({
  ...live(commit),
  keys: [...new Set(resource.keys.map(indexTerm))],
  row: JSON.stringify(resource),
});

export const heldRow = (commit: number, event: HeldEvent) => ({
  order: event.order,
  keys: event.keys,
  event: JSON.stringify(event),
  ...live(commit),
});

type Ending = Pick<Applicable, 'number' | 'purgeAt'>;

export const tombstone = ({ number, purgeAt }: Ending) => ({ live: false, commit: number, purgeAt });

const resourceTombstone = (commit: Ending) => ({ ...tombstone(commit), keys: [], row: null });

const heldTombstone = (commit: Ending) => ({ ...tombstone(commit), keys: [], event: null });

type Key = Pick<Row, '_id' | 'directoryId'>;

function whereAbsent<T extends Row>(row: Key, image: object): Write<T> {
  return { updateOne: { filter: row, update: { $setOnInsert: image }, upsert: true } } as unknown as Write<T>;
}

function whereOlder<T extends Row>(row: Key, number: number, image: object): Write<T> {
  const filter = { ...row, commit: { $lt: number } };
  return { updateOne: { filter, update: { $set: image } } } as unknown as Write<T>;
}
