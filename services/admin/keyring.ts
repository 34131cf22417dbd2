import { timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { adminKeyHash as hashOf } from '../../shared/config/secrets.js';
import { iso } from '../../shared/events/timestamp.js';
import { credentialHash } from '../../shared/runtime/credentials.js';
import { ADMIN_SCOPES, type AdminKey, type AdminScope, type Registry } from '../../shared/store/registry.js';
import type { AdminDeps } from './deps.js';
import { createLockOut } from './lock-out.js';
import { Problem } from './problem.js';

/** Who asks. */
export interface Caller {
  /** Of the admin key; the operator's own has one too. Of the set-up page the link's. */
  readonly keyId: string;
  /** The key's. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  /** The only one that the caller sees; null: every one. */
  readonly organizationId: string | null;
  /** Likewise; of a session of the set-up page. */
  readonly directoryId: string | null;
}

const EVERYWHERE = { organizationId: null, directoryId: null };
const OPERATORS: Caller = { keyId: 'operator', name: 'operator', scopes: ADMIN_SCOPES, ...EVERYWHERE };

/** `lastUsedAt` is for people: once a minute is close enough. */
const LAST_USED_EVERY_MS = 60_000;

/** Admin keys: the operator's own and the stored ones. They are known by their SHA-256, in hex. */
export interface Keyring {
  /** Whose key it is, and its hash. Throws a problem of one that is wrong or expired, or comes after too many wrong ones. */
  unlock(key: string, req: Request, res: Response): Promise<{ readonly caller: Caller; readonly hash: string }>;
  /** Whose key has that hash; undefined where it was revoked or expired meanwhile. */
  holder(hash: string): Promise<Caller | undefined>;
  /** Whether there still is one, which is no use of the key. */
  isGood(hash: string): Promise<boolean>;
}

export function createKeyring({
  registry,
  adminKeyHash,
  clock,
}: Pick<AdminDeps, 'registry' | 'adminKeyHash' | 'clock'>): Keyring {
  // What was issued by us cannot be guessed; what an operator chose can.
  const lockOut = adminKeyHash === undefined ? undefined : createLockOut();
  const goodKey = async (hash: string): Promise<AdminKey | undefined> => {
    const stored = await storedKey(hash, registry);
    return stored === undefined || isExpired(stored, clock()) ? undefined : stored;
  };
  return {
    async unlock(key, req, res) {
      const hash = credentialHash('rca', key);
      if (hash === undefined) lockOut?.require(req, res);
      const stored = hash === undefined ? undefined : await storedKey(hash, registry);
      if (stored !== undefined && hash !== undefined) {
        requireUnexpired(stored, clock());
        await touch(registry, stored, clock());
        return { caller: callerWith(stored), hash };
      }
      const own = hashOf(key);
      if (isSame(own, adminKeyHash)) {
        // Nor does an issued key let off whoever tries others beside it.
        lockOut?.forget(req);
        return { caller: OPERATORS, hash: own };
      }
      if (hash === undefined) lockOut?.note(req);
      throw new Problem(
        'unauthorized',
        'The admin key is not valid; check it, or restart with one of your own in ROLLCALL_ADMIN_KEY.',
      );
    },
    async holder(hash) {
      if (isSame(hash, adminKeyHash)) return OPERATORS;
      const stored = await goodKey(hash);
      if (stored !== undefined) await touch(registry, stored, clock());
      return stored && callerWith(stored);
    },
    isGood: async (hash) => isSame(hash, adminKeyHash) || (await goodKey(hash)) !== undefined,
  };
}

const isSame = (hash: string, known: string | undefined): boolean =>
  known !== undefined && timingSafeEqual(Buffer.from(hash, 'hex'), Buffer.from(known, 'hex'));

/** Asked for with each request, so that a revoked key is dead everywhere at once. */
async function storedKey(hash: string, { adminKeys }: Registry): Promise<AdminKey | undefined> {
  const [found] = await adminKeys.find({ hash }, { limit: 1 });
  return found;
}

const callerWith = ({ id, name, scopes, organizationId }: AdminKey): Caller => ({
  keyId: id,
  name,
  scopes,
  organizationId,
  directoryId: null,
});

const isExpired = ({ expiresAt }: AdminKey, now: number): boolean => expiresAt !== null && expiresAt <= now;

function requireUnexpired(key: AdminKey, now: number): void {
  if (!isExpired(key, now)) return;
  throw new Problem(
    'unauthorized',
    `The admin key "${key.name}" expired at ${iso(key.expiresAt ?? 0)}; have another one made.`,
  );
}

/** Losing the race against another request with the key is fine: it was used just now. */
async function touch({ adminKeys }: Registry, key: AdminKey, now: number): Promise<void> {
  if (key.lastUsedAt !== null && key.lastUsedAt > now - LAST_USED_EVERY_MS) return;
  await adminKeys.replace({ ...key, version: key.version + 1, lastUsedAt: now });
}
