import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './at-end.js';

const folders: string[] = [];

/** A new empty folder, removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-test-'));
  folders.push(folder);
  return folder;
}

atEnd(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
