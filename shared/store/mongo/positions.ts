import { systemClock } from '../../runtime/clock.js';
import { anyOf, positionId, slices, type PositionDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isDuplicateKey, isRefusal } from './failures.js';

/** A commit that is to get, or has, a place in its partition. */
interface Placeable {
  readonly _id: string;
  readonly directoryId: string;
  readonly number: number;
  readonly eventCount: number;
}

export interface Positions {
  /** The last position given in the partition; 0 when none is. May be one of up to a minute ago: then taking fails. */
  tail(partition: number): Promise<number>;
  /** Where these commits are, by `_id`; those without a position are left out. */
  of(partition: number, commits: readonly Placeable[]): Promise<Map<string, number>>;
  /**
   * Gives the commits the positions after `tail`, in order. False when another relay took one of them, or it is not known
   * whether these were stored: then begin again with the tail.
   */
  take(partition: number, tail: number, commits: readonly Placeable[]): Promise<boolean>;
  /** The run of positions from the given one on, up to the first that is missing. */
  run(partition: number, from: number, limit: number): Promise<PositionDocument[]>;
  /** Those up to the given one, that one first. */
  back(partition: number, to: number, limit: number): Promise<PositionDocument[]>;
}

const ASKED_PER_CALL = 500;
const TAIL_LIFE_MS = 60_000;

/**
 * Each position is a unique insert and is never given again; nothing else orders the log. A remembered tail that others have
 * passed does no harm: the position after it is taken, and the insert begins with that one. But positions are purged a day
 * after they were given, and one that is gone would be free: no tail is remembered for long.
 */
export function createPositions(connection: MongoConnection): Positions {
  const tails = createTails();
  return {
    async tail(partition) {
      const known = tails.get(partition);
      if (known !== undefined) return known;
      const last = await connection.call(({ positions }, session) =>
        positions.findOne({ partition }, { session, sort: { position: -1 } }),
      );
      const tail = last?.position ?? 0;
      tails.set(partition, tail);
      return tail;
    },
    async of(partition, commits) {
      const ids = commits.map(({ _id }) => _id);
      const found = await Promise.all(
        slices(ids, ASKED_PER_CALL).map((slice) =>
          connection.call(({ positions }, session) =>
            positions.find({ partition, commit: anyOf(slice) }, { session, batchSize: ASKED_PER_CALL }).toArray(),
          ),
        ),
      );
      return new Map(found.flat().map(({ commit, position }) => [commit, position]));
    },
    async take(partition, tail, commits) {
      const givenAt = systemClock();
      const documents = commits.map(({ _id, directoryId, number, eventCount }, index) => {
        const position = tail + index + 1;
        const place = { _id: positionId(partition, position), partition, position, givenAt };
        return { ...place, commit: _id, directoryId, number, eventCount };
      });
      try {
        await connection.once(({ positions }, session) => positions.insertMany(documents, { session, ordered: true }));
        tails.set(partition, tail + commits.length);
        return true;
      } catch (error) {
        tails.delete(partition);
        if (isRefusal(error) && !isDuplicateKey(error)) throw error;
        return false;
      }
    },
    async run(partition, from, limit) {
      const found = await connection.call(({ positions }, session) =>
        positions
          .find({ partition, position: { $gte: from } }, { session, sort: { position: 1 } })
          .limit(limit)
          .toArray(),
      );
      const gap = found.findIndex(({ position }, index) => position !== from + index);
      return gap < 0 ? found : found.slice(0, gap);
    },
    back: (partition, to, limit) =>
      connection.call(({ positions }, session) =>
        positions
          .find({ partition, position: { $lte: to } }, { session, sort: { position: -1 } })
          .limit(limit)
          .toArray(),
      ),
  };
}

/** The last positions known, by partition, each for a while. */
function createTails() {
  const tails = new Map<number, { readonly tail: number; readonly readAt: number }>();
  return {
    get(partition: number): number | undefined {
      const known = tails.get(partition);
      return known !== undefined && performance.now() - known.readAt < TAIL_LIFE_MS ? known.tail : undefined;
    },
    set: (partition: number, tail: number) => tails.set(partition, { tail, readAt: performance.now() }),
    delete: (partition: number) => tails.delete(partition),
  };
}
