import type { Outbox, PositionedCommit } from '../port.js';
import type { Chain } from './chain.js';
import { anyOf, commitId, slices, type CommitDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { lost, readEvents } from './events.js';
import type { AppliedHeads } from './heads.js';
import type { Positions } from './positions.js';

/** An unpublished commit without its contents. */
type Waiting = Pick<CommitDocument, '_id' | 'directoryId' | 'number' | 'eventCount' | 'applied'>;

const WAITING_FIELDS = { directoryId: 1, number: 1, eventCount: 1, applied: 1 };

/** How many unpublished commits are looked at, at least: those that have a position are among the oldest. */
const WINDOW = 1000;
/** How often positions are tried for before they are left to other relays. */
const TRIES = 4;
/** How long a head may be its writer's to apply, from when this relay first saw it: clocks of others are not compared. */
const WRITERS_TIME_MS = 2000;
const ASKED_PER_CALL = 500;

export interface OutboxDeps {
  readonly connection: MongoConnection;
  readonly positions: Positions;
  readonly chain: Chain;
  readonly heads: AppliedHeads;
}

/**
 * Gives commits their positions. The order of the reads matters: the tail, then the outbox, then the positions of what is in
 * it. So a position that another relay gives meanwhile is either seen, or is the one that this relay fails to take.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { connection, positions } = deps;
  const chooseNext = prepareChoice(deps);
  const tryNext = async (partition: number, limit: number): Promise<PositionedCommit[] | 'again'> => {
    const tail = await positions.tail(partition);
    const waiting = await readWaiting(connection, partition, Math.max(limit, WINDOW));
    if (waiting.length === 0) return [];
    const [placeOf, unpublished] = await Promise.all([
      positions.of(partition, waiting),
      readUnpublished(connection, unseenBefore(waiting)),
    ]);
    const placed = waiting
      .filter(({ _id }) => placeOf.has(_id))
      .sort((a, b) => (placeOf.get(a._id) ?? 0) - (placeOf.get(b._id) ?? 0))
      .slice(0, limit);
    const unplaced = waiting.filter(({ _id }) => !placeOf.has(_id));
    const chosen = await chooseNext({ partition, waiting, unplaced, unpublished, limit: limit - placed.length });
    const next = [...placed, ...chosen];
    // What a commit tells never changes: it is read while the positions are being taken, and goes nowhere if they are not.
    const [isTaken, eventsOf] = await Promise.all([
      chosen.length === 0 ? true : positions.take(partition, tail, chosen),
      readEvents(
        connection,
        next.map(({ _id }) => _id),
      ),
    ]);
    if (!isTaken) return 'again';
    chosen.forEach(({ _id }, index) => placeOf.set(_id, tail + index + 1));
    return next.map(({ _id, directoryId, number }) => {
      const events = eventsOf.get(_id);
      if (events === undefined) throw lost(_id);
      return { directoryId, number, position: placeOf.get(_id) ?? 0, events };
    });
  };
  return {
    async next(partition, limit) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const next = await tryNext(partition, limit);
        if (next !== 'again') return next;
      }
      return [];
    },
    async markPublished(_partition, commits) {
      for (const slice of slices(commits, ASKED_PER_CALL)) {
        // One statement: hundreds in a bulk can outlast the deadline of a call, and are then sent again on top.
        const slots = {
          _id: anyOf(slice.map(({ directoryId, number }) => commitId(directoryId, number))),
          directoryId: anyOf([...new Set(slice.map(({ directoryId }) => directoryId))]),
        };
        await connection.call((collections, session) =>
          collections.commits.updateMany(slots, { $set: { published: true } }, { session }),
        );
      }
    },
    ...prepareLooks(connection),
  };
}

/** How far behind the log is. */
function prepareLooks(connection: MongoConnection): Pick<Outbox, 'oldestAt' | 'count' | 'newestAt'> {
  return {
    async oldestAt(partition) {
      const oldest = await connection.call(({ commits }, session) =>
        commits.findOne({ partition, published: false }, { session, sort: { at: 1 }, projection: { at: 1 } }),
      );
      return oldest?.at;
    },
    count: (partition, limit) =>
      connection.call(({ commits }, session) =>
        commits.countDocuments({ partition, published: false }, { session, limit }),
      ),
    async newestAt(partition) {
      // Each is the end of a run of the index `outbox`.
      const newestOf = (published: boolean) =>
        connection.call(({ commits }, session) =>
          commits.findOne({ partition, published }, { session, sort: { at: -1 }, projection: { at: 1 } }),
        );
      const times = [await newestOf(true), await newestOf(false)].flatMap((commit) => commit?.at ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    },
  };
}

/** Oldest first; of one directory by number, because `at` never goes back. */
const readWaiting = (connection: MongoConnection, partition: number, limit: number): Promise<Waiting[]> =>
  connection.call(({ commits }, session) =>
    commits
      .find({ partition, published: false }, { session, projection: WAITING_FIELDS, sort: { at: 1, number: 1 } })
      .limit(limit)
      .batchSize(limit)
      .toArray(),
  );

interface Choice {
  readonly partition: number;
  readonly waiting: readonly Waiting[];
  /** Those of `waiting` that have no position. */
  readonly unplaced: readonly Waiting[];
  /** The commits before those of `waiting` that are not published and not in `waiting` either. */
  readonly unpublished: ReadonlySet<string>;
  readonly limit: number;
}

type Choose = (choice: Choice) => Promise<Waiting[]>;

/** Those that may get a position now: applied, and behind a predecessor that is published or has a position. */
function prepareChoice({ chain, heads }: OutboxDeps): Choose {
  /** When this relay first saw heads that may be half applied, by partition and commit. */
  const sights = new Map<number, ReadonlyMap<string, number>>();

  const isApplied = async (commit: Waiting, sight: number): Promise<boolean> => {
    const { directoryId, number } = commit;
    if (commit.applied || heads.isApplied(directoryId, number)) return true;
    if (performance.now() - sight < WRITERS_TIME_MS) return false;
    await chain.applyStored(directoryId, number);
    return true;
  };
  return async ({ partition, waiting, unplaced, unpublished, limit }) => {
    const known = new Set(waiting.map(({ _id }) => _id));
    const seen = sights.get(partition);
    const sight = new Map<string, number>();
    sights.set(partition, sight);
    const held = new Set<string>();
    const chosen: Waiting[] = [];
    for (const commit of unplaced) {
      const { _id, directoryId, number } = commit;
      const first = seen?.get(_id) ?? performance.now();
      sight.set(_id, first);
      if (chosen.length >= limit || held.has(directoryId)) continue;
      const isFollowed = known.has(commitId(directoryId, number + 1));
      const isNext = !unpublished.has(before(commit));
      if (isNext && (isFollowed || (await isApplied(commit, first)))) chosen.push(commit);
      else held.add(directoryId);
    }
    return chosen;
  };
}

/** The commits before that are not among them. */
function unseenBefore(waiting: readonly Waiting[]): string[] {
  const known = new Set(waiting.map(({ _id }) => _id));
  return waiting.map(before).filter((id) => !known.has(id));
}

/** `_id` of the commit before; of a first commit one that never exists. */
const before = ({ directoryId, number }: Waiting): string => commitId(directoryId, number - 1);

/** Which of these commits are not published after all: the read of the outbox can miss one that was inserted meanwhile. */
async function readUnpublished(connection: MongoConnection, ids: readonly string[]): Promise<Set<string>> {
  const found = await Promise.all(
    slices(ids, ASKED_PER_CALL).map((slice) =>
      connection.call(({ commits }, session) =>
        commits.find({ _id: anyOf(slice), published: false }, { session, projection: { _id: 1 } }).toArray(),
      ),
    ),
  );
  return new Set(found.flat().map(({ _id }) => _id));
}
