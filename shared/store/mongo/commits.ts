import { GENESIS, type Commit, type Head } from '../../directory/commit.js';
import { failPoint } from '../../runtime/fail-point.js';
import { checkNumbering, isNext } from '../check-commit.js';
import type { CommitStore } from '../port.js';
import type { ChainDeps, Chain } from './chain.js';
import { slot } from './collections.js';
import type { MongoConnection } from './connection.js';
import { isNotAReplicaSet } from './failures.js';
import type { AppliedHead } from './heads.js';
import { load } from './load.js';

/**
 * One insert is the commit point: `_id` is the directory and the number, so that of two writers one gets the number. The rows
 * follow the commit, and whoever finds a newest commit that may not be applied applies it before anything else.
 */
export function createCommits({ connection, heads, marks }: ChainDeps, chain: Chain): CommitStore {
  const head = async (directoryId: string): Promise<Head> => {
    const newest = await chain.newest(directoryId);
    if (newest === undefined) return GENESIS;
    const { isMarked, ...found } = newest;
    if (!isMarked && !heads.isApplied(directoryId, found.number)) await chain.applyStored(directoryId, found.number);
    heads.remember(directoryId, found);
    return found;
  };
  /** What the commit has to follow: never inserted before that one is known to be there and to be applied. */
  const predecessor = async ({ directoryId, number }: Commit): Promise<AppliedHead> => {
    const known = heads.get(directoryId);
    return known !== undefined && known.number >= number - 1 ? known : head(directoryId);
  };
  return {
    head,
    load(directoryId, needs) {
      marks.hold(directoryId);
      return load(connection, directoryId, needs);
    },
    async commit(commit) {
      checkNumbering(commit);
      if (!isNext(commit, await predecessor(commit))) return 'conflict';
      const outcome = await chain.insert(commit).catch((error: unknown) => {
        heads.forget(commit.directoryId);
        throw error;
      });
      if (outcome === 'taken') {
        heads.forget(commit.directoryId);
        return 'conflict';
      }
      failPoint('commit.written');
      await chain.apply(commit);
      return 'committed';
    },
    async confirmHead(directoryId, number) {
      marks.release(directoryId);
      const known = heads.get(directoryId)?.number ?? 0;
      // Of a head of long ago, the next commit may have been purged: that it is absent proves nothing.
      if (known > number) return false;
      const isNewest = async (): Promise<boolean> =>
        known === number && number > 0 ? true : (await chain.newest(directoryId))?.number === (number || undefined);
      const [isThere, isFollowed] = await Promise.all([isNewest(), isFollowedNow(connection, directoryId, number)]);
      return isThere && !isFollowed;
    },
  };
}

/**
 * Whether there is a next commit, as of now and not as of what this process has seen. A linearizable read cannot be part of a
 * causal session. A standalone server has no such read and needs none.
 */
async function isFollowedNow(connection: MongoConnection, directoryId: string, number: number): Promise<boolean> {
  const next = slot(directoryId, number + 1);
  const projection = { _id: 1 };
  const found = await connection.call(async ({ commits }) => {
    try {
      return await commits.findOne(next, { readConcern: { level: 'linearizable' }, projection });
    } catch (error) {
      if (isNotAReplicaSet(error)) return commits.findOne(next, { projection });
      throw error;
    }
  });
  return found !== null;
}
