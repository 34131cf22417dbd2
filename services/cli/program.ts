import { Command } from 'commander';
import { version } from '../../shared/runtime/version.js';
import { addBackup } from './commands/backup.js';
import { addDevelopment } from './commands/development.js';
import { addMoving } from './commands/moving.js';
import { addReferences } from './commands/references.js';
import { addResources } from './commands/resources.js';
import { addRoles } from './commands/roles.js';
import { EXIT_USAGE } from './exit-codes.js';
import { suggestNearest } from './typos.js';

export function createProgram(): Command {
  const program = new Command('rollcall')
    .description('Directory sync: SCIM in, webhooks out.')
    .version(version)
    // What stands behind a command is the command's.
    .enablePositionalOptions()
    .exitOverride(({ exitCode, code }) =>
      process.exit(exitCode === 0 ? 0 : code.startsWith('commander.') ? EXIT_USAGE : exitCode),
    )
    .addHelpText('after', '\nRoles are configured by environment variables; "rollcall config" lists them all.');
  addRoles(program.commandsGroup('Run it:'));
  addBackup(program);
  addMoving(program);
  addDevelopment(program.commandsGroup('Develop with it:'));
  addResources(program.commandsGroup('Look at what it has, and change it:'));
  addReferences(program.commandsGroup('Read about it:'));
  suggestNearest(program);
  return program;
}
