import { loadCommandConfig } from '../../shared/config/config.js';
import { processEnvironment } from '../../shared/config/env.js';
import { runUntilStopped } from '../../shared/runtime/lifecycle.js';
import { openApi, type Api } from './api/api.js';
import { CommandFailed, Refused } from './api/failures.js';
import { EXIT_CONFIG, EXIT_DENIED, type ExitCode } from './exit-codes.js';
import type { Connection } from './flags.js';
import { openTerminal, type Terminal } from './terminal.js';

/** What a command for developers works with. */
export interface Session {
  readonly api: Api;
  readonly terminal: Terminal;
  /** Where the command keeps what it makes. */
  readonly dataDir: string;
  readonly isJson: boolean;
  /** Aborts with Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Answers an exit code where that is not 0. */
export type Work = (session: Session) => Promise<ExitCode> | Promise<void>;

/**
 * Runs a command against a running Rollcall, and sets the exit code. What goes wrong is told in a sentence. `flagOf` names the flag
 * of a field of the API.
 */
export async function runSession(
  { url, key, json: isJson = false }: Connection,
  work: Work,
  flagOf: (field: string) => string | undefined = () => undefined,
): Promise<void> {
  const env = processEnvironment();
  const terminal = openTerminal(env);
  const loaded = loadCommandConfig(env);
  if ('problems' in loaded) {
    terminal.note(
      `rollcall: the configuration has problems:\n${loaded.problems.map((line) => `  ${line}`).join('\n')}`,
    );
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const { url: configured, adminKey, dataDir } = loaded.config;
  let code: ExitCode = 0;
  const failed = await runUntilStopped(async (signal) => {
    try {
      const api = openApi({ url: url ?? configured, key: key ?? adminKey ?? missingKey() });
      code = (await work({ api, terminal, dataDir, isJson, signal })) ?? 0;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      terminal.note(`rollcall: ${inWords(error, flagOf)}`);
      code = error.exitCode;
    }
  });
  terminal.status('');
  process.exitCode = failed === 0 ? code : failed;
}

function missingKey(): never {
  throw new CommandFailed(
    'there is no admin key; give one with --key, or set ROLLCALL_ADMIN_KEY. The standalone prints one on its first start; started with ROLLCALL_ADMIN_KEY, it takes yours',
    EXIT_DENIED,
  );
}

/** Fields by the flags that they were given with. */
function inWords(error: CommandFailed, flagOf: (field: string) => string | undefined): string {
  if (!(error instanceof Refused) || error.fields.length === 0) return error.message;
  return error.fields
    .map(({ field, message }) => {
      const flag = flagOf(field.split('.')[0] ?? '');
      return `${field}${flag === undefined ? '' : ` (${flag})`} ${message}`;
    })
    .join('\n  ');
}

/** Prints a document for a program, or lines for a person. */
export function print(
  { terminal, isJson }: Pick<Session, 'terminal' | 'isJson'>,
  document: unknown,
  lines: () => readonly string[],
): void {
  if (isJson) terminal.write(JSON.stringify(document, null, 2));
  else lines().forEach(terminal.write);
}
