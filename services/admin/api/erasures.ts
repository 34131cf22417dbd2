import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Command } from '../../../shared/directory/command.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import { decideLoaded } from '../../../shared/store/decide-loaded.js';
import { findAll, type Directory, type Erasure, type Registry } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { requestIdOf } from '../error-handler.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { notFound } from '../problem.js';
import { bodyOf, id, pathId, queryOf } from '../request.js';

const nothing = z.strictObject({});
const listing = z.strictObject({ ...pageParameters, directoryId: id.exactOptional() });

/** Orders to erase; the janitor carries them out. */
export function erasures(deps: AdminDeps) {
  const { registry, clock } = deps;

  /** Deletes the user, if it is still there; then has its personal data erased from all that is kept. */
  const eraseUser: RequestHandler = async (req, res) => {
    bodyOf(req, nothing);
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const userId = pathId(req, 'user', 'userId');
    refuseDeleted(directory);
    await deleteUser(directory, userId, requestIdOf(res), deps);
    const now = clock();
    const erasure = await orderErasure(registry, { directoryId: directory.id, userId }, now, now);
    res.status(202).location(`/v1/erasures/${erasure.id}`).json(show(erasure));
  };

  const list: RequestHandler = async (req, res) => {
    const { after, limit, ...where } = queryOf(req, listing);
    res.json(mapPage(await pageOf({ after, limit }, (slice) => registry.erasures.find(where, slice)), show));
  };

  const get: RequestHandler = async (req, res) => {
    const erasure = await registry.erasures.get(pathId(req, 'erasure'));
    if (erasure === undefined) throw notFound('erasure', pathId(req, 'erasure'));
    res.json(show(erasure));
  };

  return { eraseUser, list, get };
}

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

const show = ({ id, directoryId, userId, state, erased, createdAt, dueAt, updatedAt }: Erasure) => ({
  id,
  directoryId,
  userId,
  state,
  erased,
  createdAt: iso(createdAt),
  dueAt: state === 'done' ? null : iso(dueAt),
  updatedAt: iso(updatedAt),
});
