import type { EventReader } from '../port.js';
import { number, text } from './columns.js';
import type { Database } from './database.js';
import { DIRECTORY, toEvent } from './rows.js';

export function createEvents(database: Database): EventReader {
  // CROSS JOIN keeps SQLite to this order of the tables, which is the order of the answer.
  const afterCursor = database.prepare(`
    SELECT directory_id, position, seq - first_seq + 1 AS "index", events.id, type, seq, body
    FROM commits
    CROSS JOIN heads ON heads.no = commits.directory
    CROSS JOIN events ON events.directory = commits.directory AND seq BETWEEN
      CASE position WHEN ?2 THEN first_seq + ?3 ELSE first_seq END AND commits.last_seq
    WHERE partition = ?1 AND position >= ?2
    ORDER BY position, seq LIMIT ?4`);
  const afterSeq = database.prepare(`
    SELECT id, type, seq, body FROM events WHERE directory = ${DIRECTORY} AND seq > ? ORDER BY seq LIMIT ?`);
  const load = database.prepare('SELECT position, "index" FROM log_cursors WHERE consumer_group = ? AND partition = ?');
  const save = database.prepare(`
    INSERT INTO log_cursors (consumer_group, partition, position, "index") VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET position = excluded.position, "index" = excluded."index"`);
  return {
    async after(partition, { position, index }, limit) {
      return afterCursor.all(partition, position, index, limit).map((row) => ({
        ...toEvent(row),
        directoryId: text(row, 'directory_id'),
        position: number(row, 'position'),
        index: number(row, 'index'),
      }));
    },
    async ofDirectory(directoryId, seq, limit) {
      return afterSeq.all(directoryId, seq, limit).map(toEvent);
    },
    async loadCursor(group, partition) {
      const row = load.get(group, partition);
      return row === undefined
        ? { position: 0, index: 0 }
        : { position: number(row, 'position'), index: number(row, 'index') };
    },
    async saveCursor(group, partition, { position, index }) {
      database.lazily(() => save.run(group, partition, position, index));
    },
  };
}
