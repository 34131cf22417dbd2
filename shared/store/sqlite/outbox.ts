import type { Outbox } from '../port.js';
import { number, text } from './columns.js';
import type { Database } from './database.js';
import { EVENT_COLUMNS, toEvent } from './rows.js';

/** Commits have their position from the start, so that what is left is to read them in order and to mark them. */
export function createOutbox(database: Database): Outbox {
  const unpublished = database.prepare(`
    SELECT directory_id, directory, commits.number, position, first_seq, commits.last_seq
    FROM commits INDEXED BY commits_unpublished CROSS JOIN heads ON heads.no = directory
    WHERE partition = ? AND published = 0 ORDER BY position LIMIT ?`);
  const events = database.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE directory = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
  );
  const mark = database.prepare(
    'UPDATE commits SET published = 1 WHERE partition = ? AND position = ? AND published = 0',
  );
  const oldest = database.prepare(`
    SELECT at FROM commits INDEXED BY commits_unpublished WHERE partition = ? AND published = 0 ORDER BY position LIMIT 1`);
  // From the index alone, and so fast that it need not stop at a limit.
  const count = database.prepare(
    'SELECT count(*) AS count FROM commits INDEXED BY commits_unpublished WHERE partition = ? AND published = 0',
  );
  const newest = database.prepare('SELECT at FROM commits WHERE partition = ? ORDER BY position DESC LIMIT 1');
  return {
    async next(partition, limit) {
      return unpublished.all(partition, limit).map((row) => ({
        directoryId: text(row, 'directory_id'),
        number: number(row, 'number'),
        position: number(row, 'position'),
        get events() {
          return events.all(number(row, 'directory'), number(row, 'first_seq'), number(row, 'last_seq')).map(toEvent);
        },
      }));
    },
    async markPublished(partition, commits) {
      database.lazily(() => {
        for (const { position } of commits) mark.run(partition, position);
      });
    },
    async oldestAt(partition) {
      const row = oldest.get(partition);
      return row && number(row, 'at');
    },
    async count(partition, limit) {
      const row = count.get(partition);
      return row === undefined ? 0 : Math.min(number(row, 'count'), limit);
    },
    async newestAt(partition) {
      const row = newest.get(partition);
      return row && number(row, 'at');
    },
  };
}
