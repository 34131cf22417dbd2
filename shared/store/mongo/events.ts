import type { StoredEvent } from '../../events/envelope.js';
import type { EventReader, LogCursor, PositionedEvent } from '../port.js';
import { anyOf, slices, type CommitDocument, type PositionDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isFinalForUpsert } from './failures.js';
import type { Positions } from './positions.js';
import { createSeek } from './seek.js';

/** How many commits' events are read by one call: each can be some megabytes. */
const COMMITS_PER_CALL = 50;
const POSITIONS_PER_CALL = 200;

/** The events of these commits, by `_id`; those that are gone are left out. */
export async function readEvents(
  connection: MongoConnection,
  ids: readonly string[],
): Promise<Map<string, readonly StoredEvent[]>> {
  const found = await Promise.all(
    slices(ids, COMMITS_PER_CALL).map((slice) =>
      connection.call(({ commits }, session) =>
        commits.find({ _id: anyOf(slice) }, { session, projection: { events: 1 } }).toArray(),
      ),
    ),
  );
  return new Map(found.flat().map(({ _id, events }) => [_id, events]));
}

async function logStart(connection: MongoConnection, partition: number): Promise<number> {
  const found = await connection.call(({ logStarts }, session) => logStarts.findOne({ _id: partition }, { session }));
  return found?.position ?? 0;
}

export function createEvents(connection: MongoConnection, positions: Positions): EventReader {
  return {
    logStart: (partition) => logStart(connection, partition),
    async after(partition, cursor, limit) {
      const events: PositionedEvent[] = [];
      const start = await logStart(connection, partition);
      let from = cursor.position > start ? cursor : { position: start + 1, index: 0 };
      while (events.length < limit) {
        const run = await positions.run(partition, from.position, POSITIONS_PER_CALL);
        const needed = upTo(run, from.index + limit - events.length);
        const { page, gone } = await readPage(connection, needed, from);
        if (gone !== undefined) {
          if ((await logStart(connection, partition)) < gone.position) throw lost(gone.commit);
          // Purged since the log's start was read.
          return this.after(partition, cursor, limit);
        }
        events.push(...page);
        if (needed.length < POSITIONS_PER_CALL) break;
        from = { position: from.position + needed.length, index: 0 };
      }
      return events.slice(0, limit);
    },
    before: (partition, cursor, limit) => readBackwards(connection, positions, partition, cursor, limit),
    async find(id) {
      const found = await connection.call(({ commits }, session) =>
        commits.findOne({ 'events.id': id }, { session, projection: { directoryId: 1, events: 1 } }),
      );
      if (found === null) return undefined;
      const event = found.events.find((one) => one.id === id);
      return event && { ...event, directoryId: found.directoryId };
    },
    async ofDirectory(directoryId, afterSeq, limit) {
      const events: StoredEvent[] = [];
      let seen = afterSeq;
      while (events.length < limit) {
        const found = await connection.call(({ commits }, session) =>
          commits
            .find({ directoryId, lastSeq: { $gt: seen } }, { session, projection: { lastSeq: 1, events: 1 } })
            .sort({ lastSeq: 1 })
            .limit(COMMITS_PER_CALL)
            .toArray(),
        );
        events.push(...found.flatMap((commit) => commit.events.filter(({ seq }) => seq > afterSeq)));
        if (found.length < COMMITS_PER_CALL) break;
        seen = found.at(-1)?.lastSeq ?? seen;
      }
      return events.slice(0, limit);
    },
    ofDirectoryBefore: (directoryId, beforeSeq, limit) =>
      readDirectoryBackwards(connection, directoryId, beforeSeq, limit),
    ...createSeek(connection),
    ...prepareCursors(connection),
  };
}

