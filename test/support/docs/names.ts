import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../../services/cli/program.js';
import { environment } from '../../../shared/config/env.js';
import { FAIL_POINT } from '../../../shared/config/fail-point.js';
import { ROOT, type Block } from './pages.js';
import { commandsOf } from './shell.js';

/** Variables of the tests, in CONTRIBUTING.md and docs/reliability.md. */
const TESTS = new RegExp(`^(ROLLCALL_TEST_[A-Z]+|KAFKA_HOME|${FAIL_POINT})$`);

const scripts = new Set(
  Object.keys((JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts),
);

/** Configuration variables and npm scripts that a text names, and that are not there. */
export function unknownNames(text: string): string[] {
  const variables = text.match(/\b(?:ROLLCALL_[A-Z_]*[A-Z]|MONGODB_[A-Z]+|KAFKA_[A-Z]+)\b(?!_?[*…])/g) ?? [];
  const named = [...text.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)];
  return [
    ...variables.filter((name) => !(name in environment.shape) && !TESTS.test(name)),
    ...named.map(([, run, short]) => run ?? short ?? '').filter((script) => !scripts.has(script)),
  ];
}

/** `rollcall` commands of a shell block that are not there, and flags that they do not have. */
export function unknownCommands({ language, at, text }: Block): string[] {
  if (language !== 'sh') return [];
  return commandsOf(text).flatMap((command) =>
    [
      ...command
        .replaceAll(/(^| )#.*$/gm, '')
        .matchAll(/(?:^|[;&|(]|\s)(?:npm run rollcall --|rollcall) ([^;&|)\n]*)/g),
    ].flatMap(([, words = '']) => problemsOf(words.trim().split(/\s+/)).map((problem) => `${at}: ${problem}`)),
  );
}

function problemsOf(words: readonly string[]): string[] {
  let command: Command = createProgram();
  const names: string[] = [];
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next === undefined) break;
    command = next;
    names.push(word);
  }
  if (names.length === 0) return [`rollcall ${words[0]} is no command`];
  return words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.replace(/=.*/, ''))
    .filter((flag) => flag !== '--help' && !isFlagOf(command, flag))
    .map((flag) => `rollcall ${names.join(' ')} has no ${flag}`);
}

/** A flag may be of a command above it. */
const isFlagOf = (command: Command, flag: string): boolean =>
  command.options.some(({ long }) => long === flag) || (command.parent !== null && isFlagOf(command.parent, flag));
