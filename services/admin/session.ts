import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { AdminDeps } from './deps.js';
import { Problem } from './problem.js';

/** What every session has; times in milliseconds. */
interface SessionEnds {
  /** A page that is signed in knows it, another site cannot: sent back with all that is not only read. */
  readonly csrf: string;
  readonly expiresAt: number;
}
export type Session<Content> = Content & SessionEnds;

/**
 * Sessions of browsers, in a cookie alone: nothing is stored here, and what they stand on is looked up with each request. The cookie
 * is sealed, so that nobody else can read or make one.
 */
export interface Sessions<Content> {
  /** Begins one: sets the cookie. */
  begin(res: Response, content: Content, expiresAt: number): Session<Content>;
  /** The one that a request comes with; undefined where there is none, or it is over. */
  of(req: Request): Session<Content> | undefined;
  /** Takes the cookie away. */
  end(res: Response): void;
}

/** How a session is begun, told of and ended over HTTP. */
export interface SessionHandlers {
  readonly open: readonly RequestHandler[];
  readonly tell: RequestHandler;
  readonly close: RequestHandler;
}

const CSRF_HEADER = 'x-rollcall-csrf';

/** `name` is the cookie's, and `path` where browsers send it. */
export function createSessions<Content extends object>(
  { name, path }: { readonly name: string; readonly path: string },
  { sealer, clock, publicUrl }: Pick<AdminDeps, 'sealer' | 'clock' | 'publicUrl'>,
): Sessions<Content> {
  const sealedIn = { id: name, organizationId: null };
  const attributes = { path, httpOnly: true, sameSite: 'strict', secure: publicUrl.startsWith('https:') } as const;
  return {
    begin(res, content, expiresAt) {
      const session = { ...content, csrf: randomBytes(32).toString('base64url'), expiresAt };
      res.cookie(name, sealer.seal(JSON.stringify(session), sealedIn), { ...attributes, maxAge: expiresAt - clock() });
      return session;
    },
    of(req) {
      const sealed = cookieOf(req, name);
      const session = sealed === undefined ? undefined : open(sealed);
      return session !== undefined && session.expiresAt > clock() ? session : undefined;
    },
    end: (res) => void res.clearCookie(name, attributes),
  };

  function open(sealed: string): Session<Content> | undefined {
    try {
      return JSON.parse(sealer.open(sealed, sealedIn)) as Session<Content>;
    } catch {
      return undefined;
    }
  }
}

/** The first cookie of that name (RFC 6265 section 5.4). */
const cookieOf = ({ headers }: Request, name: string): string | undefined =>
  headers.cookie
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/** Browsers send cookies with whatever any page asks for; the header is sent by our own pages alone. */
export function requireCsrf(req: Request, { csrf }: SessionEnds): void {
  if (req.method === 'GET' || req.method === 'HEAD' || isSame(req.get(CSRF_HEADER) ?? '', csrf)) return;
  throw new Problem(
    'forbidden',
    `Within a session, ${req.method} needs the header "${CSRF_HEADER}" with the session's csrf; reload the page.`,
  );
}

const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
