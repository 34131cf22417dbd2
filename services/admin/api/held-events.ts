import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Commit, Decider, Head, HeldEvent } from '../../../shared/directory/commit.js';
import { discardCommit, RELEASED_PER_COMMIT, releaseCommit } from '../../../shared/directory/held.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { Directory } from '../../../shared/store/registry.js';
import { showHold } from '../deletion-guard.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { requestIdOf } from '../error-handler.js';
import { pageParameters, unknownCursor } from '../paging.js';
import { Problem } from '../problem.js';
import { pathId, queryOf } from '../request.js';

const listing = z.strictObject(pageParameters);

/** What the deletion guard of a directory holds back, and the operator's two words on it. */
export function heldEvents(deps: AdminDeps) {
  const { held, commits } = deps;

  const list: RequestHandler = async (req, res) => {
    const { id } = await knownDirectory(pathId(req, 'directory'), deps);
    const { after, limit } = queryOf(req, listing);
    const found = await held.list(id, after === undefined ? 0 : orderOf(after), limit + 1);
    const data = found.slice(0, limit);
    const nextCursor = found.length > limit ? cursorAt(data.at(-1)) : null;
    res.json({ hold: showHold((await commits.head(id)).guard), data: data.map(show), nextCursor });
  };

  const release: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const events = await end(directory, deps, async (head, decider) => {
      const oldest = await held.list(directory.id, 0, RELEASED_PER_COMMIT);
      return releaseCommit(head, oldest, decider, requestIdOf(res));
    });
    res.json({ released: events });
  };

  const discard: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const events = await end(directory, deps, async (head, decider) => discardCommit(head, decider, requestIdOf(res)));
    res.json({ discarded: events });
  };

  return { list, release, discard };
}

type NextCommit = (head: Head, decider: Decider) => Promise<Commit | undefined>;

/**
 * Commits until nothing is held any more; answers of how many events that was the end. Each commit leaves a state from which a
 * repetition goes on, so that an end which was cut short is ended by whoever asks again.
 */
async function end(directory: Directory, { commits, clock }: AdminDeps, next: NextCommit): Promise<number> {
  let head = await commits.head(directory.id);
  if (head.guard.hold === null) {
    throw new Problem(
      'conflict',
      `The directory ${directory.id} holds nothing; there is nothing to release or discard.`,
    );
  }
  let ended = 0;
  while (head.guard.hold !== null) {
    const commit = await next(head, { directory, now: clock(), newId });
    if (commit === undefined) await requireOutrun(head, directory, commits);
    else if ((await commits.commit(commit)) === 'committed') {
      ended += commit.guard.endedOrder - head.guard.endedOrder;
    }
    head = await commits.head(directory.id);
  }
  return ended;
}

/** What the head says it holds can be missing only because somebody else has ended it meanwhile. */
async function requireOutrun({ number }: Head, { id }: Directory, commits: AdminDeps['commits']): Promise<void> {
  if (await commits.confirmHead(id, number)) throw new Error(`directory ${id}: events that it holds are gone`);
}

const show = ({ order, id, heldAt, draft }: HeldEvent) => ({
  order,
  id,
  type: draft.type,
  heldAt: iso(heldAt),
  data: draft.data,
  ...('previous' in draft && { previous: draft.previous }),
  cause: draft.cause,
});

const cursorAt = (event: HeldEvent | undefined): string => (event?.order ?? 0).toString(36);

function orderOf(cursor: string): number {
  if (!/^[0-9a-z]{1,10}$/.test(cursor)) throw unknownCursor();
  return parseInt(cursor, 36);
}
