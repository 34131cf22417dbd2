import { freePort } from './free-port.js';
import type { TestProcess } from './process.js';
import { startRollcall } from './rollcall.js';
import { temporaryFolder } from './temporary-folder.js';

/** A standalone process on a folder and a port of its own, which it has again when it is started again. */
interface Standalone {
  readonly dataDir: string;
  readonly url: string;
  readonly adminKey: string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** After `kill`. */
  start(): Promise<void>;
}

/**
 * `dataDir`: with one that has been used, the admin key is the one that its first start has shown. `settings`: further environment
 * variables.
 */
export async function startStandalone(
  dataDir = temporaryFolder(),
  knownKey?: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Standalone> {
  const port = String(await freePort());
  const env = { ROLLCALL_PORT: port, ROLLCALL_DATA_DIR: dataDir, ROLLCALL_LOG_LEVEL: 'error', ...settings };
  const start = async (): Promise<TestProcess> => {
    const started = startRollcall(['standalone'], env);
    await started.saw(/Rollcall is at/);
    return started;
  };
  let running = await start();
  const adminKey = knownKey ?? (await running.saw(/Admin key, shown this once: (\S+)/))[1] ?? '';
  return {
    dataDir,
    url: `http://localhost:${port}`,
    adminKey,
    kill: (signal) => running.kill(signal),
    async start() {
      running = await start();
    },
  };
}
