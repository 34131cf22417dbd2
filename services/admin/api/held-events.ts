import * as z from 'zod';
import type { Commit, Decider, Head, HeldEvent } from '../../../shared/directory/commit.js';
import { discardCommit, RELEASED_PER_COMMIT, releaseCommit } from '../../../shared/directory/held.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import type { Directory } from '../../../shared/store/registry.js';
import { holdView, showHold } from '../deletion-guard.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory } from '../directory.js';
import { idOf, listOf, nothing, pathId, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { pageParameters, unknownCursor } from '../paging.js';
import { Problem } from '../problem.js';

export const heldEvent = z
  .object({
    order: z.int().min(1).meta({ description: 'Gapless per directory' }),
    id: idOf('Of the event, before and after its release'),
    type: z.string().meta({ description: 'What has happened', examples: ['user.deleted'] }),
    heldAt: timeOf('Since when it is held'),
    data: z.record(z.string(), z.unknown()).meta({ description: 'As the event will have it' }),
    previous: z.record(z.string(), z.unknown()).optional().meta({ description: 'As the event will have it' }),
    cause: z.object({ requestId: z.string() }),
  })
  .meta({ id: 'HeldEvent', description: 'An event that the deletion guard holds back; it has no `seq` yet' });

const path = { id: pathId('directory') };

export const list = operation({
  id: 'listHeldEvents',
  summary: 'List what the deletion guard of a directory holds back',
  path,
  query: pageParameters,
  answers: { 200: json(listOf(heldEvent).extend({ hold: holdView })) },
}).by(async ({ deps, path: { id }, query: { after, limit } }) => {
  await knownDirectory(id, deps);
  const found = await deps.held.list(id, after === undefined ? 0 : orderOf(after), limit + 1);
  const data = found.slice(0, limit);
  const nextCursor = found.length > limit ? cursorAt(data.at(-1)) : null;
  const { guard } = await deps.commits.head(id);
  return { status: 200, body: { hold: showHold(guard), data: data.map(show), nextCursor } };
});

export const release = operation({
  id: 'releaseHeldEvents',
  summary: 'Let all that is held back come through',
  path,
  body: nothing,
  answers: { 200: json(z.object({ released: z.int().meta({ description: 'How many events' }) })) },
  refusals: ['conflict'],
}).by(async ({ deps, requestId, path: { id } }) => {
  const directory = await knownDirectory(id, deps);
  const released = await end(directory, deps, async (head, decider) => {
    const oldest = await deps.held.list(directory.id, 0, RELEASED_PER_COMMIT);
    return releaseCommit(head, oldest, decider, requestId);
  });
  return { status: 200, body: { released } };
});

export const discard = operation({
  id: 'discardHeldEvents',
  summary: 'Drop all that is held back for good',
  path,
  body: nothing,
  answers: { 200: json(z.object({ discarded: z.int().meta({ description: 'How many events' }) })) },
  refusals: ['conflict'],
}).by(async ({ deps, requestId, path: { id } }) => {
  const directory = await knownDirectory(id, deps);
  const discarded = await end(directory, deps, async (head, decider) => discardCommit(head, decider, requestId));
  return { status: 200, body: { discarded } };
});

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

const show = ({ order, id, heldAt, draft }: HeldEvent): View<typeof heldEvent> => ({
  order,
  id,
  type: draft.type,
  heldAt: iso(heldAt),
  data: { ...draft.data },
  ...('previous' in draft && { previous: { ...draft.previous } }),
  cause: draft.cause,
});

const cursorAt = (event: HeldEvent | undefined): string => (event?.order ?? 0).toString(36);

function orderOf(cursor: string): number {
  if (!/^[0-9a-z]{1,10}$/.test(cursor)) throw unknownCursor();
  return parseInt(cursor, 36);
}
