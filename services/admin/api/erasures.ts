import * as z from 'zod';
import type { Command } from '../../../shared/directory/command.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import { decideLoaded } from '../../../shared/store/decide-loaded.js';
import { findAll, type Directory, type Erasure, type Registry } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { id, idOf, listOf, nothing, pathId, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { notFound } from '../problem.js';

export const erasure = z
  .object({
    id: idOf('Of the erasure'),
    directoryId: idOf('Directory that it concerns'),
    userId: idOf('User that is erased; null: everything of the directory').nullable(),
    state: z.enum(['open', 'done']),
    erased: z.int().meta({ description: 'Events rewritten or removed so far' }),
    createdAt: timeOf('When it was ordered'),
    dueAt: timeOf('When it goes on; null when it is done').nullable(),
    updatedAt: timeOf('When it last went on'),
  })
  .meta({ id: 'Erasure', description: 'An order to erase personal data from all that is kept' });

/** Deletes the user, if it is still there; then has its personal data erased from all that is kept. */
export const eraseUser = operation({
  id: 'eraseUser',
  summary: 'Delete a user and erase its personal data from all that is kept',
  description: 'While the same erasure is open, that one is answered.',
  path: { id: pathId('directory'), userId: pathId('user') },
  body: nothing,
  answers: { 202: json(erasure, 'location') },
  refusals: ['conflict'],
}).by(async ({ deps, requestId, path: { id, userId } }) => {
  const directory = await knownDirectory(id, deps);
  refuseDeleted(directory);
  await deleteUser(directory, userId, requestId, deps);
  const now = deps.clock();
  const ordered = await orderErasure(deps.registry, { directoryId: id, userId }, now, now);
  return { status: 202, body: show(ordered), location: `/v1/erasures/${ordered.id}` };
});

export const list = operation({
  id: 'listErasures',
  summary: 'List erasures',
  query: { ...pageParameters, directoryId: id.exactOptional().meta({ description: 'Only those of this directory' }) },
  answers: { 200: json(listOf(erasure)) },
}).by(async ({ deps, query: { after, limit, ...where } }) => {
  const page = await pageOf({ after, limit }, (slice) => deps.registry.erasures.find(where, slice));
  return { status: 200, body: mapPage(page, show) };
});

export const get = operation({
  id: 'getErasure',
  summary: 'Read an erasure',
  path: { id: pathId('erasure') },
  answers: { 200: json(erasure) },
}).by(async ({ deps, path: { id } }) => {
  const found = await deps.registry.erasures.get(id);
  if (found === undefined) throw notFound('erasure', id);
  return { status: 200, body: show(found) };
});

/** Orders an erasure, once: while the same one is open, that one is answered. */
export async function orderErasure(
  { erasures: table }: Pick<Registry, 'erasures'>,
  subject: Pick<Erasure, 'directoryId' | 'userId'>,
  dueAt: number,
  now: number,
): Promise<Erasure> {
  const ofDirectory = await findAll(table, { directoryId: subject.directoryId });
  const open = ofDirectory.find(({ userId, state }) => userId === subject.userId && state === 'open');
  if (open !== undefined) return open;
  const times = { createdAt: now, updatedAt: now, dueAt };
  const erasure: Erasure = {
    id: newId(),
    version: 1,
    ...subject,
    ...times,
    state: 'open',
    pass: 1,
    after: 0,
    erased: 0,
  };
  await table.insert(erasure);
  return erasure;
}

/** As the identity provider would: the event `user.deleted` goes through the deletion guard. A user that is not there stays so. */
async function deleteUser(directory: Directory, userId: string, requestId: string, deps: AdminDeps): Promise<void> {
  const { commits, resources, clock } = deps;
  const always = { ifMatch: undefined, ifNoneMatch: undefined };
  const command: Command = { kind: 'delete', requestId, type: USER, id: userId, ...always };
  while ((await resources.get(directory.id, USER.name, userId)) !== undefined) {
    const head = await commits.head(directory.id);
    // Undefined when somebody else has deleted it meanwhile.
    const decider = { directory: { ...directory, rules: rulesOf(directory) }, now: clock(), newId };
    const { commit } = await decideLoaded(commits, head, [command], decider);
    if (commit !== undefined) await commits.commit(commit);
  }
}

const show = ({
  id,
  directoryId,
  userId,
  state,
  erased,
  createdAt,
  dueAt,
  updatedAt,
}: Erasure): View<typeof erasure> => ({
  id,
  directoryId,
  userId,
  state,
  erased,
  createdAt: iso(createdAt),
  dueAt: state === 'done' ? null : iso(dueAt),
  updatedAt: iso(updatedAt),
});
