import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/runtime/clock.js';
import { bearerToken, credentialHash, secretHash } from '../../shared/runtime/credentials.js';
import { Forbidden, Unauthorized } from '../../shared/scim/errors.js';
import { isLive, type DirectoryToken, type Registry } from '../../shared/store/registry.js';
import type { ScimHandler } from './call.js';
import { createKnownDirectories, type KnownDirectory } from './known-directories.js';

/** `lastUsedAt` is for people: once a minute is close enough. */
const LAST_USED_EVERY_MS = 60_000;

type Tables = Pick<Registry, 'directories' | 'tokens'>;

/** Lets a request pass when it bears a live token of the directory in its path: 404, then 401, then 403 (RFC 7644 section 3.12). */
export function authenticate(registry: Tables, clock: Clock): ScimHandler {
  const known = createKnownDirectories(registry, clock);

  const check = async (directoryId: string, authorization: string | undefined): Promise<KnownDirectory> => {
    const now = clock();
    const remembered = known.recall(directoryId) ?? (await known.read(directoryId));
    const hash = bearerHash(authorization);
    // A token that is not known may just have been made: look once more before refusing it.
    const match = liveToken(remembered, hash, now) ?? liveToken(await known.read(directoryId), hash, now);
    if (match === undefined) {
      throw new Unauthorized(
        'The bearer token is not a live token of this directory. Issue a new one and update it at your identity provider.',
      );
    }
    // Nor is it refused for being disabled by what was true a moment ago.
    if (remembered.directory.disabled === true && (await known.read(directoryId)).directory.disabled === true) {
      throw new Forbidden(
        'This directory is disabled: nothing is read or changed. Enable it in the management API, or stop provisioning to it.',
      );
    }
    if (isTouchDue(match, now)) {
      await touch(registry, match, now);
      known.forget(directoryId);
    }
    return remembered;
  };

  /** What needs no look at the store: a token in regular use. */
  const recall = (directoryId: string, authorization: string | undefined): KnownDirectory | undefined => {
    const now = clock();
    const [recalled, token] = [known.recall(directoryId), bearerToken(authorization)];
    if (recalled === undefined || token === undefined || recalled.directory.disabled === true) return undefined;
    // Only what was issued has the hash of what was issued, so that its form need not be looked at.
    const match = liveToken(recalled, secretHash(token), now);
    return match === undefined || isTouchDue(match, now) ? undefined : recalled;
  };

  return (req, res, next) => {
    const directoryId = String(req.params['directoryId']);
    const authorization = req.get('authorization');
    const admit = ({ directory, types }: KnownDirectory): void => {
      res.locals.directory = directory;
      res.locals.types = types;
      next();
    };
    const refuse = (error: unknown): void => {
      if (known.recall(directoryId) !== undefined) res.locals.refusedBy = directoryId;
      next(error);
    };
    const recalled = recall(directoryId, authorization);
    if (recalled !== undefined) admit(recalled);
    else check(directoryId, authorization).then(admit, refuse);
  };
}

function bearerHash(authorization: string | undefined): Buffer {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw new Unauthorized(
      'The request has no bearer token. Send "Authorization: Bearer <token>" with the token of this directory.',
    );
  }
  const hash = credentialHash('rcs', token);
  if (hash === undefined) {
    throw new Unauthorized(
      'The bearer token is incomplete or mistyped: it does not have the form of a SCIM token ("rcs_…").',
    );
  }
  return Buffer.from(hash, 'hex');
}

const liveToken = ({ tokens }: KnownDirectory, hash: Buffer, now: number): DirectoryToken | undefined =>
  tokens.find((token) => timingSafeEqual(token.hash, hash) && isLive(token.record, now))?.record;

const isTouchDue = ({ lastUsedAt }: DirectoryToken, now: number): boolean =>
  lastUsedAt === null || lastUsedAt < now - LAST_USED_EVERY_MS;

/** Losing the race against another writer of the same record is fine: somebody else used or changed the token just now. */
const touch = (registry: Tables, token: DirectoryToken, now: number): Promise<boolean> =>
  registry.tokens.replace({ ...token, version: token.version + 1, updatedAt: now, lastUsedAt: now });
