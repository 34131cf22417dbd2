import { latestEnd } from '../latest-end.js';
import type { Leases } from '../port.js';
import type { MongoConnection } from './connection.js';
import { isDuplicateKey } from './failures.js';

/** Each call is one atomic write. The document stays when a lease ends, so that the next owner's epoch is above this one's. */
export function createLeases(connection: MongoConnection): Leases {
  return {
    async acquire(name, owner, ttlMs, now) {
      const expiresAt = now + ttlMs;
      const extended = await connection.call(({ leases }, session) =>
        leases.findOneAndUpdate({ _id: name, owner }, { $set: { expiresAt } }, { session, returnDocument: 'after' }),
      );
      if (extended !== null) return extended.epoch;
      try {
        const taken = await connection.call(({ leases }, session) =>
          leases.findOneAndUpdate(
            { _id: name, $or: [{ expiresAt: { $lte: now } }, { expiresAt: { $gt: latestEnd(now, ttlMs) } }] },
            { $set: { owner, expiresAt }, $inc: { epoch: 1 } },
            { session, upsert: true, returnDocument: 'after' },
          ),
        );
        return taken?.epoch;
      } catch (error) {
        // It is there and has not expired, so that the upsert tried to insert it a second time.
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    async release(name, owner) {
      await connection.call(({ leases }, session) =>
        leases.updateOne({ _id: name, owner }, { $set: { expiresAt: 0 } }, { session }),
      );
    },
  };
}
