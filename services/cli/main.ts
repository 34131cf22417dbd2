#!/usr/bin/env node
import { createProgram } from './program.js';

/** The `rollcall` command. Each action sets the exit code: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration. */
void createProgram().parseAsync();
