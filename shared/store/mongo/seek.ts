import type { EventReader } from '../port.js';
import { afterPosition, lastNotAfter, nothingBefore, PURGED } from '../seek.js';
import { positionId, slot, type CommitDocument } from './collections.js';
import type { MongoConnection } from './connection.js';

/** Oldest or newest first. */
type Order = 1 | -1;

/** Finds places by time, from the times of the commits: a few reads by `_id` instead of an index of their own. */
export function createSeek(connection: MongoConnection): Pick<EventReader, 'seqAt' | 'placeAt' | 'tail'> {
  const numberAtEnd = async (directoryId: string, order: Order): Promise<number | undefined> => {
    const options = { sort: { number: order }, projection: { number: 1 } };
    const found = await connection.call(({ commits }, session) =>
      commits.findOne({ directoryId }, { session, ...options }),
    );
    return found?.number;
  };
  const positionAtEnd = async (partition: number, order: Order): Promise<number | undefined> => {
    const found = await connection.call(({ positions }, session) =>
      positions.findOne({ partition }, { session, sort: { position: order } }),
    );
    return found?.position;
  };
  const commit = (directoryId: string, number: number): Promise<Pick<CommitDocument, 'at' | 'lastSeq'> | null> =>
    connection.call(({ commits }, session) =>
      commits.findOne(slot(directoryId, number), { session, projection: { at: 1, lastSeq: 1 } }),
    );
  return {
    async seqAt(directoryId, time) {
      const [first, last] = await Promise.all([numberAtEnd(directoryId, 1), numberAtEnd(directoryId, -1)]);
      if (first === undefined || last === undefined) return 0;
      const timeOf = async (number: number): Promise<number> => (await commit(directoryId, number))?.at ?? PURGED;
      const newest = await lastNotAfter(first, last, time, timeOf);
      return newest < first ? nothingBefore(first) : (await commit(directoryId, newest))?.lastSeq;
    },
    async placeAt(partition, time) {
      const [first = 1, last = 0] = await Promise.all([positionAtEnd(partition, 1), positionAtEnd(partition, -1)]);
      const timeOf = async (position: number): Promise<number> => {
        const place = await connection.call(({ positions }, session) =>
          positions.findOne({ _id: positionId(partition, position), partition }, { session }),
        );
        // One that cannot be seen yet is newer than all that can.
        if (place === null) return Infinity;
        return (await commit(place.directoryId, place.number))?.at ?? PURGED;
      };
      return afterPosition(await lastNotAfter(first, last, time, timeOf));
    },
    tail: async (partition) => (await positionAtEnd(partition, -1)) ?? 0,
  };
}
