import type { Command } from 'commander';
import { configList, configReference } from '../../../shared/config/reference.js';
import { eventList, eventReference } from '../../../shared/events/reference.js';
import { eventTypes } from '../../../shared/events/typescript.js';
import { commandList, commandReference } from '../reference.js';
import { withExample } from './example.js';

interface Asked {
  readonly json?: true;
}

/** What there is to know without a running Rollcall. */
export function addReferences(program: Command): void {
  const print = (text: string): void => void process.stdout.write(text);
  const printJson = (list: object): void => print(`${JSON.stringify(list, null, 2)}\n`);

  const config = program
    .command('config')
    .description('print the reference of all environment variables')
    .option('--json', 'print JSON')
    .action(({ json }: Asked) => (json ? printJson(configList()) : print(configReference())));
  withExample(config, 'rollcall config');

  const metrics = program
    .command('metrics')
    .description('print the reference of all metrics')
    .option('--json', 'print JSON')
    .action(async ({ json }: Asked) => {
      const { metricList, metricReference } = await import('../metrics.js');
      if (json) printJson(await metricList());
      else print(await metricReference());
    });
  withExample(metrics, 'rollcall metrics');

  // The resource's command, which has verbs besides.
  const events = program.commands.find((command) => command.name() === 'events') ?? program.command('events');
  events
    .option('--types', 'print the types of events as TypeScript')
    .option('--json', 'print the reference as JSON')
    .enablePositionalOptions()
    .action(({ types, json }: Asked & { readonly types?: true }) => {
      if (json) printJson(eventList());
      else print(types ? eventTypes() : eventReference());
    });
  withExample(events, 'rollcall events --types');

  const commands = program
    .command('commands')
    .description('print the reference of all commands')
    .option('--json', 'print JSON')
    .action(({ json }: Asked) => (json ? printJson(commandList(program)) : print(commandReference(program))));
  withExample(commands, 'rollcall commands');
}
