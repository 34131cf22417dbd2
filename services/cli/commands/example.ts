import type { Command } from 'commander';

const examples = new WeakMap<Command, string>();

/** Shows the line at the end of the command's help, and in docs/command.md. */
export function withExample(command: Command, line: string): Command {
  examples.set(command, line);
  return command.addHelpText('after', `\nExample:\n  ${line}`);
}

export const exampleOf = (command: Command): string | undefined => examples.get(command);