/** Where consumer groups stand. */
const prepareCursors = (connection: MongoConnection): Pick<EventReader, 'loadCursor' | 'saveCursor'> => ({
  async loadCursor(group, partition) {
    const found = await connection.call(({ cursors }, session) =>
      cursors.findOne({ _id: cursorId(group, partition) }, { session }),
    );
    return { position: found?.position ?? 0, index: found?.index ?? 0 };
  },
  async saveCursor(group, partition, { position, index }) {
    await connection.call(
      ({ cursors }, session) =>
        cursors.updateOne(
          { _id: cursorId(group, partition) },
          { $set: { position, index } },
          { session, upsert: true },
        ),
      isFinalForUpsert,
    );
  },
});

/** Newest first. A position that is not there yet is passed over, as one whose commit was purged since. */
async function readBackwards(
  connection: MongoConnection,
  positions: Positions,
  partition: number,
  cursor: LogCursor | undefined,
  limit: number,
): Promise<PositionedEvent[]> {
  const events: PositionedEvent[] = [];
  const start = await logStart(connection, partition);
  const count = Math.min(limit, POSITIONS_PER_CALL);
  let to = cursor?.position ?? Number.MAX_SAFE_INTEGER;
  while (events.length < limit) {
    const found = await positions.back(partition, to, count);
    const run = found.filter(({ position }) => position > start);
    const eventsOf = await readEvents(
      connection,
      run.map(({ commit }) => commit),
    );
    for (const { commit, position, directoryId } of run) {
      const placed = (eventsOf.get(commit) ?? []).map((event, index) => ({
        ...event,
        ...{ directoryId, position, index: index + 1 },
      }));
      const older = position === cursor?.position ? placed.slice(0, Math.max(cursor.index - 1, 0)) : placed;
      events.push(...older.toReversed());
    }
    const last = run.at(-1);
    if (last === undefined || run.length < count) break;
    to = last.position - 1;
  }
  return events.slice(0, limit);
}

/** Newest first: what comes before the event in its own commit, then the commits before that one. */
async function readDirectoryBackwards(
  connection: MongoConnection,
  directoryId: string,
  beforeSeq: number,
  limit: number,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  const read = async (lastSeq: object, order: 1 | -1, count: number): Promise<CommitDocument[]> => {
    const options = { projection: { lastSeq: 1, events: 1 }, sort: { lastSeq: order } };
    const found = await connection.call(({ commits }, session) =>
      commits
        .find({ directoryId, lastSeq, eventCount: { $gt: 0 } }, { session, ...options })
        .limit(count)
        .toArray(),
    );
    events.push(...found.flatMap((commit) => commit.events.filter(({ seq }) => seq < beforeSeq).toReversed()));
    return found;
  };
  await read({ $gte: beforeSeq }, 1, 1);
  for (let below = beforeSeq; events.length < limit;) {
    const count = Math.min(limit, COMMITS_PER_CALL);
    const found = await read({ $lt: below }, -1, count);
    if (found.length < count) break;
    below = found.at(-1)?.lastSeq ?? 0;
  }
  return events.slice(0, limit);
}

/** A commit that has a position in the log is there; only retention takes both away. */
export const lost = (commit: string): Error =>
  new Error(`commit ${commit}: has a position in the log, but is gone; restore the collection commits`);

const cursorId = (group: string, partition: number): string => `${partition}:${group}`;

/** The first positions that have at least so many events together; all of them when they have fewer. */
function upTo(run: readonly PositionDocument[], events: number): readonly PositionDocument[] {
  let sum = 0;
  const last = run.findIndex(({ eventCount }) => (sum += eventCount) >= events);
  return last < 0 ? run : run.slice(0, last + 1);
}

async function readPage(
  connection: MongoConnection,
  run: readonly PositionDocument[],
  from: LogCursor,
): Promise<{ page: PositionedEvent[]; gone: PositionDocument | undefined }> {
  const eventsOf = await readEvents(
    connection,
    run.map(({ commit }) => commit),
  );
  const page = run.flatMap(({ commit, position, directoryId }) => {
    const events = eventsOf.get(commit) ?? [];
    return events
      .map((event, index) => ({ ...event, directoryId, position, index: index + 1 }))
      .slice(position === from.position ? from.index : 0);
  });
  return { page, gone: run.find(({ commit }) => !eventsOf.has(commit)) };
}
