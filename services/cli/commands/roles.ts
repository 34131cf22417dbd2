import { Option, type Command } from 'commander';
import { loadConfig, type Configs } from '../../../shared/config/config.js';
import { processEnvironment, variable, VARIABLE_NAMES } from '../../../shared/config/env.js';
import { chosenFailPoint } from '../../../shared/config/fail-point.js';
import { ROLES, type Role } from '../../../shared/config/variable.js';
import { armFailPoint } from '../../../shared/runtime/fail-point.js';
import { runUntilStopped } from '../../../shared/runtime/lifecycle.js';
import { EXIT_CONFIG } from '../exit-codes.js';
import { oneOf } from '../flags.js';
import { openTerminal } from '../terminal.js';
import { withExample } from './example.js';

/** What is run and kept running, and what looks after it. */
export function addRoles(program: Command): void {
  addRole(
    program,
    { role: 'standalone', does: 'all roles in one process, on SQLite unless MONGODB_URI is set' },
    async () => (await import('../../standalone/main.js')).runStandalone,
  );
  addRole(program, { role: 'ingest', does: 'SCIM in' }, async () => (await import('../../ingest/main.js')).runIngest);
  addRole(
    program,
    { role: 'relay', does: 'moves committed events to the event log' },
    async () => (await import('../../relay/main.js')).runRelay,
  );
  addRole(
    program,
    { role: 'dispatcher', does: 'delivers webhooks' },
    async () => (await import('../../dispatcher/main.js')).runDispatcher,
  );
  addRole(
    program,
    { role: 'admin', does: 'management API' },
    async () => (await import('../../admin/main.js')).runAdmin,
  );
  const migrate = program
    .command('migrate')
    .description('prepare MongoDB and the Kafka topic; safe to repeat')
    .action(async () => withConfig('relay', (await import('../migrate/main.js')).runMigrate));
  withExample(migrate, withVariables('relay', 'rollcall migrate'));
  addDoctor(program);
}

function addDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('look for what is wrong, and say what to do: a line each; exits with 1 when something fails')
    .addOption(
      new Option('--role <name>', `whose environment this is: ${ROLES.join(', ')}`)
        .argParser(oneOf(ROLES))
        .default('standalone'),
    )
    .option('--offline', 'ask no endpoint’s host for its certificate')
    .option('--json', 'print one JSON array')
    .action(async ({ role, offline = false, json = false }: { role: Role; offline?: boolean; json?: boolean }) => {
      const [{ runDoctor }, { createReport }] = await Promise.all([
        import('../doctor/main.js'),
        import('../doctor/report.js'),
      ]);
      const env = processEnvironment();
      const report = createReport({
        isJson: json,
        paint: openTerminal(env).paint,
        write: (text) => void process.stdout.write(text),
        writeProgress: process.stderr.isTTY ? (text) => void process.stderr.write(text) : undefined,
      });
      // A driver that has given up may keep the process alive.
      process.exit(await runDoctor({ role, isOffline: offline }, env, report));
    });
  withExample(doctor, 'rollcall doctor --role dispatcher');
}

function addRole<R extends Role>(
  program: Command,
  { role, does }: { readonly role: R; readonly does: string },
  /** A role's drivers take memory, so that one is loaded only when it is run. */
  load: () => Promise<Run<R>>,
): void {
  const command = program
    .command(role)
    .description(does)
    .action(async () => withConfig(role, await load()));
  withExample(command, withVariables(role, `rollcall ${role}`));
}

/** With what the role cannot do without, but for secrets, which stand in no command line. */
function withVariables(role: Role, line: string): string {
  const needed = VARIABLE_NAMES.filter((name) => variable(name).requiredBy.includes(role) && !name.endsWith('_KEY'));
  return [...needed.map((name) => `${name}=${variable(name).example}`), line].join(' ');
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
  armFailPoint(chosenFailPoint(processEnvironment()));
  const code = await runUntilStopped((signal) => run(loaded.config, signal));
  // What a role that failed has left open would keep the process alive, and nobody would start it again.
  process.exit(code);
}
