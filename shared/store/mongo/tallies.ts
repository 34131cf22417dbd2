import { isLatest, type Tally, type TallyStore } from '../tallies.js';
import { anyOf, slices } from './collections.js';
import type { MongoConnection } from './connection.js';
import { removeSome } from './remove-some.js';

const WRITES_PER_CALL = 500;

export const createTallies = (connection: MongoConnection): TallyStore => ({
  async add(tallies) {
    for (const slice of slices(tallies, WRITES_PER_CALL)) {
      const writes = slice.map(toWrite);
      // One try: a second one could count everything twice.
      await connection.once((collections, session) =>
        collections.tallies.bulkWrite(writes, { session, ordered: false }),
      );
    }
  },
  async read(subjects, since) {
    if (subjects.length === 0) return [];
    const where = { subject: anyOf(subjects), hour: { $gte: since } };
    return connection.call((collections, session) =>
      collections.tallies
        .find(where, { session })
        .map(({ subject, hour, counts }): Tally => ({ subject, hour, counts }))
        .toArray(),
    );
  },
  purge: (before, limit) => removeSome(connection, 'tallies', { hour: { $lt: before } }, limit),
});

function toWrite({ subject, hour, counts }: Tally) {
  const fields = (latest: boolean): Record<string, number> =>
    Object.fromEntries(
      Object.entries(counts)
        .filter(([name]) => isLatest(name) === latest)
        .map(([name, value]) => [`counts.${name}`, value]),
    );
  const [$inc, $max] = [fields(false), fields(true)];
  const update = {
    $set: { subject, hour },
    ...(Object.keys($inc).length > 0 && { $inc }),
    ...(Object.keys($max).length > 0 && { $max }),
  };
  return { updateOne: { filter: { _id: `${subject}:${hour}` }, update, upsert: true } };
}
