import type { mongo } from 'mongoose';
import { placeInLog, type LogStart, type MovedCommit, type TransferReader } from '../transfer.js';
import type { CommitDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { attemptsOf, oldestFirst, toDelivery } from './deliveries.js';
import { createPositions, type Positions } from './positions.js';
import { findMemberships, findResources } from './rows.js';

const COMMIT_FIELDS = { changes: 0, nonce: 0, counts: 0, guard: 0 };

export function createTransferReader(connection: MongoConnection): TransferReader {
  return {
    commits: prepareCommits(connection, createPositions(connection)),
    async directories(afterId, limit) {
      const ids: string[] = [];
      for (let id: string | undefined = afterId; ids.length < limit;) {
        id = await nextDirectory(connection, id);
        if (id === undefined) break;
        ids.push(id);
      }
      return ids;
    },
    resources: (directoryId, afterId, limit) =>
      findResources(connection, within(directoryId, afterId), { sort: { _id: 1 }, limit }),
    memberships: (directoryId, after, limit) =>
      findMemberships(
        connection,
        within(directoryId, after === undefined ? '' : `${after.groupId}:${after.memberId}`),
        {
          sort: { _id: 1 },
          limit,
        },
      ),
    async deliveries(beforeId, limit) {
      const where = beforeId === undefined ? {} : { _id: { $lt: beforeId } };
      const found = await connection.call(({ deliveries }, session) =>
        deliveries
          .find(where, { session, sort: { _id: -1 }, projection: { nonce: 0 } })
          .limit(limit)
          .toArray(),
      );
      return found.map(({ attemptLog, ...delivery }) => ({
        delivery: toDelivery(delivery),
        attempts: attemptsOf({ attemptLog }).toSorted(oldestFirst),
      }));
    },
    async lastOffsets() {
      const partitions = await connection.call(({ deliveries }, session) =>
        deliveries.distinct('partition', {}, { session }),
      );
      const last = new Map<number, number>();
      for (const partition of partitions) {
        const options = { sort: { offset: -1 } as const, projection: { offset: 1 } };
        const found = await connection.call(({ deliveries }, session) =>
          deliveries.findOne({ partition, offset: { $ne: -1 } }, { session, ...options }),
        );
        if (found !== null) last.set(partition, found.offset);
      }
      return last;
    },
    logStarts: () => readLogStarts(connection),
    async cursors() {
      const found = await connection.call(({ cursors }, session) => cursors.find({}, { session }).toArray());
      return found.map(({ _id, position, index }) => {
        const [partition = '', ...group] = _id.split(':');
        return { group: group.join(':'), partition: Number(partition), position, index };
      });
    },
  };
}

/** The rows of a directory whose `_id` is behind that of one of them, by the index of `_id`: ids have no colon. */
const within = (directoryId: string, after: string): mongo.Filter<{ _id: string }> => ({
  _id: { $gt: `${directoryId}:${after}`, $lt: `${directoryId};` },
});

async function nextDirectory(connection: MongoConnection, afterId: string): Promise<string | undefined> {
  const options = { sort: { directoryId: 1, number: -1 } as const, projection: { directoryId: 1 } };
  const found = await connection.call(({ commits }, session) =>
    commits.findOne({ directoryId: { $gt: afterId } }, { session, ...options }),
  );
  return found?.directoryId;
}

async function readLogStarts(connection: MongoConnection): Promise<LogStart[]> {
  const found = await connection.call(({ logStarts }, session) =>
    logStarts.find({}, { session, sort: { _id: 1 } }).toArray(),
  );
  return found.map(({ _id, position }) => ({ partition: _id, position }));
}

function prepareCommits(connection: MongoConnection, positions: Positions): TransferReader['commits'] {
  return async (directoryId, afterNumber, limit) => {
    const found = await connection.call(({ commits }, session) =>
      commits
        .find(
          { directoryId, number: { $gt: afterNumber } },
          { session, sort: { number: 1 }, projection: COMMIT_FIELDS },
        )
        .limit(limit)
        .toArray(),
    );
    const [first] = found;
    if (first === undefined) return [];
    const starts = new Map((await readLogStarts(connection)).map((start) => [start.partition, start.position]));
    const placeOf = await positions.of(first.partition, found);
    return found.map((commit) =>
      toMoved(commit, placeInLog(placeOf.get(commit._id), starts.get(commit.partition) ?? 0)),
    );
  };
}

/** Some compatible services leave an empty list out. */
const toMoved = (
  { number, at, lastSeq, partition, published, events }: Omit<CommitDocument, 'events'> & Partial<CommitDocument>,
  position: number | null,
): MovedCommit => ({ number, at, lastSeq, partition, position, published, events: events ?? [] });
