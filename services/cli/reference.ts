import type { Command, Option } from 'commander';
import { exampleOf } from './commands/example.js';
import { EXIT_CODES } from './exit-codes.js';
import { CONNECTION_FLAGS, JSON_FLAG } from './flags.js';

const INTRODUCTION = `# The \`rollcall\` command

\`npm run rollcall --\` in a checkout, the entry point of the image. \`rollcall <command> --help\` tells the same as this page, which is
the output of \`rollcall commands\`.

A mistyped command, flag, event type, provider or \`ROLLCALL_\` variable is answered with the nearest one. Colours and bars appear on a
terminal only, and without \`NO_COLOR\`. What was asked for goes to standard output, all else to standard error. Times are UTC.`;

const CONNECTION = `Commands that speak to a running Rollcall use its management API:`;

/** Every command as a Markdown page. Checked in as docs/command.md. */
export function commandReference(program: Command): string {
  const exits = Object.entries(EXIT_CODES).map(([code, meaning]) => [code, meaning]);
  const connection = CONNECTION_FLAGS.map((option) => [code(option.flags), option.description]);
  return [
    INTRODUCTION,
    CONNECTION,
    table(['option', ''], [...connection, [code(JSON_FLAG), 'on every command that prints data: JSON']]),
    `Exit codes:`,
    table(['code', 'meaning'], exits),
    ...program.commands.map((command) => section(command)),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The same, for programs. */
export const commandList = (program: Command): object[] =>
  leaves(program).map((command) => ({
    command: pathOf(command),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => argument.name()),
    options: command.options.map(({ flags, description, mandatory, defaultValue }) => ({
      ...{ flags, description, required: mandatory },
      default: (defaultValue as unknown) ?? null,
    })),
    example: exampleOf(command) ?? null,
  }));

/** Every command that does something, and not only has others under it. */
const leaves = (command: Command): readonly Command[] => [
  ...(command.parent !== null && exampleOf(command) !== undefined ? [command] : []),
  ...command.commands.flatMap(leaves),
];

export const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

function section(command: Command): string {
  const verbs = command.commands.flatMap((verb) => ['', `### ${code(pathOf(verb))}`, '', ...body(verb)]);
  return [`## ${code(pathOf(command))}`, '', ...body(command), ...verbs].join('\n');
}

function body(command: Command): string[] {
  const description = command.description();
  const aliases = command.aliases().map((alias) => ` Also called ${code(alias)}.`);
  const example = exampleOf(command);
  const parameters = command.registeredArguments
    .filter((argument) => argument.description !== '')
    .map((argument) => [
      code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
      argument.description,
    ]);
  const options = [...parameters, ...command.options.filter((option) => !isCommon(option)).map(rowOf)];
  return [
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.${aliases.join('')}`,
    ...(example === undefined ? [] : ['', '```sh not-run', example, '```']),
    ...(options.length === 0 ? [] : ['', table(['option', ''], options)]),
  ];
}

const isCommon = ({ flags }: Option): boolean =>
  flags === JSON_FLAG || CONNECTION_FLAGS.some((common) => common.flags === flags);

function rowOf({ flags, description, mandatory, defaultValue }: Option): string[] {
  const value = defaultValue as string | number | undefined;
  const more = mandatory ? ' (required)' : value === undefined ? '' : ` (default: ${String(value)})`;
  return [code(flags), `${description}${more}`];
}

const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;
