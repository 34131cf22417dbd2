import type { RequestHandler } from 'express';
import { z } from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { issueCredential } from '../../../shared/runtime/credentials.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, isLive, type DirectoryToken, type Registry } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { invalid, notFound, Problem } from '../problem.js';
import { bodyOf, pathId, queryOf } from '../request.js';
import { update } from '../update.js';

/** Two, so that a token can be rotated without a pause. */
const LIVE_TOKENS_MAX = 2;

const listing = z.strictObject(pageParameters);
const creation = z.strictObject({
  expiresAt: z.iso
    .datetime({ offset: true, message: 'must be a time such as 2030-01-31T12:00:00Z' })
    .nullable()
    .optional(),
});

export function tokens(deps: AdminDeps) {
  const { registry, clock } = deps;

  const create: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    refuseDeleted(directory);
    const now = clock();
    const { secret, record } = newToken(directory.id, expiryOf(bodyOf(req, creation).expiresAt, now), now);
    await registry.tokens.insert(record);
    // Counted afterwards, so that of two creations at a time none slips through.
    const live = await liveTokens(registry, directory.id, now);
    if (live > LIVE_TOKENS_MAX) {
      await registry.tokens.delete(record.id);
      throw new Problem('conflict', `A directory has at most ${LIVE_TOKENS_MAX} live tokens; revoke one first.`);
    }
    res.status(201).json({ ...show(record), token: secret });
  };

  const list: RequestHandler = async (req, res) => {
    const request = queryOf(req, listing);
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const page = await pageOf(request, (slice) => registry.tokens.find({ directoryId: directory.id }, slice));
    res.json(mapPage(page, show));
  };

  const remove: RequestHandler = async (req, res) => {
    const directory = await knownDirectory(pathId(req, 'directory'), deps);
    const id = pathId(req, 'token', 'tokenId');
    const token = await registry.tokens.get(id);
    if (token?.directoryId !== directory.id) throw notFound('token', id);
    await revoke(registry, id, clock());
    res.status(204).end();
  };

  return { create, list, remove };
}

/** A token's record, and the secret that is told once. */
export function newToken(
  directoryId: string,
  expiresAt: number | null,
  now: number,
): { secret: string; record: DirectoryToken } {
  const { secret, hash, hint } = issueCredential('rcs');
  const times = { createdAt: now, updatedAt: now, expiresAt, revokedAt: null, lastUsedAt: null };
  return { secret, record: { id: newId(), version: 1, directoryId, hash, hint, ...times } };
}

/** Revokes the token; an earlier revocation keeps its time. */
export async function revoke(registry: Registry, tokenId: string, now: number): Promise<void> {
  await update(registry.tokens, 'token', tokenId, now, (old) => ({ revokedAt: old.revokedAt ?? now }));
}

async function liveTokens(registry: Registry, directoryId: string, now: number): Promise<number> {
  const tokens = await findAll(registry.tokens, { directoryId });
  return tokens.filter((token) => isLive(token, now)).length;
}

function expiryOf(expiresAt: string | null | undefined, now: number): number | null {
  if (expiresAt === undefined || expiresAt === null) return null;
  const time = Date.parse(expiresAt);
  if (time <= now) throw invalid({ field: 'expiresAt', message: `must be after now, which is ${iso(now)}` });
  return time;
}

const show = ({ id, directoryId, hint, createdAt, expiresAt, revokedAt, lastUsedAt }: DirectoryToken) => ({
  id,
  directoryId,
  hint,
  createdAt: iso(createdAt),
  expiresAt: isoOrNull(expiresAt),
  revokedAt: isoOrNull(revokedAt),
  lastUsedAt: isoOrNull(lastUsedAt),
});
