import { isLatest, type Tally, type TallyStore } from '../tallies.js';
import { json, number } from './columns.js';
import type { Database } from './database.js';

export function createTallies(database: Database): TallyStore {
  const upsert = (value: string) =>
    database.prepare(`
      INSERT INTO tallies (subject, hour, name, value) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET value = ${value}`);
  const [sum, latest] = [upsert('value + excluded.value'), upsert('max(value, excluded.value)')];
  // An hour as one row: a week of a hundred endpoints is 200,000 numbers.
  const read = database.prepare(`
    SELECT hour, json_group_object(name, value) AS counts FROM tallies WHERE subject = ? AND hour >= ? GROUP BY hour`);
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
      return subjects.flatMap((subject) =>
        read
          .all(subject, since)
          .map((row) => ({ subject, hour: number(row, 'hour'), counts: json(row, 'counts') as Tally['counts'] })),
      );
    },
    async purge(before, limit) {
      return database.lazily(() => purge.run(before, limit));
    },
  };
}
