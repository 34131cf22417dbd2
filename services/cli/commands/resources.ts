import { Option, type Command } from 'commander';
import type { Json } from '../api/json.js';
import { NONE, positiveInteger, withConnection, type Connection } from '../flags.js';
import { RESOURCES } from '../resources/table.js';
import type { Resource, Verb } from '../resources/verb.js';
import { withExample } from './example.js';

const LIMIT = 50;

/** `rollcall <resource> <verb>`, as the table of resources has them. */
export function addResources(program: Command): void {
  for (const resource of RESOURCES) {
    const group = program.command(resource.name).description(resource.about);
    if (resource.alias !== undefined) group.alias(resource.alias);
    for (const verb of resource.verbs) addVerb(group, resource, verb);
  }
}

function addVerb(group: Command, { name }: Resource, verb: Verb): void {
  const command = group.command(verb.name).description(verb.does);
  const parameters =
    'work' in verb ? (verb.arguments ?? []) : [...verb.path.matchAll(/:(\w+)/g)].map(([, one]) => one ?? '');
  for (const parameter of parameters) command.argument(`<${kebab(parameter)}>`);
  const flags = verb.flags ?? [];
  const options = flags.map((flag) => {
    const option = new Option(flag.flags, flag.description).makeOptionMandatory(flag.isRequired === true);
    if (flag.parse !== undefined) option.argParser<unknown>((text, former) => flag.parse?.(text, former));
    command.addOption(option);
    return { field: flag.field, option };
  });
  if (isList(verb)) {
    command.option('--limit <n>', 'how many at most', positiveInteger, LIMIT);
    command.option('--after <cursor>', 'go on after the list before');
  }
  withConnection(command, verb.name === 'tail' ? 'print one JSON document per line' : 'print one JSON document');
  const words = verb.example ?? parameters.map((parameter) => `<${kebab(parameter)}>`).join(' ');
  withExample(command, `rollcall ${name} ${verb.name} ${words}`.trimEnd());
  command.action(async () => {
    const given = command.opts<Readonly<Record<string, unknown>> & Connection & { limit?: number; after?: string }>();
    const fields: Json = Object.fromEntries(
      options
        .map(({ field, option }): [string, unknown] => [field, given[option.attributeName()]])
        .filter(([, value]) => value !== undefined)
        .map(([field, value]) => [field, value === NONE ? null : value]),
    );
    const { limit = LIMIT, after } = given;
    const work =
      'work' in verb
        ? await verb.work(command.args, fields)
        : (await import('../resources/run.js')).runVerb(verb, command.args, fields, { limit, after });
    const flagOf = (field: string): string | undefined =>
      options.find((one) => one.field === field)?.option.long ?? undefined;
    await (await import('../session.js')).runSession(given, work, flagOf);
  });
}

const isList = (verb: Verb): boolean => 'prints' in verb && typeof verb.prints === 'object' && 'columns' in verb.prints;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
