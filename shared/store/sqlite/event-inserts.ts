import type { StoredEvent } from '../../events/envelope.js';
import { isAstray } from '../seek.js';
import type { Database } from './database.js';

/** Writes the events of a commit that was made `at` a time; `directory` is the `heads.no`. */
export type InsertEvents = (directory: number, at: number, events: readonly StoredEvent[]) => void;

export function prepareInsertEvents(database: Database): InsertEvents {
  const insert = database.prepare('INSERT INTO events (directory, seq, id, type, body) VALUES (?, ?, ?, ?, ?)');
  const insertRare = database.prepare(
    'INSERT INTO events (directory, seq, id, type, body, traceparent, astray) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return (directory, at, events) => {
    for (const { seq, id, type, body, traceparent = null } of events) {
      const astray = isAstray(id, at) ? 1 : null;
      if (traceparent === null && astray === null) insert.run(directory, seq, id, type, body);
      else insertRare.run(directory, seq, id, type, body, traceparent, astray);
    }
  };
}
