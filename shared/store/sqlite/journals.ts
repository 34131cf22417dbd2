import { idAt } from '../../webhooks/delivery.js';
import { JOURNAL_LOOKUPS, type Journal, type JournalEntry, type Journals } from '../journals.js';
import { json } from './columns.js';
import type { Database, Value } from './database.js';

export function createJournals(database: Database): Journals {
  const amend = database.prepare('UPDATE audit SET entry = ? WHERE id = ?');
  return {
    audit: {
      ...createJournal(database, 'audit', (work) => database.durably(work)),
      async amend(entry) {
        database.durably(() => amend.run(JSON.stringify(entry), entry.id));
      },
    },
    requests: createJournal(database, 'requests', (work) => database.lazily(work)),
  };
}

/** A table of JSON entries beside the columns that they are looked up by. */
function createJournal<T extends JournalEntry, Lookup extends keyof T & string>(
  database: Database,
  name: keyof Journals,
  write: <R>(work: () => R) => R,
): Journal<T, Lookup> {
  const lookups = JOURNAL_LOOKUPS[name] as readonly string[] as readonly Lookup[];
  const insert = database.prepare(`
    INSERT INTO ${name} (id, entry, ${lookups.join(', ')}) VALUES (?, ?, ${lookups.map(() => '?').join(', ')})
    ON CONFLICT DO NOTHING`);
  const namedIn = (where: Partial<Pick<T, Lookup>>): { conditions: string[]; values: Value[] } => {
    const named = lookups.filter((lookup) => where[lookup] !== undefined);
    return {
      conditions: named.map((lookup) => `${lookup} IS ?`),
      values: named.map((lookup) => where[lookup] as Value),
    };
  };
  return {
    async append(entries) {
      write(() => {
        for (const entry of entries) {
          insert.run(entry.id, JSON.stringify(entry), ...lookups.map((lookup) => entry[lookup] as Value));
        }
      });
    },
    async get(where, id) {
      const { conditions, values } = namedIn(where);
      const all = conditions.map((condition) => `${condition} AND `).join('');
      const row = database.prepare(`SELECT entry FROM ${name} WHERE ${all} id = ?`).get(...values, id);
      return row && (json(row, 'entry') as T);
    },
    async list(where, { beforeId, since, until, limit }) {
      const { conditions, values } = namedIn(where);
      const bounds: [string, string | undefined][] = [
        ['id < ?', beforeId],
        ['id >= ?', since === undefined ? undefined : idAt(since)],
        ['id < ?', until === undefined ? undefined : idAt(until)],
      ];
      const bounded = bounds.flatMap(([condition, bound]) => (bound === undefined ? [] : [{ condition, bound }]));
      const all = [...conditions, ...bounded.map(({ condition }) => condition)].join(' AND ');
      const select = database.prepare(
        `SELECT entry FROM ${name} ${all === '' ? '' : `WHERE ${all}`} ORDER BY id DESC LIMIT ?`,
      );
      return select.all(...values, ...bounded.map(({ bound }) => bound), limit).map((row) => json(row, 'entry') as T);
    },
    async purge(where, before, limit) {
      const { conditions, values } = namedIn(where);
      const all = conditions.map((condition) => `${condition} AND `).join('');
      // The conditions twice, for the index that both begin with.
      const old = database.prepare(
        `DELETE FROM ${name} WHERE ${all} id IN (SELECT id FROM ${name} WHERE ${all} id < ? LIMIT ?)`,
      );
      return write(() => old.run(...values, ...values, idAt(before), limit));
    },
  };
}
