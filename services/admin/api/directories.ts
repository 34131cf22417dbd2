import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { scimBaseUrl } from '../../../shared/directory/base-url.js';
import { GENESIS, TOMBSTONE_LIFE_MS, type Head } from '../../../shared/directory/commit.js';
import { deletionCommit } from '../../../shared/directory/deletion.js';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, type Directory } from '../../../shared/store/registry.js';
import { deletionGuard, showHold } from '../deletion-guard.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { requestIdOf } from '../error-handler.js';
import { pageOf, pageParameters } from '../paging.js';
import { invalid } from '../problem.js';
import { bodyOf, id, pathId, queryOf, text } from '../request.js';
import { update } from '../update.js';
import { orderErasure } from './erasures.js';
import { newToken, revoke } from './tokens.js';

const provider = text(1, 50).nullable().optional();
const creation = z.strictObject({ organizationId: id, name: text(1, 200), provider, deletionGuard });
const change = z.strictObject({
  name: text(1, 200).optional(),
  provider,
  deletionGuard,
  enabled: z.boolean().optional(),
});
const listing = z.strictObject({ ...pageParameters, organizationId: id.exactOptional() });

/**
 * `pending`: no authenticated SCIM request came yet. `active`: one did. `deleted`: it and its resources are gone; the rest of it
 * is being erased, down to a record that keeps its id from being used again.
 */
type State = 'pending' | 'active' | 'deleted';

export function directories(deps: AdminDeps) {
  const { registry, commits, clock } = deps;
  const headOf = ({ id }: Directory): Promise<Head> => commits.head(id);

  const create: RequestHandler = async (req, res) => {
    const body = bodyOf(req, creation);
    if ((await registry.organizations.get(body.organizationId)) === undefined) {
      throw invalid({ field: 'organizationId', message: 'names no organization; create the organization first' });
    }
    const directory = newDirectory(body, deps);
    const token = newToken(directory.id, null, clock());
    await registry.directories.insert(directory);
    await registry.tokens.insert(token.record);
    res
      .status(201)
      .location(`/v1/directories/${directory.id}`)
      .json({ ...show(directory, GENESIS, deps), token: token.secret });
  };

  const list: RequestHandler = async (req, res) => {
    const { after, limit, ...where } = queryOf(req, listing);
    const page = await pageOf({ after, limit }, (slice) => registry.directories.find(where, slice));
    const data = await Promise.all(page.data.map(async (found) => show(found, await headOf(found), deps)));
    res.json({ ...page, data });
  };

  const get: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    res.json(show(directory, await headOf(directory), deps));
  };

  const modify: RequestHandler = async (req, res) => {
    const { name, provider, deletionGuard, enabled } = bodyOf(req, change);
    const changed = await update(registry.directories, 'directory', pathId(req, 'directory'), clock(), (old) => {
      refuseDeleted(old);
      return {
        name: name ?? old.name,
        provider: provider === undefined ? old.provider : provider,
        disabled: enabled === undefined ? old.disabled === true : !enabled,
        deletionGuard: deletionGuard === undefined ? (old.deletionGuard ?? null) : deletionGuard,
      };
    });
    res.json(show(changed, await headOf(changed), deps));
  };

  const remove: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    if (directory.deletedAt === null) await end(directory, deps, requestIdOf(res));
    res.status(204).end();
  };

  return { create, list, get, modify, remove };
}

/** The mark in the registry comes last: whoever repeats a deletion that was cut short does the rest of it. */
async function end(directory: Directory, { registry, commits, clock }: AdminDeps, requestId: string): Promise<void> {
  let head = await commits.head(directory.id);
  while (!head.deleted) {
    await commits.commit(deletionCommit(head, directory, clock(), newId, requestId));
    head = await commits.head(directory.id);
  }
  const now = clock();
  const tokens = await findAll(registry.tokens, { directoryId: directory.id });
  for (const { id } of tokens) await revoke(registry, id, now);
  await orderErasure(registry, { directoryId: directory.id, userId: null }, now + TOMBSTONE_LIFE_MS, now);
  await update(registry.directories, 'directory', directory.id, now, (old) => ({ deletedAt: old.deletedAt ?? now }));
}

function newDirectory(body: z.output<typeof creation>, { clock, partitions }: AdminDeps): Directory {
  const [id, now] = [newId(), clock()];
  const partition = createHash('sha256').update(id).digest().readUInt32BE(0) % partitions;
  const { organizationId, name, provider = null, deletionGuard = null } = body;
  const times = { createdAt: now, updatedAt: now, deletedAt: null };
  return { id, version: 1, organizationId, name, provider, deletionGuard, partition, ...times };
}

function stateOf(directory: Directory, head: Head): State {
  if (directory.deletedAt !== null || head.deleted) return 'deleted';
  return head.number === 0 ? 'pending' : 'active';
}

const show = (directory: Directory, head: Head, { publicUrl }: AdminDeps) => ({
  id: directory.id,
  organizationId: directory.organizationId,
  name: directory.name,
  provider: directory.provider,
  state: stateOf(directory, head),
  enabled: directory.disabled !== true,
  deletionGuard: directory.deletionGuard ?? null,
  hold: showHold(head.guard),
  scimBaseUrl: scimBaseUrl(publicUrl, directory.id),
  createdAt: iso(directory.createdAt),
  updatedAt: iso(directory.updatedAt),
});
