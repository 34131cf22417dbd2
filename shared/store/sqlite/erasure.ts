import type { HeldEvent } from '../../directory/commit.js';
import { eraseUserFromHeld } from '../../directory/erase.js';
import { eraseUser } from '../../events/erase.js';
import type { ErasureStore } from '../erasure.js';
import { json, number, text } from './columns.js';
import type { Database } from './database.js';
import { UNFINISHED } from './retention.js';
import { DIRECTORY } from './rows.js';

/** Deliveries of the event, and of the directory, whose id is bound. */
const OF_EVENT = 'event IN (SELECT no FROM delivery_events WHERE id = ?)';
const OF_DIRECTORY = 'scope IN (SELECT no FROM delivery_scopes WHERE directory_id = ?)';

/** Deleted rows are overwritten in the file at once, see `secure_delete` in database.ts. */
export const createErasure = (database: Database): ErasureStore => ({
  eraseUser: prepareEraseUser(database),
  eraseDirectory: prepareEraseDirectory(database),
  async scrub() {
    database.truncateLog();
  },
});

function prepareEraseUser(database: Database): ErasureStore['eraseUser'] {
  const next = database.prepare(`
    SELECT seq, id, body FROM events WHERE directory = ${DIRECTORY} AND seq > ? ORDER BY seq LIMIT ?`);
  const rewrite = database.prepare(`UPDATE events SET body = ? WHERE directory = ${DIRECTORY} AND seq = ?`);
  const heldAbout = database.prepare(`
    SELECT event, "order" FROM held_keys JOIN held_events USING (directory, "order")
    WHERE directory = ${DIRECTORY} AND key = ?`);
  const rewriteHeld = database.prepare(
    `UPDATE held_events SET event = ? WHERE directory = ${DIRECTORY} AND "order" = ?`,
  );
  const eraseHeld = (directoryId: string, userId: string): void => {
    for (const row of heldAbout.all(directoryId, userId)) {
      const event = eraseUserFromHeld(json(row, 'event') as HeldEvent, userId);
      if (event !== undefined) rewriteHeld.run(JSON.stringify(event), directoryId, number(row, 'order'));
    }
  };
  const deliveries = database.prepare(`
    UPDATE deliveries SET last_error = 'erased' WHERE ${OF_EVENT} AND last_error IS NOT NULL`);
  const attempts = database.prepare(`
    UPDATE attempts SET response = '', error = iif(error IS NULL, NULL, 'erased')
    WHERE delivery_id IN (SELECT id FROM deliveries WHERE ${OF_EVENT})`);
  return async (directoryId, userId, after, limit) =>
    database.durably(() => {
      if (after === 0) eraseHeld(directoryId, userId);
      const rows = next.all(directoryId, after, limit);
      let events = 0;
      for (const row of rows) {
        const body = eraseUser(text(row, 'body'), userId);
        if (body === undefined) continue;
        events += rewrite.run(body, directoryId, number(row, 'seq'));
        deliveries.run(text(row, 'id'));
        attempts.run(text(row, 'id'));
      }
      const last = rows.at(-1);
      return { events, next: last && rows.length === limit ? number(last, 'seq') : undefined };
    });
}

function prepareEraseDirectory(database: Database): ErasureStore['eraseDirectory'] {
  const finished = database.prepare(`
    SELECT id FROM deliveries WHERE ${OF_DIRECTORY} AND status NOT IN (${UNFINISHED}) LIMIT ?`);
  const all = database.prepare(`SELECT id FROM deliveries WHERE ${OF_DIRECTORY} LIMIT ?`);
  const removeDelivery = database.prepare('DELETE FROM deliveries WHERE id = ?');
  const removeAttempts = database.prepare('DELETE FROM attempts WHERE delivery_id = ?');
  // The final commit has swept resources, index keys, memberships and held events. Each table with more of a directory joins this list.
  const rest = [
    database.prepare(`
      DELETE FROM events WHERE rowid IN (
        SELECT events.rowid FROM heads CROSS JOIN events ON events.directory = heads.no AND seq < heads.last_seq
        WHERE directory_id = ? LIMIT ?)`),
  ];
  return async (directoryId, unfinished, limit) =>
    database.durably(() => {
      const deliveries = (unfinished === 'keep' ? finished : all).all(directoryId, limit).map((row) => text(row, 'id'));
      for (const id of deliveries) {
        removeAttempts.run(id);
        removeDelivery.run(id);
      }
      if (deliveries.length > 0) return deliveries.length;
      // What is to be delivered is read from the events.
      if (all.get(directoryId, 1) !== undefined) return 0;
      return rest.reduce((sum, statement) => sum + statement.run(directoryId, limit), 0);
    });
}
