import { isLatest, type TallyStore } from '../tallies.js';
import { number, text } from './columns.js';
import type { Database } from './database.js';

export function createTallies(database: Database): TallyStore {
  const upsert = (value: string) =>
    database.prepare(`
      INSERT INTO tallies (subject, hour, name, value) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET value = ${value}`);
  const [sum, latest] = [upsert('value + excluded.value'), upsert('max(value, excluded.value)')];
  const read = database.prepare('SELECT hour, name, value FROM tallies WHERE subject = ? AND hour >= ?');
  const purge = database.prepare(`
    DELETE FROM tallies WHERE (subject, hour, name) IN (SELECT subject, hour, name FROM tallies WHERE hour < ? LIMIT ?)`);
  return {
    async add(tallies) {
      database.lazily(() => {
        for (const { subject, hour, counts } of tallies) {
          for (const [name, value] of Object.entries(counts)) {
            (isLatest(name) ? latest : sum).run(subject, hour, name, value);
          }
        }
      });
    },
    async read(subjects, since) {
      return subjects.flatMap((subject) => {
        const hours = new Map<number, Record<string, number>>();
        for (const row of read.all(subject, since)) {
          const counts = hours.get(number(row, 'hour')) ?? {};
          counts[text(row, 'name')] = number(row, 'value');
          hours.set(number(row, 'hour'), counts);
        }
        return [...hours].map(([hour, counts]) => ({ subject, hour, counts }));
      });
    },
    async purge(before, limit) {
      return database.lazily(() => purge.run(before, limit));
    },
  };
}
