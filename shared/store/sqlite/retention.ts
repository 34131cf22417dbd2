import { idAt, UNFINISHED_STATUSES, type DeliveryStatus } from '../../webhooks/delivery.js';
import { beginning, beginningThatIsOver, fateOf, logStartAfter, type RetentionStore } from '../retention.js';
import { number, text } from './columns.js';
import type { Database, Row } from './database.js';

export const UNFINISHED = UNFINISHED_STATUSES.map((status) => `'${status}'`).join(', ');

/** Each step is a transaction. Freed pages are used again: the file does not shrink, and need not. */
export const createRetention = (database: Database): RetentionStore => ({
  shortenLog: prepareShortenLog(database),
  purgeEvents: preparePurgeEvents(database),
  purgeDeliveries: preparePurgeDeliveries(database),
  // A commit is one transaction, so that nothing has to keep late writers away.
  purgeTombstones: async () => 0,
});

function prepareShortenLog(database: Database): RetentionStore['shortenLog'] {
  const bounds = database.prepare(`
    SELECT coalesce((SELECT position FROM log_starts WHERE partition = ?1), 0) AS start,
      coalesce((SELECT max(position) FROM commits WHERE partition = ?1), 0) AS newest`);
  const cursors = database.prepare('SELECT position FROM log_cursors WHERE partition = ?');
  const next = database.prepare(`
    SELECT position, commits.at, published, commits.last_seq, coalesce(delivery_progress.seq, 0) AS progress
    FROM commits CROSS JOIN heads ON heads.no = directory LEFT JOIN delivery_progress USING (directory_id)
    WHERE partition = ? AND position > ? ORDER BY position LIMIT ?`);
  const move = database.prepare(`
    INSERT INTO log_starts (partition, position) VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position`);
  return async (partition, cutoffs, limit) =>
    database.lazily(() => {
      const row = bounds.get(partition) ?? {};
      const start = number(row, 'start');
      const entries = next.all(partition, start, limit).map((entry) => ({
        position: number(entry, 'position'),
        givenAt: number(entry, 'at'), // a commit has its position from the start
        at: number(entry, 'at'),
        published: number(entry, 'published') === 1,
        lastSeq: number(entry, 'last_seq'),
        progress: number(entry, 'progress'),
      }));
      const last = logStartAfter(start, entries, cutoffs, {
        newest: number(row, 'newest'),
        cursors: cursors.all(partition).map((cursor) => number(cursor, 'position')),
      });
      if (last > start) move.run(partition, last);
      return last - start;
    });
}

function preparePurgeEvents(database: Database): RetentionStore['purgeEvents'] {
  const head = database.prepare(`
    SELECT no, last_seq, coalesce(seq, 0) AS progress FROM heads LEFT JOIN delivery_progress USING (directory_id)
    WHERE directory_id = ?`);
  const oldest = database.prepare(`
    SELECT partition, position, number, first_seq, last_seq, at, published,
      position > coalesce((SELECT position FROM log_starts WHERE log_starts.partition = commits.partition), 0) AS in_log
    FROM commits WHERE directory = ? ORDER BY number LIMIT ?`);
  const needed = database.prepare(`
    SELECT 1 FROM events CROSS JOIN delivery_events USING (id) CROSS JOIN deliveries ON event = no
    WHERE directory = ? AND events.seq BETWEEN ? AND ? AND status IN (${UNFINISHED}) LIMIT 1`);
  const removeEnded = database.prepare(`
    DELETE FROM ended_memberships WHERE directory = ?1 AND ended_with IN (
      SELECT json_extract(body, '$.data.id') FROM events
      WHERE directory = ?1 AND seq BETWEEN ?2 AND ?3 AND type IN ('user.deleted', 'group.deleted'))`);
  const removeEvents = database.prepare('DELETE FROM events WHERE directory = ? AND seq BETWEEN ? AND ?');
  const removeCommit = database.prepare('DELETE FROM commits WHERE partition = ? AND position = ?');
  return async (directoryId, cutoffs, limit) =>
    database.lazily(() => {
      const row = head.get(directoryId);
      if (row === undefined) return 0;
      const directory = number(row, 'no');
      const standing = { lastSeq: number(row, 'last_seq'), progress: number(row, 'progress') };
      const over = beginningThatIsOver(oldest.all(directory, limit).map(toPast), cutoffs, standing, limit);
      const chosen = beginning(over, ({ firstSeq, lastSeq }) => needed.get(directory, firstSeq, lastSeq) === undefined);
      for (const { firstSeq, lastSeq, partition, position } of chosen) {
        removeEnded.run(directory, firstSeq, lastSeq);
        removeEvents.run(directory, firstSeq, lastSeq);
        removeCommit.run(partition, position);
      }
      return chosen.length;
    });
}

function toPast(row: Row) {
  const [firstSeq, lastSeq] = [number(row, 'first_seq'), number(row, 'last_seq')];
  return {
    partition: number(row, 'partition'),
    position: number(row, 'position'),
    number: number(row, 'number'),
    firstSeq,
    lastSeq,
    eventCount: lastSeq - firstSeq + 1,
    at: number(row, 'at'),
    published: number(row, 'published') === 1,
    inLog: number(row, 'in_log') === 1,
  };
}

function preparePurgeDeliveries(database: Database): RetentionStore['purgeDeliveries'] {
  const next = database.prepare(`
    SELECT deliveries.id, status, created_at, updated_at FROM deliveries CROSS JOIN delivery_events ON no = event
    WHERE deliveries.id > ? AND deliveries.id < ? ORDER BY deliveries.id LIMIT ?`);
  const removeDelivery = database.prepare('DELETE FROM deliveries WHERE id = ?');
  const removeAttempts = database.prepare('DELETE FROM attempts WHERE delivery_id = ? AND started_at < ?');
  return async (cutoffs, afterId, limit) =>
    database.lazily(() => {
      const rows = next.all(afterId, idAt(cutoffs.attempts), limit);
      let [deliveries, attempts] = [0, 0];
      for (const row of rows) {
        const id = text(row, 'id');
        const fate = fateOf(
          {
            status: text(row, 'status') as DeliveryStatus,
            createdAt: number(row, 'created_at'),
            updatedAt: number(row, 'updated_at'),
          },
          cutoffs,
        );
        if (fate === 'keep') continue;
        attempts += removeAttempts.run(id, fate === 'remove' ? Number.MAX_SAFE_INTEGER : cutoffs.attempts);
        if (fate === 'remove') deliveries += removeDelivery.run(id);
      }
      const last = rows.at(-1);
      return { deliveries, attempts, lastId: last && rows.length === limit ? text(last, 'id') : undefined };
    });
}
