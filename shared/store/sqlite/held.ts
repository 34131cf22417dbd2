import type { HeldEvent } from '../../directory/commit.js';
import type { HeldEventReader } from '../port.js';
import { json } from './columns.js';
import type { Database } from './database.js';
import { DIRECTORY } from './rows.js';

export function createHeld(database: Database): HeldEventReader {
  const page = database.prepare(`
    SELECT event FROM held_events WHERE directory = ${DIRECTORY} AND "order" > ? ORDER BY "order" LIMIT ?`);
  return {
    async list(directoryId, afterOrder, limit) {
      return page.all(directoryId, afterOrder, limit).map((row) => json(row, 'event') as HeldEvent);
    },
  };
}
