import { hash } from 'node:crypto';
import {
  DuplicateId,
  REGISTRY_DEFAULTS,
  REGISTRY_LOOKUPS,
  type Registry,
  type RegistryRecord,
  type RegistryTable,
} from '../registry.js';
import type { RecordDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isDuplicateKey } from './failures.js';

export const createRegistry = (connection: MongoConnection): Registry => ({
  organizations: createTable(connection, 'organizations'),
  directories: createTable(connection, 'directories'),
  tokens: createTable(connection, 'tokens'),
  endpoints: createTable(connection, 'endpoints'),
  setupLinks: createTable(connection, 'setupLinks'),
  adminKeys: createTable(connection, 'adminKeys'),
  replays: createTable(connection, 'replays'),
  erasures: createTable(connection, 'erasures'),
  idempotencyKeys: createTable(connection, 'idempotencyKeys'),
});

/**
 * A collection of JSON records beside the fields that they are looked up by. A write that was repeated for want of an answer
 * can meet its own first try: then what is stored is word for word what was to be stored.
 */
function createTable<T extends RegistryRecord, Lookup extends keyof T & string>(
  connection: MongoConnection,
  name: keyof Registry,
): RegistryTable<T, Lookup> {
  const lookups = REGISTRY_LOOKUPS[name] as readonly Lookup[];
  const toDocument = (record: T) => ({
    ...Object.fromEntries(lookups.map((lookup) => [lookup, record[lookup]])),
    version: record.version,
    record: JSON.stringify(record),
  });
  const read = prepareRead<T, Lookup>(connection, name, lookups);
  const isStored = async (record: T): Promise<boolean> => {
    const found = await connection.call((collections, session) =>
      collections[name].findOne({ _id: record.id }, { session }),
    );
    return found?.record === JSON.stringify(record);
  };

  return {
    ...read,
    async insert(record) {
      let tries = 0;
      try {
        await connection.call((collections, session) => {
          tries += 1;
          return collections[name].insertOne({ _id: record.id, ...toDocument(record) }, { session });
        });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        if (tries > 1 && (await isStored(record))) return;
        throw new DuplicateId(`${name}: the id ${record.id} is taken`);
      }
    },
    async replace(record) {
      let tries = 0;
      const { matchedCount } = await connection.call((collections, session) => {
        tries += 1;
        const previous = { _id: record.id, version: record.version - 1 };
        return collections[name].updateOne(previous, { $set: toDocument(record) }, { session });
      });
      return matchedCount === 1 || (tries > 1 && (await isStored(record)));
    },
    async delete(id) {
      let tries = 0;
      const { deletedCount } = await connection.call((collections, session) => {
        tries += 1;
        return collections[name].deleteOne({ _id: id }, { session });
      });
      return deletedCount === 1 || tries > 1;
    },
  };
}

function prepareRead<T extends RegistryRecord, Lookup extends keyof T & string>(
  connection: MongoConnection,
  name: keyof Registry,
  lookups: readonly Lookup[],
): Pick<RegistryTable<T, Lookup>, 'get' | 'find' | 'revision'> {
  const toRecord = ({ record }: RecordDocument): T => ({ ...REGISTRY_DEFAULTS[name], ...(JSON.parse(record) as T) });
  return {
    async get(id) {
      const found = await connection.call((collections, session) =>
        collections[name].findOne({ _id: id }, { session }),
      );
      return found === null ? undefined : toRecord(found);
    },
    async find(where, { afterId = '', limit }) {
      if (limit === 0) return [];
      const named = lookups.filter((lookup) => where[lookup] !== undefined);
      const fields = Object.fromEntries(named.map((lookup) => [lookup, where[lookup]]));
      return connection.call((collections, session) =>
        collections[name]
          .find({ ...fields, _id: { $gt: afterId } }, { session, sort: { _id: 1 } })
          .limit(limit)
          .map(toRecord)
          .toArray(),
      );
    },
    async revision() {
      const versions = await connection.call((collections, session) =>
        collections[name]
          .find({}, { session, projection: { version: 1 }, sort: { _id: 1 } })
          .map(({ _id, version }) => `${_id} ${version}`)
          .toArray(),
      );
      return hash('sha256', versions.join('\n'));
    },
  };
}
