import type { StoredEvent } from '../../events/envelope.js';
import type { Store } from '../port.js';
import { placeInLog, type MovedCommit, type TransferReader } from '../transfer.js';
import { number, text } from './columns.js';
import type { Database, Row } from './database.js';
import {
  DIRECTORY,
  EVENT_COLUMNS,
  MEMBERSHIP_COLUMNS,
  RESOURCE_COLUMNS,
  toEvent,
  toMembership,
  toResource,
} from './rows.js';

export function createTransferReader(database: Database, { deliveries }: Pick<Store, 'deliveries'>): TransferReader {
  const directories = database.prepare(
    'SELECT directory_id FROM heads WHERE directory_id > ? ORDER BY directory_id LIMIT ?',
  );
  const resources = database.prepare(`
    SELECT ${RESOURCE_COLUMNS} FROM resources WHERE directory = ${DIRECTORY} AND id > ? ORDER BY id LIMIT ?`);
  const memberships = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships WHERE directory = ${DIRECTORY} AND (group_id, member_id) > (?, ?)
    ORDER BY group_id, member_id LIMIT ?`);
  const lastOffsets = database.prepare(
    'SELECT partition, max("offset") AS last FROM deliveries WHERE "offset" <> -1 GROUP BY partition',
  );
  const logStarts = database.prepare('SELECT partition, position FROM log_starts ORDER BY partition');
  const cursors = database.prepare('SELECT * FROM log_cursors ORDER BY partition, consumer_group');
  return {
    commits: prepareCommits(database),
    async directories(afterId, limit) {
      return directories.all(afterId, limit).map((row) => text(row, 'directory_id'));
    },
    async resources(directoryId, afterId, limit) {
      return resources.all(directoryId, afterId, limit).map(toResource);
    },
    async memberships(directoryId, after, limit) {
      return memberships.all(directoryId, after?.groupId ?? '', after?.memberId ?? '', limit).map(toMembership);
    },
    async deliveries(beforeId, limit) {
      const page = await deliveries.list({}, { limit, ...(beforeId === undefined ? {} : { beforeId }) });
      return Promise.all(
        page.map(async (delivery) => ({ delivery, attempts: await deliveries.attempts(delivery.id) })),
      );
    },
    async lastOffsets() {
      return new Map(lastOffsets.all().map((row) => [number(row, 'partition'), number(row, 'last')]));
    },
    async logStarts() {
      return logStarts.all().map((row) => ({ partition: number(row, 'partition'), position: number(row, 'position') }));
    },
    async cursors() {
      return cursors.all().map((row) => ({
        group: text(row, 'consumer_group'),
        partition: number(row, 'partition'),
        position: number(row, 'position'),
        index: number(row, 'index'),
      }));
    },
  };
}

function prepareCommits(database: Database): TransferReader['commits'] {
  const page = database.prepare(`
    SELECT commits.*, coalesce(log_starts.position, 0) AS start FROM commits LEFT JOIN log_starts USING (partition)
    WHERE directory = ${DIRECTORY} AND number > ? ORDER BY number LIMIT ?`);
  const events = database.prepare(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE directory = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
  );
  const eventsOf = (row: Row): StoredEvent[] =>
    events.all(number(row, 'directory'), number(row, 'first_seq'), number(row, 'last_seq')).map(toEvent);
  return async (directoryId, afterNumber, limit) =>
    page.all(directoryId, afterNumber, limit).map((row): MovedCommit => ({
      number: number(row, 'number'),
      at: number(row, 'at'),
      lastSeq: number(row, 'last_seq'),
      partition: number(row, 'partition'),
      position: placeInLog(number(row, 'position'), number(row, 'start')),
      published: number(row, 'published') === 1,
      events: eventsOf(row),
    }));
}
