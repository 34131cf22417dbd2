import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../../services/cli/program.js';
import { commandList, commandReference } from '../../../services/cli/reference.js';

const program = createProgram();

/** Whatever has no further commands under it. */
const ends = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(ends);

test('docs/command.md is up to date (npm run --silent rollcall -- commands > docs/command.md)', () => {
  const file = path.join(__dirname, '../../../docs/command.md');
  expect(readFileSync(file, 'utf8')).toBe(commandReference(program));
});

test('every command has a description and an example, which its help shows', () => {
  const list = commandList(program) as { command: string; example: string }[];
  for (const command of ends(program)) {
    const name = `${command.parent === program ? '' : `${command.parent?.name() ?? ''} `}${command.name()}`;
    const { example } = list.find((one) => one.command === `rollcall ${name}`) ?? { example: undefined };
    expect([name, example]).toEqual([name, expect.stringContaining(`rollcall ${name}`)]);
    expect(command.description()).not.toBe('');
  }
});

test('commands that print data can print JSON', () => {
  const without = ends(program).filter((command) => !command.options.some(({ long }) => long === '--json'));
  expect(without.map((command) => command.name())).toEqual([
    ...['standalone', 'ingest', 'relay', 'dispatcher', 'admin', 'migrate', 'demo'],
  ]);
});
