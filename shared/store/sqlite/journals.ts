import { setImmediate as othersTurn } from 'node:timers/promises';
import { idAt } from '../../webhooks/delivery.js';
import { resultOf } from '../bounded-search.js';
import {
  JOURNAL_LOOKUPS,
  searchPath,
  type Journal,
  type JournalEntry,
  type JournalPage,
  type Journals,
} from '../journals.js';
import { json, text } from './columns.js';
import type { Database, Row, Value } from './database.js';

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

interface Condition {
  readonly clause: string;
  readonly value: Value;
}

/** A millisecond of the process: what is written down behind the answers must hold up none of them. */
const ENTRIES_PER_TURN = 100;

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
  const put = (entry: T): void => {
    insert.run(entry.id, JSON.stringify(entry), ...lookups.map((lookup) => entry[lookup] as Value));
  };
  const named = (where: Partial<Pick<T, Lookup>>): (Condition & { readonly lookup: Lookup })[] =>
    lookups
      .filter((lookup) => where[lookup] !== undefined)
      .map((lookup) => ({ lookup, clause: `${lookup} IS ?`, value: where[lookup] as Value }));
  const newest = (columns: string, conditions: readonly Condition[], limit: number, offset = 0): Row[] =>
    database
      .prepare(`SELECT ${columns} FROM ${name} ${whereOf(conditions)} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...conditions.map(({ value }) => value), limit, offset);
  const entries = (conditions: readonly Condition[], limit: number): T[] =>
    newest('entry', conditions, limit).map((row) => json(row, 'entry') as T);
  return {
    append: (all) => inTurns(all, (some) => write(() => some.forEach(put))),
    async get(where, id) {
      return entries([...named(where), { clause: 'id = ?', value: id }], 1)[0];
    },
    async list(where, page) {
      return entries([...named(where), ...timesOf(page)], page.limit);
    },
    async search(where, page) {
      const [conditions, times] = [named(where), timesOf(page)];
      const { indexed, isExact } = searchPath(
        name,
        conditions.map(({ lookup }) => lookup),
      );
      // `+` keeps a column out of the choice of an index: what was not passed through is not bounded.
      const path = conditions.map((one) => (one.lookup === indexed ? one : { ...one, clause: `+${one.clause}` }));
      const passed = [...path.filter(({ lookup }) => lookup === indexed), ...times];
      const last = isExact ? undefined : newest('id', passed, 1, page.scan - 1)[0];
      const stop = last && text(last, 'id');
      const bound = stop === undefined ? [] : [{ clause: 'id >= ?', value: stop }];
      return resultOf(entries([...path, ...times, ...bound], page.limit + 1), page.limit, stop);
    },
    async purge(where, before, limit) {
      const conditions = named(where);
      const values = conditions.map(({ value }) => value);
      const all = conditions.map(({ clause }) => `${clause} AND `).join('');
      // The conditions twice, for the index that both begin with.
      const old = database.prepare(
        `DELETE FROM ${name} WHERE ${all} id IN (SELECT id FROM ${name} WHERE ${all} id < ? LIMIT ?)`,
      );
      return write(() => old.run(...values, ...values, idAt(before), limit));
    },
  };
}

async function inTurns<T>(all: readonly T[], work: (some: readonly T[]) => void): Promise<void> {
  for (let start = 0; start < all.length; start += ENTRIES_PER_TURN) {
    if (start > 0) await othersTurn();
    work(all.slice(start, start + ENTRIES_PER_TURN));
  }
}

const whereOf = (conditions: readonly Condition[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.map(({ clause }) => clause).join(' AND ')}`;

function timesOf({ beforeId, since, until }: JournalPage): Condition[] {
  const bounds: [string, string | undefined][] = [
    ['id < ?', beforeId],
    ['id >= ?', since === undefined ? undefined : idAt(since)],
    ['id < ?', until === undefined ? undefined : idAt(until)],
  ];
  return bounds.flatMap(([clause, value]) => (value === undefined ? [] : [{ clause, value }]));
}
