import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';

const ROOT = join(__dirname, '../..');
const HOUR_MS = 3_600_000;

/** What is photographed: the built standalone, in its own process, some hours ago. */
export interface Stage {
  readonly url: string;
  readonly adminKey: string;
  stop(): Promise<void>;
}

interface Options {
  readonly dataDir: string;
  readonly port: number;
  readonly adminKey: string;
  readonly receiverPort: number;
  readonly hoursAgo: number;
}

/** `hoursAgo`: by how much its clock is behind. Whatever was done on the data folder before is still there. */
export async function startStage({ dataDir, port, adminKey, receiverPort, hoursAgo }: Options): Promise<Stage> {
  const main = join(ROOT, 'dist/services/cli/main.js');
  if (!existsSync(main)) throw new Error(`${main} is not there; run "npm run build", or "npm run screens" which does.`);
  const env = {
    NODE_ENV: 'production',
    STAGE_BEHIND_MS: String(hoursAgo * HOUR_MS),
    STAGE_RECEIVER_PORT: String(receiverPort),
    ROLLCALL_PORT: String(port),
    ROLLCALL_DATA_DIR: dataDir,
    ROLLCALL_ADMIN_KEY: adminKey,
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_RETRY_SCHEDULE: '0s',
    ROLLCALL_PUBLIC_URL: 'https://directory.northwind.example',
    ROLLCALL_APP_NAME: 'Northwind',
    ROLLCALL_APP_COLOR: '#0f766e',
  };
  const child = spawn(process.execPath, ['--require', join(__dirname, 'stage.cjs'), main, 'standalone'], {
    env,
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://localhost:${port}`;
  await eventually('the server is up', () => {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode} at once.`);
    return fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    url,
    adminKey,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
