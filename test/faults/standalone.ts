import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { startRollcall } from '../support/rollcall.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { Install } from './installation.js';
import { supervise } from './member.js';

/** Soon, and more often than a receiver is in a bad mood. */
export const RETRY_SCHEDULE = `0s${',1s'.repeat(49)}`;

/** All roles in one process, on SQLite in a folder of its own. */
export const installStandalone: Install = async (build, watcher) => {
  const [port, dataDir] = [String(await freePort()), join(temporaryFolder(), 'data')];
  const adminKey = randomBytes(16).toString('hex');
  const env = {
    ROLLCALL_PORT: port,
    ROLLCALL_DATA_DIR: dataDir,
    ROLLCALL_ADMIN_KEY: adminKey,
    ROLLCALL_ADMIN_RATE_LIMIT: '100000',
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_RETRY_SCHEDULE: RETRY_SCHEDULE,
  };
  const url = `http://127.0.0.1:${port}`;
  const start = (more: Readonly<Record<string, string>>) => startRollcall(['standalone'], { ...env, ...more }, build);
  const member = supervise('standalone', url, start, watcher);
  await member.ready();
  return {
    ...{ title: 'standalone on SQLite', url, adminKey, scimUrl: url, members: [member], dataDir },
    close: () => member.stop(),
  };
};
