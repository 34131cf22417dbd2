import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { iso } from '../../shared/events/timestamp.js';
import { bearerToken, credentialHash } from '../../shared/runtime/credentials.js';
import { ADMIN_SCOPES, type AdminKey, type AdminScope, type Registry } from '../../shared/store/registry.js';
import type { AdminDeps } from './deps.js';
import { createLockOut } from './lock-out.js';
import { Problem } from './problem.js';

/** Who asks. */
export interface Caller {
  /** Of the admin key; the operator's own has one too. */
  readonly keyId: string;
  /** The key's. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  /** The only one that the caller sees; null: every one. */
  readonly organizationId: string | null;
}

const OPERATORS: Caller = { keyId: 'operator', name: 'operator', scopes: ADMIN_SCOPES, organizationId: null };

/** `lastUsedAt` is for people: once a minute is close enough. */
const LAST_USED_EVERY_MS = 60_000;
/** How soon an answer that goes on ends when its key is revoked or expires. */
const STILL_GOOD_EVERY_MS = 4_000;

/** The caller, where `authenticate` let the request pass; undefined of what needs no key. */
export const callerOf = (res: Response): Caller | undefined => res.locals['caller'] as Caller | undefined;

/** The client's IP address; an IPv4 one is told as such. */
export const addressOf = ({ socket }: Request): string | null => socket.remoteAddress?.replace(/^::ffff:/, '') ?? null;

type AuthDeps = Pick<AdminDeps, 'registry' | 'adminKeyHash' | 'clock'>;

/** Lets a request pass that bears an admin key, the operator's own or a stored one, which is good for its method. */
export function authenticate({ registry, adminKeyHash, clock }: AuthDeps): RequestHandler {
  // What was issued by us cannot be guessed; what an operator chose can.
  const lockOut = adminKeyHash === undefined ? undefined : createLockOut();
  const admit = async (key: AdminKey, req: Request, res: Response): Promise<void> => {
    requireUnexpired(key, clock());
    await touch(registry, key, clock());
    if (req.method === 'GET') endWithKey(res, key.id, { registry, clock });
  };
  return async (req, res, next) => {
    const key = bearerOf(req.headers.authorization);
    const hash = credentialHash('rca', key);
    if (hash === undefined) lockOut?.require(req, res);
    const stored = hash === undefined ? undefined : await holderOf(hash, registry);
    if (stored === undefined && !isOperatorsKey(key, adminKeyHash)) {
      if (hash === undefined) lockOut?.note(req);
      throw new Problem(
        'unauthorized',
        'The admin key is not valid; check it, or restart with one of your own in ROLLCALL_ADMIN_KEY.',
      );
    }
    // Nor does an issued key let off whoever tries others beside it.
    if (stored === undefined) lockOut?.forget(req);
    else await admit(stored, req, res);
    const caller = stored === undefined ? OPERATORS : callerWith(stored);
    requireScope(caller, req.method);
    res.locals['caller'] = caller;
    next();
  };
}

function bearerOf(header: string | undefined): string {
  const key = bearerToken(header);
  if (key === undefined) {
    throw new Problem('unauthorized', 'Send the header "Authorization: Bearer <admin key>".');
  }
  return key;
}

function isOperatorsKey(key: string, hash: string | undefined): boolean {
  return hash !== undefined && timingSafeEqual(createHash('sha256').update(key).digest(), Buffer.from(hash, 'hex'));
}

/** Asked for with each request, so that a revoked key is dead everywhere at once. */
async function holderOf(hash: string, { adminKeys }: Registry): Promise<AdminKey | undefined> {
  const [found] = await adminKeys.find({ hash }, { limit: 1 });
  return found;
}

const callerWith = ({ id, name, scopes, organizationId }: AdminKey): Caller => ({
  keyId: id,
  name,
  scopes,
  organizationId,
});

const isExpired = ({ expiresAt }: AdminKey, now: number): boolean => expiresAt !== null && expiresAt <= now;

function requireUnexpired(key: AdminKey, now: number): void {
  if (!isExpired(key, now)) return;
  throw new Problem(
    'unauthorized',
    `The admin key "${key.name}" expired at ${iso(key.expiresAt ?? 0)}; have another one made.`,
  );
}

function requireScope({ scopes }: Caller, method: string): void {
  const needed: AdminScope = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  if (scopes.includes(needed)) return;
  throw new Problem(
    'forbidden',
    `The admin key lacks the scope "${needed}", which ${method} needs; it has ${scopes.join(', ')}. Use a key that has it.`,
  );
}

/** Losing the race against another request with the key is fine: it was used just now. */
async function touch({ adminKeys }: Registry, key: AdminKey, now: number): Promise<void> {
  if (key.lastUsedAt !== null && key.lastUsedAt > now - LAST_USED_EVERY_MS) return;
  await adminKeys.replace({ ...key, version: key.version + 1, lastUsedAt: now });
}

/** Streams and long answers outlast what let them begin by a few seconds at most. */
function endWithKey(res: Response, keyId: string, { registry, clock }: Omit<AuthDeps, 'adminKeyHash'>): void {
  const look = setInterval(() => {
    void registry.adminKeys
      .get(keyId)
      .then((key) => (key === undefined || isExpired(key, clock()) ? res.destroy() : undefined))
      .catch(() => undefined);
  }, STILL_GOOD_EVERY_MS).unref();
  res.once('close', () => clearInterval(look));
}
