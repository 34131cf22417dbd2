import { idAt } from '../../webhooks/delivery.js';
import { resultOf } from '../bounded-search.js';
import { JOURNAL_LOOKUPS, searchPath, type Journal, type JournalEntry, type Journals } from '../journals.js';
import { slices, type EntryDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isFinalForUpsert } from './failures.js';
import { boundedBy, idsOf, within } from './newest-first.js';
import { removeSome } from './remove-some.js';

const WRITES_PER_CALL = 500;

export const createJournals = (connection: MongoConnection): Journals => ({
  audit: {
    ...createJournal(connection, 'audit'),
    async amend(entry) {
      const $set = { entry: JSON.stringify(entry) };
      await connection.call(({ audit }, session) => audit.updateOne({ _id: entry.id }, { $set }, { session }));
    },
  },
  requests: createJournal(connection, 'requests'),
});

/** A collection of JSON entries beside the fields that they are looked up by. */
function createJournal<T extends JournalEntry, Lookup extends keyof T & string>(
  connection: MongoConnection,
  name: keyof Journals,
): Journal<T, Lookup> {
  const lookups = JOURNAL_LOOKUPS[name] as readonly string[] as readonly Lookup[];
  const toDocument = (entry: T): Omit<EntryDocument, '_id'> => ({
    ...Object.fromEntries(lookups.map((lookup) => [lookup, entry[lookup]])),
    entry: JSON.stringify(entry),
  });
  const namedIn = (where: Partial<Pick<T, Lookup>>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(lookups.flatMap((lookup) => (where[lookup] === undefined ? [] : [[lookup, where[lookup]]])));
  const newest = async (where: object, limit: number): Promise<T[]> => {
    if (limit === 0) return [];
    return connection.call((collections, session) =>
      collections[name]
        .find(where, { session, sort: { _id: -1 }, projection: { entry: 1 } })
        .limit(limit)
        .map(({ entry }) => JSON.parse(entry) as T)
        .toArray(),
    );
  };
  return {
    async append(entries) {
      for (const slice of slices(entries, WRITES_PER_CALL)) {
        const writes = slice.map((entry) => ({
          updateOne: { filter: { _id: entry.id }, update: { $setOnInsert: toDocument(entry) }, upsert: true },
        }));
        await connection.call(
          (collections, session) => collections[name].bulkWrite(writes, { session, ordered: false }),
          isFinalForUpsert,
        );
      }
    },
    async get(where, id) {
      const found = await connection.call((collections, session) =>
        collections[name].findOne({ ...namedIn(where), _id: id }, { session, projection: { entry: 1 } }),
      );
      return found === null ? undefined : (JSON.parse(found.entry) as T);
    },
    list: (where, page) => newest({ ...namedIn(where), ...within(idsOf(page)) }, page.limit),
    async search(where, page) {
      const [named, ids] = [namedIn(where), idsOf(page)];
      const { indexed, isExact } = searchPath(name, Object.keys(named));
      const passed = indexed === undefined ? {} : { [indexed]: named[indexed] };
      const { stop, bounds } = isExact
        ? { stop: undefined, bounds: ids }
        : await boundedBy(connection, name, passed, ids, page.scan);
      return resultOf(await newest({ ...named, ...within(bounds) }, page.limit + 1), page.limit, stop);
    },
    purge: (where, before, limit) =>
      removeSome(connection, name, { ...namedIn(where), _id: { $lt: idAt(before) } }, limit),
  };
}
