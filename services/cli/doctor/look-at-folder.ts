import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FolderFound } from './verdicts/folder.js';

export function lookAtFolder(dataDir: string): FolderFound {
  const path = resolve(dataDir);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    return { path, kind: found === undefined ? 'nothing' : 'something else', isWritable: false, freeBytes: 0 };
  }
  const { bavail, bsize } = statfsSync(path);
  return { path, kind: 'folder', isWritable: mayWrite(path), freeBytes: bavail * bsize };
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
