import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openManagement } from '../../services/cli/demo/management.js';
import type { Rollcall } from './bench.js';

export const ROOT = join(__dirname, '../..');
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;

export interface Server {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A bare Express 5, in its own process. */
export const startHello = (): Promise<Server> =>
  startNode(['--import', 'tsx', join(__dirname, 'hello.ts')], { NODE_ENV: 'production' });

/** Where a data folder is: on the disk that the build is on, since /tmp may be memory. */
export const folderNamed = (name: string): string => join(ROOT, 'dist', name);

/** What a process can do, rather than what it lets one directory do. */
const NO_LIMITS = { ROLLCALL_SCIM_RATE_LIMIT: '100000', ROLLCALL_ADMIN_RATE_LIMIT: '100000' };
export const OWN_LIMITS = {};

/** The built standalone on SQLite, in its own process. `kept`: its data folder; left out, it has one of its own that goes with it. */
export async function startRollcall(
  kept?: string,
  limits: Readonly<Record<string, string>> = NO_LIMITS,
): Promise<Server & Rollcall & { readonly adminKey: string }> {
  const main = join(ROOT, 'dist/services/cli/main.js');
  if (!existsSync(main)) throw new Error(`${main} is not there; run "npm run build", or "npm run bench" which does.`);
  const folder = kept ?? mkdtempSync(folderNamed('bench-'));
  const adminKey = randomUUID();
  const server = await startNode([main, 'standalone'], {
    NODE_ENV: 'production',
    ROLLCALL_PORT: '0',
    ROLLCALL_DATA_DIR: folder,
    ROLLCALL_ADMIN_KEY: adminKey,
    ROLLCALL_LOG_LEVEL: 'error',
    ...limits,
  });
  return {
    port: server.port,
    pid: server.pid,
    adminKey,
    management: openManagement(`http://127.0.0.1:${server.port}`, adminKey),
    async stop() {
      await server.stop();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts Node with an environment of its own, and waits until it says on which port it is. */
export async function startNode(parameters: readonly string[], env: Readonly<Record<string, string>>): Promise<Server> {
  const child = spawn(process.execPath, parameters, { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await portOf(child);
  const { pid = 0 } = child;
  // Whatever else it says is read, so that it never waits for a full pipe.
  child.stdout.resume();
  return {
    port,
    pid,
    stop: () =>
      new Promise((resolve) => {
        const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
        child.once('exit', () => {
          clearTimeout(kill);
          resolve();
        });
        if (!child.kill('SIGTERM')) resolve();
      }),
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`not up within ${START_TIMEOUT_MS} ms: ${said}`)), START_TIMEOUT_MS);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`it ended with ${String(code)} at once: ${said}`));
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const port = /http:\/\/localhost:(\d+)/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      resolve(Number(port));
    });
  });
}
