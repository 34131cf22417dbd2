#!/usr/bin/env node
import { keepNurserySmall } from '../../shared/runtime/nursery.js';

keepNurserySmall();
/** The `rollcall` command. Each action sets the exit code: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration. */
void import('./program.js').then(({ createProgram }) => createProgram().parseAsync());
