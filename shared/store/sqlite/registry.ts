import {
  DuplicateId,
  REGISTRY_DEFAULTS,
  REGISTRY_LOOKUPS,
  type Registry,
  type RegistryRecord,
  type RegistryTable,
} from '../registry.js';
import { json } from './columns.js';
import type { Database, Row, Value } from './database.js';

export const createRegistry = (database: Database): Registry => ({
  organizations: createTable(database, 'organizations'),
  directories: createTable(database, 'directories'),
  tokens: createTable(database, 'tokens'),
  endpoints: createTable(database, 'endpoints'),
  setupLinks: createTable(database, 'setupLinks'),
  adminKeys: createTable(database, 'adminKeys'),
  replays: createTable(database, 'replays'),
  erasures: createTable(database, 'erasures'),
  idempotencyKeys: createTable(database, 'idempotencyKeys'),
});

/** A table of JSON records beside the columns that they are looked up by. */
function createTable<T extends RegistryRecord, Lookup extends keyof T & string>(
  database: Database,
  name: keyof Registry,
): RegistryTable<T, Lookup> {
  const lookups = REGISTRY_LOOKUPS[name] as readonly Lookup[];
  const toRecord = (row: Row): T => ({ ...REGISTRY_DEFAULTS[name], ...(json(row, 'record') as T) });
  const columns = ['version', 'record', ...lookups];
  const insert = database.prepare(`
    INSERT INTO ${name} (id, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})
    ON CONFLICT (id) DO NOTHING`);
  const get = database.prepare(`SELECT record FROM ${name} WHERE id = ?`);
  const update = database.prepare(`
    UPDATE ${name} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`);
  const remove = database.prepare(`DELETE FROM ${name} WHERE id = ?`);
  const values = (record: T): Value[] => [
    record.version,
    JSON.stringify(record),
    ...lookups.map((lookup) => record[lookup] as Value),
  ];
  /** Nobody else writes to the file. */
  let writes = 0;
  const written = <T>(work: () => T): T => {
    writes += 1;
    return database.durably(work);
  };
  return {
    async insert(record) {
      const inserted = written(() => insert.run(record.id, ...values(record)));
      if (inserted === 0) throw new DuplicateId(`${name}: the id ${record.id} is taken`);
    },
    async get(id) {
      const row = get.get(id);
      return row && toRecord(row);
    },
    async find(where, { afterId = '', limit }) {
      const named = lookups.filter((lookup) => where[lookup] !== undefined);
      // IS, because null is a value to look up by: an endpoint of every organization.
      const conditions = ['id > ?', ...named.map((lookup) => `${lookup} IS ?`)].join(' AND ');
      const select = database.prepare(`SELECT record FROM ${name} WHERE ${conditions} ORDER BY id LIMIT ?`);
      return select.all(afterId, ...named.map((lookup) => where[lookup] as Value), limit).map(toRecord);
    },
    async replace(record) {
      return written(() => update.run(...values(record), record.id, record.version - 1) === 1);
    },
    async delete(id) {
      return written(() => remove.run(id) === 1);
    },
    async revision() {
      return String(writes);
    },
  };
}
