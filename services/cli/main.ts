#!/usr/bin/env node
import { collectEarly, keepNurserySmall } from '../../shared/runtime/heap.js';
import { EXIT_PIPE } from './exit-codes.js';

keepNurserySmall();
collectEarly();
// Whoever reads may have seen enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_PIPE);
});
/** The `rollcall` command. Each action sets the exit code: see exit-codes.ts. */
void import('./program.js').then(({ createProgram }) => createProgram().parseAsync());
