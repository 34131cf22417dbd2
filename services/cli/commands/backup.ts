import type { Command } from 'commander';
import { loadConfig, type StandaloneConfig } from '../../../shared/config/config.js';
import { processEnvironment } from '../../../shared/config/env.js';
import type { Voice } from '../backup/main.js';
import { EXIT_CONFIG, EXIT_FAILED } from '../exit-codes.js';
import { renderBar } from '../output/bar.js';
import { openTerminal } from '../terminal.js';
import { withExample } from './example.js';

interface Options {
  readonly json?: true;
}

/** Of a data folder. */
export function addBackup(program: Command): void {
  const backup = program
    .command('backup')
    .description('copy the data folder, also while a process uses it, as it is at one moment')
    .argument('<folder>', 'new or empty; becomes a data folder')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      withDataFolder(options, async (config, voice) =>
        (await import('../backup/main.js')).runBackup(folder, config, voice),
      ),
    );
  withExample(backup, 'rollcall backup /backups/2026-01-31');
  const restore = program
    .command('restore')
    .description('bring a backup into the data folder, whole or not at all')
    .argument('<folder>', 'what "rollcall backup" has made')
    .option('--replace', 'also where there is a database already, in place of it')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options & { readonly replace?: true }) =>
      withDataFolder(options, async (config, voice) =>
        (await import('../backup/main.js')).runRestore(folder, options.replace === true, config, voice),
      ),
    );
  withExample(restore, 'ROLLCALL_DATA_DIR=./data rollcall restore /backups/2026-01-31');
}

async function withDataFolder(
  { json }: Options,
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
  try {
    await work(loaded.config, {
      say: (sentences, result) => terminal.write(json === true ? JSON.stringify(result) : sentences),
      onProgress: (share) => terminal.status(`copying ${renderBar(Math.floor(share * 100), 100)}`),
    });
  } catch (error) {
    terminal.note(`rollcall: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_FAILED;
  }
}
