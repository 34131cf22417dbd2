import type { Command } from 'commander';
import { onStore } from '../on-store.js';
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
    .action((folder: string, { json }: Options) =>
      onStore({ isJson: json === true }, async (config, voice) =>
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
    .action((folder: string, { json, replace }: Options & { readonly replace?: true }) =>
      onStore({ isJson: json === true }, async (config, voice) =>
        (await import('../backup/main.js')).runRestore(folder, replace === true, config, voice),
      ),
    );
  withExample(restore, 'ROLLCALL_DATA_DIR=./data rollcall restore /backups/2026-01-31');
}
