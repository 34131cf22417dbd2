import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Another process, or another store of this one, has the data folder. Nothing was changed. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

const FILE = 'lock.db';
/** Whoever looks whether the folder is locked holds it for less than this. */
const PATIENCE_MS = 250;

/**
 * Makes this process the only one that uses the folder, until the returned function is called or the process ends, however it
 * ends: the lock is the operating system's, held on a small database of its own, so that nothing stale is ever left behind and
 * other programs may still read or back up the data beside it. Throws `DataFolderInUse`.
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, FILE), { timeout: PATIENCE_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataFolderInUse(
      `data folder ${folder}: another Rollcall process uses it; stop that process, or choose another folder with ROLLCALL_DATA_DIR`,
    );
  }
  return () => lock.close();
}

/** Whether a process uses the folder. Changes nothing in it, and makes no file. */
export function isFolderLocked(folder: string): boolean {
  if (!existsSync(join(folder, FILE))) return false;
  const lock = new DatabaseSync(join(folder, FILE), { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'sqliteCodeName' in error && error.sqliteCodeName === 'SQLITE_BUSY';
