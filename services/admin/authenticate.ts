import type { Request, RequestHandler, Response } from 'express';
import { bearerToken } from '../../shared/runtime/credentials.js';
import type { AdminScope } from '../../shared/store/registry.js';
import type { Caller, Keyring } from './keyring.js';
import { Problem } from './problem.js';
import { requireCsrf, type Session, type Sessions } from './session.js';

/** How soon an answer that goes on ends when what let it begin is revoked or expires. */
const STILL_GOOD_EVERY_MS = 4_000;

/** The caller, where `authenticate` let the request pass; undefined of what needs no key. */
export const callerOf = (res: Response): Caller | undefined => res.locals['caller'] as Caller | undefined;

export const admit = (res: Response, caller: Caller): void => void (res.locals['caller'] = caller);

/** The client's IP address; an IPv4 one is told as such. */
export const addressOf = ({ socket }: Request): string | null => socket.remoteAddress?.replace(/^::ffff:/, '') ?? null;

/** What a session of the console stands on. */
export interface SignedIn {
  /** SHA-256 of an admin key, hex. */
  readonly hash: string;
}

/** Lets a request pass that bears an admin key, or comes from a console that is signed in with one, if the key is good for its method. */
export function authenticate(keyring: Keyring, sessions: Sessions<SignedIn>): RequestHandler {
  const bearer = async (req: Request, res: Response) => keyring.unlock(bearerOf(req.headers.authorization), req, res);
  return async (req, res, next) => {
    const session = req.headers.authorization === undefined ? sessions.of(req) : undefined;
    if (session !== undefined) requireCsrf(req, session);
    const { caller, hash } = session === undefined ? await bearer(req, res) : await callerWithin(session, keyring);
    requireScope(caller, req.method);
    admit(res, caller);
    const isOver = (): boolean => session !== undefined && sessions.of(req) === undefined;
    if (req.method === 'GET') endWhen(res, async () => isOver() || !(await keyring.isGood(hash)));
    next();
  };
}

/** The caller in a session. Throws a problem where the key was revoked or expired meanwhile. */
export async function callerWithin({ hash }: Session<SignedIn>, keyring: Keyring) {
  const caller = await keyring.holder(hash);
  if (caller !== undefined) return { caller, hash };
  throw new Problem('unauthorized', 'The admin key of this session is not valid any more; sign in with another one.');
}

function bearerOf(header: string | undefined): string {
  const key = bearerToken(header);
  if (key === undefined) {
    throw new Problem('unauthorized', 'Send the header "Authorization: Bearer <admin key>".');
  }
  return key;
}

function requireScope({ scopes }: Caller, method: string): void {
  const needed: AdminScope = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  if (scopes.includes(needed)) return;
  throw new Problem(
    'forbidden',
    `The admin key lacks the scope "${needed}", which ${method} needs; it has ${scopes.join(', ')}. Use a key that has it.`,
  );
}

/** Streams and long answers outlast what let them begin by a few seconds at most. */
export function endWhen(res: Response, isOver: () => Promise<boolean>): void {
  const look = setInterval(() => {
    void isOver()
      .then((over) => (over ? res.destroy() : undefined))
      .catch(() => undefined);
  }, STILL_GOOD_EVERY_MS).unref();
  res.once('close', () => clearInterval(look));
}
