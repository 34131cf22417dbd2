import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CommandFailed } from './api/failures.js';
import { EXIT_FAILED } from './exit-codes.js';

const FILE = 'developer.json';

/** What commands for developers keep from one run to the next. */
const kept = z.object({
  /** What `rollcall listen` signs with. */
  signingSecret: z.string().optional(),
  /** SCIM tokens of the demo directories, by directory. */
  tokens: z.record(z.string(), z.string()).default({}),
});
type Kept = z.output<typeof kept>;

/** Throws when the file is there and is none of ours. */
export function readKept(dataDir: string): Kept {
  const file = join(dataDir, FILE);
  try {
    return kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { tokens: {} };
    throw new CommandFailed(`${file} cannot be read: remove it, and its secret and tokens are made anew`, EXIT_FAILED);
  }
}

/** Whole or not at all, readable by its owner only. */
export function keep(dataDir: string, change: (old: Kept) => Kept): void {
  const file = join(dataDir, FILE);
  const text = `${JSON.stringify(change(readKept(dataDir)), null, 2)}\n`;
  mkdirSync(dataDir, { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, file);
}
