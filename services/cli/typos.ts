import type { Command } from 'commander';
import { nearest } from '../../shared/runtime/nearest.js';
import { pathOf } from './reference.js';

/** Lets the command, and all under it, name what was probably meant by an unknown word, as the API and the configuration do. */
export function suggestNearest(command: Command): void {
  command
    // Commander's own would look for the nearest word in another way.
    .showSuggestionAfterError(false)
    .showHelpAfterError(`(see ${pathOf(command)} --help)`)
    .configureOutput({ outputError: (text, write) => write(withSuggestion(text, command)) });
  command.commands.forEach(suggestNearest);
}

function withSuggestion(text: string, command: Command): string {
  // A mistyped flag is also one that is missing, which commander would tell first.
  const flag = command.args.find((arg) => arg.startsWith('-'));
  if (flag !== undefined && /^error: (unknown|required) option/.test(text)) {
    return unknown('option', flag.replace(/=.*/s, ''), flagsOf(command));
  }
  // A command that does something without one of its verbs takes an unknown verb for an argument.
  const verb = command.commands.length > 0 ? command.args[0] : undefined;
  if (verb === undefined || !/^error: (unknown command|too many arguments)/.test(text)) return text;
  const names = command.commands.flatMap((one) => [one.name(), ...one.aliases()]);
  return unknown('command', verb, names);
}

function unknown(what: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return `error: unknown ${what} '${word}'${meant === undefined ? '' : `; did you mean ${meant}?`}\n`;
}

const flagsOf = (command: Command): readonly string[] => [
  '--help',
  ...command.options.flatMap(({ long }) => long ?? []),
];
