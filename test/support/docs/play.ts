import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Block, Page } from './pages.js';
import { commandsOf, type Shell } from './shell.js';
import { eventually } from '../eventually.js';
import { fill, learn, unknownIn, type Values } from './values.js';

export interface Stage {
  readonly shell: Shell;
  /** The shell's. */
  readonly folder: string;
  readonly values: Values;
  /** Those of the page, and which they are in the test. */
  readonly ports: ReadonlyMap<string, number>;
}

/** What programs that go on have written so far, by the line of their block. */
export type Running = ReadonlyMap<string, () => string>;

/** Does what a reader of a page does: saves its programs under the names that they have, and runs its commands in order. */
export async function play({ blocks }: Page, { shell, folder, values, ports }: Stage): Promise<Running> {
  const running = new Map<string, () => string>();
  /** What a program that goes on prints may come a moment after it listens. */
  const filledFrom = (text: string): Promise<string> =>
    eventually(
      'what the command needs is there',
      () => {
        running.forEach((written) => learn(values, written()));
        return unknownIn(fill(text, values, ports)) === undefined && fill(text, values, ports);
      },
      10_000,
    ).catch(() => {
      throw new Error(`Nothing before it has told of ${unknownIn(fill(text, values, ports))}: ${text}`);
    });
  for (const block of blocks.filter(isPlayed)) {
    try {
      if (block.language === 'js') {
        writeFileSync(path.join(folder, programName(block)), fill(block.text, values, ports));
        continue;
      }
      const commands = commandsOf(block.text);
      for (const [index, command] of commands.entries()) {
        const filled = await filledFrom(command);
        if (block.serves !== undefined && index === commands.length - 1) {
          running.set(block.at, await shell.serve(filled, ports.get(String(block.serves)) ?? block.serves));
        } else learn(values, await shell.run(filled));
      }
    } catch (error) {
      throw new Error(`${block.at}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return running;
}

/** What a page's test runs, rather than looks at alone. */
export const isPlayed = ({ language, isNotRun, file }: Block): boolean =>
  (language === 'sh' || language === 'js') && !isNotRun && file === undefined;

/** From its first line, `// receiver.mjs`. */
export function programName({ at, text }: Block): string {
  const name = /^\/\/ ([\w-]+\.mjs)/.exec(text)?.[1];
  if (name === undefined) throw new Error(`${at}: a program says in its first line what it is called: // name.mjs`);
  return name;
}
