#!/usr/bin/env node
import { collectEarly, keepNurserySmall } from '../../shared/runtime/heap.js';

keepNurserySmall();
collectEarly();
/** The `rollcall` command. Each action sets the exit code: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration. */
void import('./program.js').then(({ createProgram }) => createProgram().parseAsync());
