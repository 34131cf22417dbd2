import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startProcess, type TestProcess } from './process.js';

/** Made by `build.cjs` before the tests. */
export const BUILD = join(__dirname, '../../.test-build');

/** Starts `rollcall <args>` with an environment of its own; `build`: another version's. */
export const startRollcall = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  build = BUILD,
): TestProcess => startProcess(process.execPath, [join(build, 'services/cli/main.js'), ...args], env);

/** The port that a role says it listens on. */
export async function portOf(role: TestProcess): Promise<number> {
  const [, port] = await role.saw(/"port":(\d+)/);
  return Number(port);
}

/** Roles that share a database and a topic, and nothing else. */
export interface Installation {
  readonly adminKey: string;
  /** Starts `rollcall <command>`: a role, or `migrate`. */
  readonly start: (command: string, build?: string) => TestProcess;
}

/** `settings`: further environment variables of every role. */
export function install(
  mongoUri: string,
  log: { readonly brokers: readonly string[]; readonly topic: string; readonly partitions: number },
  settings: Readonly<Record<string, string>> = {},
): Installation {
  const adminKey = randomBytes(16).toString('hex');
  const env = {
    MONGODB_URI: mongoUri,
    KAFKA_BROKERS: log.brokers.join(),
    ROLLCALL_KAFKA_TOPIC: log.topic,
    ROLLCALL_LOG_PARTITIONS: String(log.partitions),
    ROLLCALL_ADMIN_KEY: adminKey,
    ROLLCALL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ROLLCALL_WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
    ROLLCALL_PORT: '0',
    ...settings,
  };
  return { adminKey, start: (command, build) => startRollcall([command], env, build) };
}
