import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RequestHandler, Response } from 'express';
import type { AdminDeps } from './deps.js';
import { Problem } from './problem.js';

/** Where the pages are built: two folders up from the sources, three from the build. */
export const webFolder = (): string =>
  ['../../dist/web', '../../../dist/web'].map((up) => path.join(__dirname, up)).find((folder) => existsSync(folder)) ??
  path.join(__dirname, '../../dist/web');

/** Everything comes from here, and nothing is written into a page but by its own scripts. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const PAGES = ['console.html', 'setup.html'] as const;
type Page = (typeof PAGES)[number];

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** The console and the set-up page, as files. */
export interface Pages {
  /** A page, whatever its path goes on with: its script reads the path. */
  page(file: Page): RequestHandler;
  /** A file under `/assets/`, whose name changes with what is in it; unknown ones are for the next handler. */
  readonly asset: RequestHandler;
  /** The host application's, if it has one. */
  readonly logo: RequestHandler;
}

/** Files are read once, when the first of them is asked for and both pages are there. */
export function createPages({ folder, app }: AdminDeps['web']): Pages {
  let files: ReadonlyMap<string, File> = new Map();
  const fileAt = (name: string): File | undefined => {
    if (!PAGES.every((page) => files.has(page)) && existsSync(folder)) files = readAll(folder);
    return files.get(name);
  };
  return {
    page: (name) => (req, res) => {
      res.setHeader('cache-control', 'no-store');
      res.setHeader('content-security-policy', POLICY);
      const file = fileAt(name);
      if (file === undefined) res.status(503).type('text/html').send(NOT_BUILT);
      else send(res, file, req.acceptsEncodings('gzip') !== false);
    },
    asset: (req, res, next) => {
      const file = fileAt(`assets/${String(req.params['file'])}`);
      if (file === undefined) {
        next();
        return;
      }
      res.setHeader('cache-control', 'public, max-age=31536000, immutable');
      send(res, file, req.acceptsEncodings('gzip') !== false);
    },
    logo: (_req, res) => {
      if (app.logo === null) throw new Problem('not-found', 'There is no logo; ROLLCALL_APP_LOGO sets one.');
      res.setHeader('cache-control', 'no-cache');
      // An SVG that is opened as a page of its own runs nothing either.
      res.setHeader('content-security-policy', LOGO_POLICY);
      res.type(app.logo.type).send(app.logo.bytes);
    },
  };
}

function readAll(folder: string): Map<string, File> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.flatMap((name): [string, File][] => {
      const type = TYPES[path.extname(name)];
      if (type === undefined) return [];
      const bytes = readFileSync(path.join(folder, name));
      return [[name.split(path.sep).join('/'), { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) }]];
    }),
  );
}

function send(res: Response, { type, bytes, gzipped }: File, takesGzip: boolean): void {
  res.vary('accept-encoding').type(type);
  if (takesGzip) res.setHeader('content-encoding', 'gzip');
  res.send(takesGzip ? gzipped : bytes);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Rollcall</title>
<h1>The pages are not built</h1>
<p>The console and the set-up page are made by <code>npm run build</code>, in the folder of Rollcall. Run it, then reload this page; nothing has to be started anew.</p>
</html>
`;
