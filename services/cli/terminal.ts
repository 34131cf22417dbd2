import { stripVTControlCharacters } from 'node:util';
import type { Environment } from '../../shared/config/env.js';
import { createPaint, type Paint } from './paint.js';

/** Where a command writes to. */
export interface Terminal {
  /** A line of what was asked for, to standard output. */
  readonly write: (line: string) => void;
  /** A line about it, to standard error, so that it is never in the way of a program that reads the output. */
  readonly note: (line: string) => void;
  /** Shows how far it is on the last line, until something is written; does nothing where nobody watches. */
  readonly status: (line: string) => void;
  readonly paint: Paint;
  /** Columns of the screen; undefined where there is none, so that nothing need be cut. */
  readonly width: number | undefined;
}

/** ECMA-48: back to the line's start, and erase it. */
export const ERASE = '\r\u001b[2K';

export function openTerminal(env: Environment): Terminal {
  const { stdout, stderr } = process;
  let isShown = false;
  const clear = (): void => {
    if (isShown) stderr.write(ERASE);
    isShown = false;
  };
  return {
    write(line) {
      clear();
      stdout.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${stderr.isTTY ? line : stripVTControlCharacters(line)}\n`);
    },
    status(line) {
      if (!stderr.isTTY) return;
      clear();
      const width = stderr.columns;
      stderr.write(line.length < width ? line : `${line.slice(0, width - 2)}…`);
      isShown = line !== '';
    },
    paint: createPaint(stdout.isTTY && (env['NO_COLOR'] ?? '') === ''),
    width: stdout.isTTY ? stdout.columns : undefined,
  };
}
