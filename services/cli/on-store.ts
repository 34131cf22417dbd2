import { loadConfig, type StandaloneConfig } from '../../shared/config/config.js';
import { processEnvironment } from '../../shared/config/env.js';
import { EXIT_CONFIG, EXIT_FAILED } from './exit-codes.js';
import { openTerminal } from './terminal.js';

/** How a command says what it does. */
export interface Voice {
  /** Its result: for people, and for programs. */
  readonly say: (sentences: string, result: object) => void;
  /** How far it is. */
  readonly status: (line: string) => void;
}

/** Does a command's work on the store of the environment. `isPiped`: standard output has data, and nothing else may come there. */
export async function onStore(
  { isJson, isPiped = false }: { readonly isJson: boolean; readonly isPiped?: boolean },
  work: (config: StandaloneConfig, voice: Voice) => Promise<void>,
): Promise<void> {
  const env = processEnvironment();
  const terminal = openTerminal(env);
  const loaded = loadConfig('standalone', env);
  if ('problems' in loaded) {
    for (const problem of loaded.problems) terminal.note(`rollcall: ${problem}`);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const tell = isPiped ? terminal.note : terminal.write;
  try {
    await work(loaded.config, {
      say: (sentences, result) => tell(isJson ? JSON.stringify(result) : sentences),
      status: terminal.status,
    });
  } catch (error) {
    terminal.note(`rollcall: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_FAILED;
  }
}
