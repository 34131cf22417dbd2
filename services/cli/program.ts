import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig, type Configs } from '../../shared/config/config.js';
import { processEnvironment, ROLES, type Role } from '../../shared/config/env.js';
import { configReference } from '../../shared/config/reference.js';
import { eventReference } from '../../shared/events/reference.js';
import { eventTypes } from '../../shared/events/typescript.js';
import { runUntilStopped } from '../../shared/runtime/lifecycle.js';
import { version } from '../../shared/runtime/version.js';
import { addBackup } from './backup/commands.js';
import { EXIT_CONFIG, EXIT_USAGE } from './exit-codes.js';
import { createPaint } from './paint.js';
import type { runSimulate } from './simulate.js';

export function createProgram(): Command {
  const program = new Command('rollcall')
    .description('Directory sync: SCIM in, webhooks out.')
    .version(version)
    .showHelpAfterError('(see rollcall --help)')
    .exitOverride(({ exitCode, code }) =>
      process.exit(exitCode === 0 ? 0 : code.startsWith('commander.') ? EXIT_USAGE : exitCode),
    )
    .addHelpText('after', '\nRoles are configured by environment variables; "rollcall config" lists them all.');

  addRoles(program);
  program
    .command('migrate')
    .description('prepare MongoDB and the Kafka topic; safe to repeat')
    .action(async () => withConfig('relay', (await import('./migrate/main.js')).runMigrate));
  addDoctor(program);
  addBackup(program);
  program
    .command('config')
    .description('print the reference of all environment variables')
    .action(() => void process.stdout.write(configReference()));
  program
    .command('events')
    .description('print the reference of all events')
    .option('--types', 'print them as TypeScript types')
    .action(({ types }: { types?: true }) => void process.stdout.write(types ? eventTypes() : eventReference()));
  program
    .command('demo')
    .description('watch a simulated identity provider’s changes become verified webhooks')
    .option('--users <n>', 'users to hire', positiveInteger, 24)
    .option('--seed <n>', 'same seed, same story', positiveInteger, 1)
    .action(async (options: { users: number; seed: number }) => {
      process.exitCode = await (await import('./demo.js')).runDemo(options);
    });
  program
    .command('simulate')
    .description('play an identity provider against a SCIM base URL')
    .requiredOption('--url <url>', 'SCIM base URL of a directory', absoluteUrl)
    .requiredOption('--token <token>', 'its bearer token')
    .addOption(new Option('--provider <name>', 'whose dialect to speak').choices(['okta', 'entra']).default('okta'))
    .option('--users <n>', 'users to hire', positiveInteger, 100)
    .option('--groups <n>', 'groups to create', positiveInteger, 10)
    .option('--seed <n>', 'same seed, same story', positiveInteger, 1)
    .action(async (options: Parameters<typeof runSimulate>[0]) => {
      process.exitCode = await (await import('./simulate.js')).runSimulate(options);
    });
  return program;
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look for what is wrong, and say what to do: a line each; exits with 1 when something fails')
    .addOption(new Option('--role <name>', 'whose environment this is').choices(ROLES).default('standalone'))
    .option('--offline', 'ask no endpoint’s host for its certificate')
    .option('--json', 'one JSON array instead of lines')
    .action(async ({ role, offline = false, json = false }: { role: Role; offline?: boolean; json?: boolean }) => {
      const [{ runDoctor }, { createReport }] = await Promise.all([
        import('./doctor/main.js'),
        import('./doctor/report.js'),
      ]);
      const env = processEnvironment();
      const report = createReport({
        isJson: json,
        paint: createPaint(process.stdout.isTTY && (env['NO_COLOR'] ?? '') === ''),
        write: (text) => void process.stdout.write(text),
        writeProgress: process.stderr.isTTY ? (text) => void process.stderr.write(text) : undefined,
      });
      // A driver that has given up may keep the process alive.
      process.exit(await runDoctor({ role, isOffline: offline }, env, report));
    });
}

function addRoles(program: Command): void {
  addRole(
    program,
    'standalone',
    'all roles in one process, on SQLite unless MONGODB_URI is set',
    async () => (await import('../standalone/main.js')).runStandalone,
  );
  addRole(program, 'ingest', 'SCIM in', async () => (await import('../ingest/main.js')).runIngest);
  addRole(
    program,
    'relay',
    'moves committed events to the event log',
    async () => (await import('../relay/main.js')).runRelay,
  );
  addRole(
    program,
    'dispatcher',
    'delivers webhooks',
    async () => (await import('../dispatcher/main.js')).runDispatcher,
  );
  addRole(program, 'admin', 'management API', async () => (await import('../admin/main.js')).runAdmin);
}

function addRole<R extends Role>(
  program: Command,
  role: R,
  description: string,
  /** A role's drivers take memory, so that one is loaded only when it is run. */
  load: () => Promise<Run<R>>,
): void {
  program
    .command(role)
    .description(description)
    .action(async () => withConfig(role, await load()));
}

type Run<R extends Role> = (config: Configs[R], signal: AbortSignal) => Promise<void>;

async function withConfig<R extends Role>(role: R, run: Run<R>): Promise<void> {
  const loaded = loadConfig(role, processEnvironment());
  if ('problems' in loaded) {
    process.stderr.write(
      `rollcall: the configuration has problems:\n${loaded.problems.map((line) => `  ${line}\n`).join('')}`,
    );
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const code = await runUntilStopped((signal) => run(loaded.config, signal));
  // What a role that failed has left open would keep the process alive, and nobody would start it again.
  process.exit(code);
}

function absoluteUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/i.test(text)) return text;
  throw new InvalidArgumentError('It must be a URL such as http://localhost:3000/scim/<directory>/v2.');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}
