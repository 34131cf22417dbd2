import type { Command } from 'commander';
import { loadConfig, type StandaloneConfig } from '../../../shared/config/config.js';
import { processEnvironment } from '../../../shared/config/env.js';
import { EXIT_CONFIG } from '../exit-codes.js';
import type { Voice } from './main.js';

interface Options {
  readonly json?: true;
}

/** `backup` and `restore` of a data folder. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the data folder, also while a process uses it, as it is at one moment')
    .argument('<folder>', 'new or empty; becomes a data folder')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample: rollcall backup /backups/$(date +%F)')
    .action((folder: string, options: Options) =>
      withDataFolder(options, async (config, voice) => (await import('./main.js')).runBackup(folder, config, voice)),
    );
  program
    .command('restore')
    .description('bring a backup into the data folder, whole or not at all')
    .argument('<folder>', 'what "rollcall backup" has made')
    .option('--replace', 'also where there is a database already, in place of it')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample: rollcall restore /backups/2026-01-31')
    .action((folder: string, options: Options & { readonly replace?: true }) =>
      withDataFolder(options, async (config, voice) =>
        (await import('./main.js')).runRestore(folder, options.replace === true, config, voice),
      ),
    );
}

/** ECMA-48: back to the line's start, and erase it. */
const ERASE = '\r\u001b[2K';

async function withDataFolder(
  { json }: Options,
  work: (config: StandaloneConfig, voice: Voice) => Promise<void>,
): Promise<void> {
  const loaded = loadConfig('standalone', processEnvironment());
  if ('problems' in loaded) {
    process.stderr.write(loaded.problems.map((problem) => `rollcall: ${problem}\n`).join(''));
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const tell = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${ERASE}${text}`);
  };
  try {
    await work(loaded.config, {
      say(sentences, result) {
        tell('');
        process.stdout.write(`${json === true ? JSON.stringify(result) : sentences}\n`);
      },
      onProgress: (share) => tell(`${Math.floor(share * 100)} % copied`),
    });
  } catch (error) {
    tell('');
    process.stderr.write(`rollcall: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
