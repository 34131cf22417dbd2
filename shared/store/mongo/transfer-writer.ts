import type { mongo } from 'mongoose';
import { GENESIS, TOMBSTONE_LIFE_MS, type Head } from '../../directory/commit.js';
import { newId } from '../../runtime/ids.js';
import { systemClock } from '../../runtime/clock.js';
import type { DirectoryWriter, EndedMembership, MovedCommit, TransferWriter } from '../transfer.js';
import { heldRow, live, liveResource, tombstone } from './apply.js';
import { toDocument as toCommitDocument } from './chain.js';
import {
  anyOf,
  commitId,
  heldId,
  membershipId,
  positionId,
  resourceId,
  type CommitDocument,
  type Collections,
  type PositionDocument,
  type ResourceDocument,
} from './collections.js';
import type { MongoConnection } from './connection.js';
import { toDocument } from './deliveries.js';

/** Rows have the number of their directory's newest commit: later ones change them, and no earlier one can come. */
export const createTransferWriter = (connection: MongoConnection): TransferWriter => ({
  async directory(directoryId, head) {
    return writeDirectory(connection, directoryId, head);
  },
  async logStart({ partition, position }) {
    await insertAll(connection, ({ logStarts }) => logStarts, [{ _id: partition, position }]);
  },
  async deliveries(rows) {
    await insertAll(
      connection,
      ({ deliveries }) => deliveries,
      rows.map(({ delivery, attempts }) => ({ _id: delivery.id, ...toDocument(delivery, attempts) })),
    );
  },
  // What has no place gets one from the relay.
  finish: async () => undefined,
});

function writeDirectory(connection: MongoConnection, directoryId: string, head: Head): DirectoryWriter {
  const ends = createEnds(directoryId);
  return {
    async commits(commits) {
      const documents = commits.map((commit) => commitDocument(directoryId, head, commit));
      await insertAll(connection, (all) => all.commits, documents);
      await insertAll(connection, ({ positions }) => positions, commits.flatMap(positionOf(directoryId)));
    },
    async resources(rows) {
      const documents = rows.map((row) => ({
        ...{ _id: resourceId(directoryId, row.id), directoryId, id: row.id, type: row.type },
        ...liveResource(head.number, row),
      }));
      await insertAll(connection, ({ resources }) => resources, documents);
    },
    async memberships(rows) {
      const documents = rows.map(({ groupId, memberId, memberType }) => ({
        ...{ _id: membershipId(directoryId, groupId, memberId), directoryId, groupId, memberId, memberType },
        ...live(head.number),
      }));
      await insertAll(connection, ({ memberships }) => memberships, documents);
    },
    async ended(rows) {
      const { resources, memberships } = ends(rows);
      await insertAll(connection, (all) => all.resources, resources);
      await insertAll(connection, (all) => all.memberships, memberships);
    },
    async held(events) {
      const documents = events.map((event) => ({
        ...{ _id: heldId(directoryId, event.order), directoryId },
        ...heldRow(head.number, event),
      }));
      await insertAll(connection, ({ held }) => held, documents);
    },
  };
}

/** The newest commit alone says what the directory is; see `Chain.newest`. */
function commitDocument(directoryId: string, head: Head, commit: MovedCommit): CommitDocument {
  const { number, at, lastSeq, partition, published, events } = commit;
  const purgeAt = at + TOMBSTONE_LIFE_MS;
  const own = { directoryId, partition, nonce: newId(), purgeAt, changes: [], events };
  const state = number === head.number ? head : GENESIS;
  return { ...toCommitDocument({ ...state, number, at, lastSeq, ...own }), applied: true, published };
}

/** Places count as given now: that is what their purging waits for. */
const positionOf =
  (directoryId: string) =>
  ({ number, partition, position, events }: MovedCommit): PositionDocument[] =>
    position === null
      ? []
      : [
          {
            ...{ _id: positionId(partition, position), partition, position, givenAt: systemClock() },
            ...{ commit: commitId(directoryId, number), directoryId, number, eventCount: events.length },
          },
        ];

/**
 * The tombstones that `endedWith` reads: of what was deleted, and of the memberships that ended with it, under one number. Each
 * deletion has one below all commits, so that no two of them are taken for one.
 */
function createEnds(directoryId: string) {
  let number = 0;
  let deleted: string | undefined;
  return (rows: readonly EndedMembership[]) => {
    const resources: ResourceDocument[] = [];
    const memberships = rows.map(({ id, type, at, groupId, memberId, memberType }) => {
      const isNext = id !== deleted;
      if (isNext) number -= 1;
      deleted = id;
      const image = tombstone({ number, purgeAt: at + TOMBSTONE_LIFE_MS });
      if (isNext)
        resources.push({ _id: resourceId(directoryId, id), directoryId, id, type, ...image, keys: [], row: null });
      return {
        _id: membershipId(directoryId, groupId, memberId),
        directoryId,
        groupId,
        memberId,
        memberType,
        ...image,
      };
    });
    return { resources, memberships };
  };
}

/** Adds documents that are not there. After a try without an answer, those that it has stored are left out. */
async function insertAll<T extends { readonly _id: unknown }>(
  connection: MongoConnection,
  table: (collections: Collections) => mongo.Collection<T>,
  documents: readonly T[],
): Promise<void> {
  if (documents.length === 0) return;
  let tries = 0;
  await connection.call(async (collections, session) => {
    const rows = table(collections) as unknown as mongo.Collection<{ _id: unknown }>;
    tries += 1;
    const stored = new Set<unknown>();
    if (tries > 1) {
      const where = { _id: anyOf(documents.map(({ _id }) => _id)) as never };
      for (const { _id } of await rows.find(where, { session, projection: { _id: 1 } }).toArray()) stored.add(_id);
    }
    const missing = documents.filter(({ _id }) => !stored.has(_id));
    if (missing.length > 0) await rows.insertMany(missing, { session, ordered: false });
  });
}
