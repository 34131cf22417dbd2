import * as z from 'zod';
import { iso } from '../../shared/events/timestamp.js';
import type { AdminScope } from '../../shared/store/registry.js';
import { callerWithin, type SignedIn } from './authenticate.js';
import type { AdminDeps } from './deps.js';
import type { Caller, Keyring } from './keyring.js';
import { Problem } from './problem.js';
import { bodyOf, READ_BODY } from './request.js';
import { createSessions, requireCsrf, type Session, type SessionHandlers, type Sessions } from './session.js';

const LIFE_MS = 12 * 60 * 60 * 1000;
const KEY_MAX_CHARACTERS = 1000;

/** Who is signed in, as the console is told. */
interface SessionView {
  readonly kind: 'admin';
  /** The admin key's. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  /** The only one that the key reaches; null: every one. */
  readonly organizationId: string | null;
  /** For the header `x-rollcall-csrf` of whatever is not GET. */
  readonly csrf: string;
  readonly expiresAt: string;
}

interface ConsoleSession extends SessionHandlers {
  readonly sessions: Sessions<SignedIn>;
}

/** How an operator signs in to the console: with an admin key, for half a day, or until the key is revoked. */
export function createConsoleSession(deps: AdminDeps, keyring: Keyring): ConsoleSession {
  const sessions = createSessions<SignedIn>({ name: 'rollcall_session', path: '/' }, deps);
  return {
    sessions,
    open: [
      ...READ_BODY,
      async (req, res) => {
        const { adminKey } = bodyOf(req, wanted);
        const { caller, hash } = await keyring.unlock(adminKey, req, res);
        const session = sessions.begin(res, { hash }, deps.clock() + LIFE_MS);
        res.status(201).json(show(caller, session));
      },
    ],
    tell: async (req, res) => {
      const session = sessions.of(req);
      if (session === undefined) throw new Problem('unauthorized', 'Nobody is signed in; sign in with an admin key.');
      const { caller } = await callerWithin(session, keyring);
      res.json(show(caller, session));
    },
    close: (req, res) => {
      const session = sessions.of(req);
      if (session !== undefined) requireCsrf(req, session);
      sessions.end(res);
      res.status(204).end();
    },
  };
}

const wanted = z.strictObject({ adminKey: z.string().min(1).max(KEY_MAX_CHARACTERS) });

const show = ({ name, scopes, organizationId }: Caller, { csrf, expiresAt }: Session<SignedIn>): SessionView => ({
  kind: 'admin',
  ...{ name, scopes, organizationId, csrf },
  expiresAt: iso(expiresAt),
});
