import * as z from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { issueCredential } from '../../../shared/runtime/credentials.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, isLive, type DirectoryToken, type Registry } from '../../../shared/store/registry.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { refusePast } from '../expiry.js';
import { idOf, listOf, pathId, textOf, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { etagOf, ifMatch } from '../precondition.js';
import { notFound, Problem } from '../problem.js';
import { update } from '../update.js';

/** Two, so that a token can be rotated without a pause. */
const LIVE_TOKENS_MAX = 2;

export const token = z
  .object({
    id: idOf('Of the token'),
    directoryId: idOf('Directory that it opens'),
    hint: textOf('Its last four characters, to tell tokens apart', 'x9Qa'),
    createdAt: timeOf('When it was made'),
    expiresAt: timeOf('When it expires; null: never').nullable(),
    revokedAt: timeOf('When it was revoked; null: it was not').nullable(),
    lastUsedAt: timeOf('When it was last used; null: never').nullable(),
  })
  .meta({ id: 'Token', description: 'A bearer token of a directory, without its secret' });
const createdToken = token
  .extend({ token: textOf('The token itself, shown this once', 'rcs_2N8v…') })
  .meta({ id: 'CreatedToken', description: 'A new token' });

const path = { id: pathId('directory') };

export const create = operation({
  id: 'createToken',
  summary: 'Make a further token of a directory',
  description: 'Two live tokens at most, so that one can be replaced without a pause.',
  path,
  body: z.strictObject({
    expiresAt: z.iso
      .datetime({ offset: true, message: 'must be a time such as 2030-01-31T12:00:00Z' })
      .nullable()
      .optional()
      .meta({ description: 'When it expires; null, and left out: never', examples: ['2036-01-31T12:00:00Z'] }),
  }),
  answers: { 201: json(createdToken, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id }, body }) => {
  const { registry, clock } = deps;
  const directory = await knownDirectory(id, deps);
  refuseDeleted(directory);
  const now = clock();
  const { secret, record } = newToken(directory.id, expiryOf(body.expiresAt, now), now);
  await registry.tokens.insert(record);
  // Counted afterwards, so that of two creations at a time none slips through.
  const live = await liveTokens(registry, directory.id, now);
  if (live > LIVE_TOKENS_MAX) {
    await registry.tokens.delete(record.id);
    throw new Problem('conflict', `A directory has at most ${LIVE_TOKENS_MAX} live tokens; revoke one first.`);
  }
  return { status: 201, body: { ...show(record), token: secret }, etag: etagOf(record) };
});

export const list = operation({
  id: 'listTokens',
  summary: 'List the tokens of a directory, revoked ones too',
  path,
  query: pageParameters,
  answers: { 200: json(listOf(token)) },
}).by(async ({ deps, path: { id }, query }) => {
  const directory = await knownDirectory(id, deps);
  const page = await pageOf(query, (slice) => deps.registry.tokens.find({ directoryId: directory.id }, slice));
  return { status: 200, body: mapPage(page, show) };
});

export const remove = operation({
  id: 'revokeToken',
  summary: 'Revoke a token',
  description: 'It is refused everywhere within 5 s. Repeating it changes nothing.',
  path: { ...path, tokenId: pathId('token') },
  headers: ifMatch,
  answers: { 204: null },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id, tokenId }, headers }) => {
  const directory = await knownDirectory(id, deps);
  const token = await deps.registry.tokens.get(tokenId);
  if (token?.directoryId !== directory.id) throw notFound('token', tokenId);
  await revoke(deps.registry, tokenId, deps.clock(), headers['if-match']);
  return { status: 204 };
});

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
export async function revoke(registry: Registry, tokenId: string, now: number, ifMatch?: string): Promise<void> {
  await update(registry.tokens, 'token', tokenId, { now, ifMatch }, (old) => ({ revokedAt: old.revokedAt ?? now }));
}

async function liveTokens(registry: Registry, directoryId: string, now: number): Promise<number> {
  const tokens = await findAll(registry.tokens, { directoryId });
  return tokens.filter((token) => isLive(token, now)).length;
}

function expiryOf(expiresAt: string | null | undefined, now: number): number | null {
  if (expiresAt === undefined || expiresAt === null) return null;
  const time = Date.parse(expiresAt);
  refusePast(time, now);
  return time;
}

const show = ({
  id,
  directoryId,
  hint,
  createdAt,
  expiresAt,
  revokedAt,
  lastUsedAt,
}: DirectoryToken): View<typeof token> => ({
  id,
  directoryId,
  hint,
  createdAt: iso(createdAt),
  expiresAt: isoOrNull(expiresAt),
  revokedAt: isoOrNull(revokedAt),
  lastUsedAt: isoOrNull(lastUsedAt),
});
