import { mongo } from 'mongoose';
import type { Change, Commit, Head } from '../../directory/commit.js';
import { NO_REMOVALS } from '../../directory/guard.js';
import type { Logger } from '../../runtime/logger.js';
import { applyChanges, type Applicable } from './apply.js';
import { slot, type CommitDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isDuplicateKey, isRefusal, StoreClosed, wasNotSent } from './failures.js';
import type { AppliedHeads } from './heads.js';
import type { AppliedMarks } from './marks.js';

/** A directory's newest commit as it is read back. */
interface NewestCommit extends Head {
  /** Whether it is on record that the rows have its changes. */
  readonly isMarked: boolean;
}

/** The protocol's steps on one directory's chain of commits. */
export interface Chain {
  newest(directoryId: string): Promise<NewestCommit | undefined>;
  /**
   * Inserts the commit under its number: the one moment that decides. Resolves when it is certain whose the number is;
   * rejects when nothing was written and nothing will be, or with `StoreClosed`.
   */
  insert(commit: Commit): Promise<'ours' | 'taken'>;
  /** Brings the newest commit's changes into the rows, however long that takes. */
  apply(commit: Applicable & Head): Promise<void>;
  /** The same for a commit that another process has inserted; one try. */
  applyStored(directoryId: string, number: number): Promise<void>;
}

export interface ChainDeps {
  readonly connection: MongoConnection;
  readonly heads: AppliedHeads;
  readonly marks: AppliedMarks;
  readonly logger: Logger;
}

/** How long to look for a server before giving up, as long as nothing was sent. */
const PATIENCE_MS = 20_000;
/** Below the 16 MiB that a server allows. */
const DOCUMENT_BYTES_MAX = 16_000_000;

export function createChain(deps: ChainDeps): Chain {
  const { connection, heads, marks, logger } = deps;
  const newest = (directoryId: string) =>
    connection.call(async ({ commits }, session) => {
      const options = { session, sort: { number: -1 as const }, projection: { changes: 0, events: 0 } };
      const found = await commits.findOne({ directoryId }, options);
      return found === null ? undefined : toNewest(found);
    });
  return {
    newest,
    insert: (commit) => insert(deps, commit),
    async apply(commit) {
      const { directoryId, number } = commit;
      for (let failures = 1; ; failures += 1) {
        try {
          await applyChanges(connection, commit);
          break;
        } catch (error) {
          if (error instanceof StoreClosed) throw error;
          logger.warn(
            { err: error, directoryId, number, failures },
            'A commit is stored and not yet applied; trying again.',
          );
        }
        await connection.pause(failures);
        // A later commit proves that somebody has applied this one; its rows must not be touched by one who comes this late.
        const next = await connection.untilAnswered(({ commits }, session) =>
          commits.findOne(slot(directoryId, number + 1), { session, projection: { _id: 1 } }),
        );
        if (next !== null) return;
      }
      heads.remember(directoryId, commit);
      marks.schedule(directoryId, number);
    },
    async applyStored(directoryId, number) {
      const stored = await connection.call(({ commits }, session) =>
        commits.findOne(slot(directoryId, number), { session, projection: { events: 0 } }),
      );
      if (stored === null) throw new Error(`commit ${number} of directory ${directoryId}: was there and is gone`);
      await applyChanges(connection, { ...stored, changes: JSON.parse(stored.changes) as Change[] });
      heads.remember(directoryId, stored);
      marks.schedule(directoryId, number);
    },
  };
}

async function insert({ connection, logger }: ChainDeps, commit: Commit): Promise<'ours' | 'taken'> {
  const document = toDocument(commit);
  assertFits(document);
  const giveUpAt = performance.now() + PATIENCE_MS;
  // An insert without an answer may still land, whatever is read meanwhile: the same document is sent until it is answered.
  let mayLand = false;
  for (let failures = 1; ; failures += 1) {
    try {
      await connection.once(({ commits }, session) => commits.insertOne(document, { session }));
      return 'ours';
    } catch (error) {
      if (error instanceof StoreClosed) throw error;
      if (isDuplicateKey(error)) {
        const holder = await connection.untilAnswered(({ commits }, session) =>
          commits.findOne(slot(commit.directoryId, commit.number), { session, projection: { nonce: 1 } }),
        );
        if (holder !== null) return holder.nonce === commit.nonce ? 'ours' : 'taken';
        // Taken, but not by a majority yet: that commit may be rolled back, and then the number is free.
      } else {
        if (!mayLand && (isRefusal(error) || (wasNotSent(error) && performance.now() > giveUpAt))) throw error;
        mayLand ||= !isRefusal(error) && !wasNotSent(error);
        const { directoryId, number } = commit;
        logger.warn(
          { err: error, directoryId, number, failures },
          'Whether a commit is stored is not known; sending it again.',
        );
      }
    }
    await connection.pause(failures);
  }
}

function assertFits(document: CommitDocument): void {
  const bytes = mongo.BSON.calculateObjectSize(document);
  if (bytes <= DOCUMENT_BYTES_MAX) return;
  throw new Error(
    `commit ${document.number} of directory ${document.directoryId}: ${bytes} bytes, at most ${DOCUMENT_BYTES_MAX}; make fewer changes per request`,
  );
}

const toNewest = (found: Omit<CommitDocument, 'changes' | 'events'>): NewestCommit => ({
  number: found.number,
  lastSeq: found.lastSeq,
  at: found.at,
  counts: JSON.parse(found.counts) as Head['counts'],
  deleted: found.deleted,
  guard: found.guard === undefined ? NO_REMOVALS : (JSON.parse(found.guard) as Head['guard']),
  failureToldAt: found.failureToldAt ?? 0,
  isMarked: found.applied || found.published,
});

/** The document that is inserted for a commit: the same one each time. */
export const toDocument = (commit: Commit): CommitDocument => ({
  ...slot(commit.directoryId, commit.number),
  number: commit.number,
  partition: commit.partition,
  nonce: commit.nonce,
  at: commit.at,
  purgeAt: commit.purgeAt,
  lastSeq: commit.lastSeq,
  counts: JSON.stringify(commit.counts),
  deleted: commit.deleted,
  guard: JSON.stringify(commit.guard),
  failureToldAt: commit.failureToldAt,
  changes: JSON.stringify(commit.changes),
  events: commit.events,
  eventCount: commit.events.length,
  applied: false,
  published: false,
});
