import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startProcess, type TestProcess } from './process.js';

/** Made by `build.cjs` before the tests. */
const ENTRY = join(__dirname, '../../.test-build/services/cli/main.js');

/** Starts `rollcall <args>` with an environment of its own. */
export const startRollcall = (args: readonly string[], env: Readonly<Record<string, string>> = {}): TestProcess =>
  startProcess(process.execPath, [ENTRY, ...args], env);

/** The port that a role says it listens on. */
export async function portOf(role: TestProcess): Promise<number> {
  const [, port] = await role.saw(/"port":(\d+)/);
  return Number(port);
}

/** Roles that share a database and a topic, and nothing else. */
export interface Installation {
  readonly adminKey: string;
  /** Starts `rollcall <command>`: a role, or `migrate`. */
  readonly start: (command: string) => TestProcess;
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
  return { adminKey, start: (command) => startRollcall([command], env) };
}
