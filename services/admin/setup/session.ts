import type { Request, RequestHandler, Response } from 'express';
import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { credentialHash } from '../../../shared/runtime/credentials.js';
import { ADMIN_SCOPES, endOfLink, type SetupLink } from '../../../shared/store/registry.js';
import { audited } from '../audited.js';
import { addressOf, admit, endWhen } from '../authenticate.js';
import type { AdminDeps } from '../deps.js';
import { requestIdOf } from '../error-handler.js';
import type { Caller } from '../keyring.js';
import { Problem } from '../problem.js';
import { bodyOf, READ_BODY } from '../request.js';
import { createSessions, requireCsrf, type Session, type SessionHandlers } from '../session.js';

const LIFE_MS = 12 * 60 * 60 * 1000;
const TOKEN_MAX_CHARACTERS = 200;
const ACTOR_NAME = 'set-up link';

/** What a session of the set-up page stands on. */
interface Opened {
  readonly linkId: string;
}

/** What the set-up page is told of its session. */
export interface SetupSessionView {
  /** For the header `x-rollcall-csrf` of whatever is not GET. */
  readonly csrf: string;
  readonly expiresAt: string;
}

interface SetupSession extends SessionHandlers {
  /** Lets a request pass that comes from a page which a link has opened, for the directory of that link alone. */
  readonly authenticate: RequestHandler;
}

/**
 * How a customer's admin gets in: what is in a set-up link is exchanged, once, for a session. With each request it is looked whether the
 * link is still good, and its directory there.
 */
export function createSetupSession(deps: AdminDeps): SetupSession {
  const { registry, clock } = deps;
  const sessions = createSessions<Opened>({ name: 'rollcall_setup', path: '/setup' }, deps);
  const holder = async (req: Request): Promise<Caller | undefined> => {
    const link = await registry.setupLinks.get(sessions.of(req)?.linkId ?? '');
    if (link === undefined || endOfLink(link) <= clock()) return undefined;
    const directory = await registry.directories.get(link.directoryId);
    return directory?.deletedAt === null ? callerWith(link, directory.organizationId) : undefined;
  };
  const within = async (req: Request): Promise<{ readonly session: Session<Opened>; readonly caller: Caller }> => {
    const [session, caller] = [sessions.of(req), await holder(req)];
    if (session !== undefined && caller !== undefined) return { session, caller };
    throw new Problem('unauthorized', 'This set-up session is over, or there was none; ask for a new set-up link.');
  };
  return {
    open: [
      ...READ_BODY,
      async (req, res) => {
        const link = await linkWith(bodyOf(req, wanted).token, deps);
        const going = sessions.of(req);
        // Who follows the link once more in the browser that has opened it goes on there.
        if (going?.linkId === link.id && endOfLink(link) > clock()) {
          res.json(show(going));
          return;
        }
        const until = await openOnce(link, req, res, deps);
        res.status(201).json(show(sessions.begin(res, { linkId: link.id }, until)));
      },
    ],
    tell: async (req, res) => {
      res.json(show((await within(req)).session));
    },
    close: async (req, res) => {
      const session = sessions.of(req);
      if (session !== undefined) {
        requireCsrf(req, session);
        await closeSession(session, req, res, deps);
      }
      sessions.end(res);
      res.status(204).end();
    },
    authenticate: async (req, res, next) => {
      const { session, caller } = await within(req);
      requireCsrf(req, session);
      admit(res, caller);
      if (req.method === 'GET') endWhen(res, async () => (await holder(req)) === undefined);
      next();
    },
  };
}

const wanted = z.strictObject({ token: z.string().min(1).max(TOKEN_MAX_CHARACTERS) });

const show = ({ csrf, expiresAt }: Session<Opened>): SetupSessionView => ({ csrf, expiresAt: iso(expiresAt) });

const callerWith = ({ id, directoryId }: SetupLink, organizationId: string): Caller => ({
  ...{ keyId: id, name: ACTOR_NAME, scopes: ADMIN_SCOPES },
  ...{ organizationId, directoryId },
});

/** The link with that token. Throws a problem where it is none of ours, or its directory is gone. */
async function linkWith(token: string, { registry }: AdminDeps): Promise<SetupLink> {
  const hash = credentialHash('rcl', token);
  const [link] = hash === undefined ? [] : await registry.setupLinks.find({ hash }, { limit: 1 });
  const directory = link && (await registry.directories.get(link.directoryId));
  if (link !== undefined && directory?.deletedAt === null) return link;
  throw over('is not one of ours, or what it was for is gone; look whether it was copied whole');
}

/** Of two that open it at a time one is let in. Answers when the session ends. */
async function openOnce(link: SetupLink, req: Request, res: Response, deps: AdminDeps): Promise<number> {
  const now = deps.clock();
  if (link.revokedAt !== null) throw over('was revoked');
  if (link.openedAt !== null) throw over('was opened before, and opens once');
  if (link.expiresAt <= now) throw over(`expired at ${iso(link.expiresAt)}`);
  const opened = { openedAt: now, sessionUntil: now + LIFE_MS, updatedAt: now };
  if (await replace({ ...link, ...opened, version: link.version + 1 }, req, res, deps)) return opened.sessionUntil;
  throw over('was opened by somebody else just now');
}

const over = (why: string): Problem => new Problem('unauthorized', `The set-up link ${why}. Ask for a new one.`);

/** The session is over for whoever may have its cookie. */
async function closeSession({ linkId }: Opened, req: Request, res: Response, deps: AdminDeps): Promise<void> {
  const [link, now] = [await deps.registry.setupLinks.get(linkId), deps.clock()];
  if (link === undefined || endOfLink(link) <= now) return;
  await replace({ ...link, version: link.version + 1, sessionUntil: now, updatedAt: now }, req, res, deps);
}

/** With an entry in the audit log, whose actor is the link. */
const replace = (link: SetupLink, req: Request, res: Response, deps: AdminDeps): Promise<boolean> => {
  const author = { actor: link.id, actorName: ACTOR_NAME, requestId: requestIdOf(res), address: addressOf(req) };
  return audited(deps, author).registry.setupLinks.replace(link);
};
