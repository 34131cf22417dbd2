import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refuseNewer } from '../check-version.js';
import { text } from './columns.js';
import { openDatabase, openDatabaseForReading, type Database } from './database.js';
import { lockFolder } from './folder-lock.js';
import { schemaVersion } from './migrations.js';
import { DATABASE_FILE } from './store.js';

/** `share`: how much of it is done, up to 1. */
type OnProgress = (share: number) => void;

/** Why there is no backup, or nothing was restored, in words that say what to do. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

/**
 * Copies a data folder's database into a new folder, which is a data folder like it: as it is at one moment, also while a process
 * uses it. Answers the copy's size in bytes. Throws `BackupRefused` when there is no database, or the new folder has something in it.
 */
export async function backUp(dataDir: string, folder: string, onProgress: OnProgress): Promise<number> {
  const file = databaseIn(dataDir, 'set ROLLCALL_DATA_DIR to the data folder');
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new BackupRefused(`${folder}: has something in it already; name a folder that is new or empty`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copied = join(folder, DATABASE_FILE);
  const source = openDatabaseForReading(file);
  try {
    await source.copyTo(copied, onProgress);
  } finally {
    source.close();
  }
  chmodSync(copied, 0o600);
  checkWhole(copied);
  return statSync(copied).size;
}

/**
 * Puts a backup's database into a data folder that no process uses: all of it, or nothing when it fails. Throws `BackupRefused` when
 * the backup is damaged or none, or the folder has a database and `isReplacing` is false; `DataFolderInUse`; `DatabaseTooNew`.
 */
export async function restore(
  folder: string,
  dataDir: string,
  isReplacing: boolean,
  onProgress: OnProgress,
): Promise<void> {
  const file = databaseIn(folder, 'name the folder that "rollcall backup" has made');
  checkWhole(file);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(resolve(dataDir));
  try {
    const target = join(dataDir, DATABASE_FILE);
    if (existsSync(target) && !isReplacing) {
      throw new BackupRefused(
        `${target}: there is a database already; back it up and say --replace, or choose another folder with ROLLCALL_DATA_DIR`,
      );
    }
    const source = openDatabaseForReading(file);
    try {
      await source.copyTo(target, onProgress);
    } finally {
      source.close();
    }
    // Brings the copy from the log into the file.
    openDatabase(target).close();
    chmodSync(target, 0o600);
  } finally {
    unlock();
  }
}

function databaseIn(folder: string, remedy: string): string {
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(file)) throw new BackupRefused(`${file}: there is no database; ${remedy}`);
  return file;
}

/** Throws when the database is damaged, none of ours, or a newer version's. */
function checkWhole(file: string): void {
  let database: Database | undefined;
  try {
    database = openDatabaseForReading(file);
    const found = database.prepare('PRAGMA quick_check(1)').all();
    const verdict = found[0] === undefined ? 'it says nothing of itself' : text(found[0], 'quick_check');
    if (verdict !== 'ok') throw new Error(verdict.replaceAll(/\s+/g, ' '));
    refuseNewer(file, schemaVersion(database));
  } catch (error) {
    if (error instanceof Error && error.name === 'DatabaseTooNew') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackupRefused(`${file}: is damaged or no database of Rollcall (${reason}); take another backup`, {
      cause: error,
    });
  } finally {
    database?.close();
  }
}
