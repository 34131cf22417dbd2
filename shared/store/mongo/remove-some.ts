import type { mongo } from 'mongoose';
import type { Journals } from '../journals.js';
import { anyOf, type Row } from './collections.js';
import type { MongoConnection } from './connection.js';

/** Removes up to `limit` documents; answers how many. Each still has to meet `where` then: a membership can have begun anew meanwhile. */
export function removeSome(
  connection: MongoConnection,
  table: 'deliveries' | 'tallies' | 'resources' | 'memberships' | 'held' | keyof Journals,
  where: object,
  limit: number,
): Promise<number> {
  return connection.call(async (collections, session) => {
    const rows = collections[table] as unknown as mongo.Collection<Pick<Row, '_id' | 'directoryId'>>;
    const found = await rows
      .find(where, { session, projection: { _id: 1 } })
      .limit(limit)
      .toArray();
    if (found.length === 0) return 0;
    const { deletedCount } = await rows.deleteMany({ ...where, _id: anyOf(found.map(({ _id }) => _id)) }, { session });
    return deletedCount;
  });
}
