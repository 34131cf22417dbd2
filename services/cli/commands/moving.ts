import { Option, type Command } from 'commander';
import { EXIT_USAGE } from '../exit-codes.js';
import { onStore } from '../on-store.js';
import { withExample } from './example.js';

interface ExportOptions {
  readonly output?: string;
  readonly csv?: 'users';
  readonly directory?: string;
  readonly json?: true;
}

interface ImportOptions {
  readonly input?: string;
  readonly json?: true;
}

/** Of everything that an installation has. */
export function addMoving(program: Command): void {
  const exporting = program
    .command('export')
    .description('write everything of the store as lines of JSON, to be imported into another one')
    .option('--output <file>', 'a new file instead of standard output')
    .addOption(new Option('--csv <what>', 'a table for people instead').choices(['users']))
    .option('--directory <id>', 'whose users, with --csv')
    .option('--json', 'print one JSON document on what was done');
  exporting.action(async ({ output, csv, directory, json }: ExportOptions) => {
    if ((csv === undefined) !== (directory === undefined)) {
      exporting.error('error: --csv and --directory go together', { exitCode: EXIT_USAGE });
    }
    await onStore({ isJson: json === true, isPiped: output === undefined }, async (config, voice) => {
      const { runExport, runUsersExport } = await import('../moving/main.js');
      await (directory === undefined
        ? runExport(output, config, voice)
        : runUsersExport(directory, output, config, voice));
    });
  });
  withExample(exporting, 'rollcall export --output rollcall.ndjson');
  const importing = program
    .command('import')
    .description('bring what "rollcall export" has written into an empty store, whole or not at all')
    .option('--input <file>', 'instead of standard input')
    .option('--json', 'print one JSON document on what was done')
    .action(({ input, json }: ImportOptions) =>
      onStore({ isJson: json === true }, async (config, voice) =>
        (await import('../moving/main.js')).runImport(input, config, voice),
      ),
    );
  withExample(importing, 'MONGODB_URI=mongodb://localhost:27017/rollcall rollcall import --input rollcall.ndjson');
}
