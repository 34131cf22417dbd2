import type { EventReader, FoundEvent, LogCursor, PositionedEvent } from '../port.js';
import { afterPosition, commitTimes, lastNotAfter, nothingBefore, PURGED } from '../seek.js';
import { nullableNumber, number, text } from './columns.js';
import type { Database, Row } from './database.js';
import { DIRECTORY, EVENT_COLUMNS, toEvent } from './rows.js';

/** What the log no longer has stays in the table while it is a directory's newest, or its deliveries are unfinished. */
const LOG_START = 'coalesce((SELECT position FROM log_starts WHERE log_starts.partition = ?1), 0)';

// CROSS JOIN keeps SQLite to this order of the tables, which is the order of the answer.
const SELECT_LOGGED = `
  SELECT directory_id, position, seq - first_seq + 1 AS "index", ${EVENT_COLUMNS}
  FROM commits
  CROSS JOIN heads ON heads.no = commits.directory
  CROSS JOIN events ON events.directory = commits.directory`;

/** After all places. */
const END: LogCursor = { position: Number.MAX_SAFE_INTEGER, index: 0 };

const toFound = (row: Row): FoundEvent => ({ ...toEvent(row), directoryId: text(row, 'directory_id') });

const toPositioned = (row: Row): PositionedEvent => ({
  ...toFound(row),
  position: number(row, 'position'),
  index: number(row, 'index'),
});

export function createEvents(database: Database): EventReader {
  const afterCursor = database.prepare(`
    ${SELECT_LOGGED} AND seq BETWEEN CASE position WHEN ?2 THEN first_seq + ?3 ELSE first_seq END AND commits.last_seq
    WHERE partition = ?1 AND position >= ?2 AND position > ${LOG_START}
    ORDER BY position, seq LIMIT ?4`);
  const beforeCursor = database.prepare(`
    ${SELECT_LOGGED} AND seq BETWEEN first_seq AND CASE position WHEN ?2 THEN first_seq + ?3 - 2 ELSE commits.last_seq END
    WHERE partition = ?1 AND position <= ?2 AND position > ${LOG_START}
    ORDER BY position DESC, seq DESC LIMIT ?4`);
  const afterSeq = database.prepare(`
    SELECT ${EVENT_COLUMNS} FROM events WHERE directory = ${DIRECTORY} AND seq > ? ORDER BY seq LIMIT ?`);
  const beforeSeq = database.prepare(`
    SELECT ${EVENT_COLUMNS} FROM events WHERE directory = ${DIRECTORY} AND seq < ? ORDER BY seq DESC LIMIT ?`);
  const seek = prepareSeek(database);
  const load = database.prepare('SELECT position, "index" FROM log_cursors WHERE consumer_group = ? AND partition = ?');
  const save = database.prepare(`
    INSERT INTO log_cursors (consumer_group, partition, position, "index") VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET position = excluded.position, "index" = excluded."index"`);
  const start = database.prepare('SELECT position FROM log_starts WHERE partition = ?');
  return {
    async logStart(partition) {
      const row = start.get(partition);
      return row === undefined ? 0 : number(row, 'position');
    },
    async after(partition, { position, index }, limit) {
      return afterCursor.all(partition, position, index, limit).map(toPositioned);
    },
    async before(partition, { position, index } = END, limit) {
      return beforeCursor.all(partition, position, index, limit).map(toPositioned);
    },
    async ofDirectory(directoryId, seq, limit) {
      return afterSeq.all(directoryId, seq, limit).map(toEvent);
    },
    async ofDirectoryBefore(directoryId, seq, limit) {
      return beforeSeq.all(directoryId, seq, limit).map(toEvent);
    },
    ...seek,
    find: prepareFind(database, seek),
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

function prepareSeek(database: Database): Pick<EventReader, 'seqAt' | 'placeAt' | 'tail'> {
  // One bound at a time: asked for both at once, SQLite would read everything in between.
  const chain = database.prepare(`
    SELECT (SELECT min(number) FROM commits WHERE directory = no) AS first,
      (SELECT max(number) FROM commits WHERE directory = no) AS last, no
    FROM heads WHERE directory_id = ?`);
  const link = database.prepare('SELECT at, last_seq FROM commits WHERE directory = ? AND number = ?');
  const log = database.prepare(`
    SELECT (SELECT min(position) FROM commits WHERE partition = ?1) AS first,
      (SELECT max(position) FROM commits WHERE partition = ?1) AS last`);
  const place = database.prepare('SELECT at FROM commits WHERE partition = ? AND position = ?');
  const ends = (partition: number): [first: number, last: number] => {
    const row = log.get(partition);
    return row === undefined ? [1, 0] : [nullableNumber(row, 'first') ?? 1, nullableNumber(row, 'last') ?? 0];
  };
  const timeOf = (row: Row | undefined): number => (row === undefined ? PURGED : number(row, 'at'));
  return {
    async seqAt(directoryId, time) {
      const bounds = chain.get(directoryId);
      if (bounds === undefined) return 0;
      const [directory, first, last] = [number(bounds, 'no'), number(bounds, 'first'), number(bounds, 'last')];
      const newest = await lastNotAfter(first, last, time, (at) => timeOf(link.get(directory, at)));
      if (newest < first) return nothingBefore(first);
      const commit = link.get(directory, newest);
      return commit && number(commit, 'last_seq');
    },
    async placeAt(partition, time) {
      const [first, last] = ends(partition);
      return afterPosition(await lastNotAfter(first, last, time, (at) => timeOf(place.get(partition, at))));
    },
    async tail(partition) {
      return ends(partition)[1];
    },
  };
}

/** Partition by partition among the commits of the time that its id has; those of another time have an index. */
function prepareFind(database: Database, { placeAt }: Pick<EventReader, 'placeAt'>): EventReader['find'] {
  const astray = database.prepare(`
    SELECT directory_id, ${EVENT_COLUMNS} FROM events CROSS JOIN heads ON no = directory
    WHERE astray IS NOT NULL AND events.id = ?`);
  const between = database.prepare(`
    ${SELECT_LOGGED} AND seq BETWEEN first_seq AND commits.last_seq
    WHERE partition = ? AND position >= ? AND position < ? AND events.id = ? LIMIT 1`);
  const next = database.prepare('SELECT min(partition) AS partition FROM commits WHERE partition > ?');
  const partitionAfter = (partition: number): number | null =>
    nullableNumber(next.get(partition) ?? { partition: null }, 'partition');
  return async (id) => {
    const row = astray.get(id);
    if (row !== undefined) return toFound(row);
    const [from, to] = commitTimes(id);
    for (let partition = partitionAfter(-1); partition !== null; partition = partitionAfter(partition)) {
      const [start, end] = await Promise.all([placeAt(partition, from - 1), placeAt(partition, to)]);
      const found = between.get(partition, start.position, end.position, id);
      if (found !== undefined) return toFound(found);
    }
    return undefined;
  };
}
