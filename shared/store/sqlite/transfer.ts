import { existsSync, mkdirSync, openSync, closeSync, fsyncSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refuseNewer } from '../check-version.js';
import { TransferRefused, type ExportSource, type ImportTarget } from '../transfer.js';
import { openDatabase, openDatabaseForReading } from './database.js';
import { lockFolder } from './folder-lock.js';
import { migrate, schemaVersion } from './migrations.js';
import { createStore, DATABASE_FILE } from './store.js';
import { createTransferReader } from './transfer-reader.js';
import { createTransferWriter } from './transfer-writer.js';

/**
 * A data folder's database as it is at this moment, also while a process uses it. Throws `TransferRefused` when there is none, or
 * one of an older version; `DatabaseTooNew`.
 */
export async function openSqliteExport(dataDir: string): Promise<ExportSource> {
  const file = join(dataDir, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new TransferRefused(
      `${file}: there is no database; set ROLLCALL_DATA_DIR to the data folder, or MONGODB_URI to the database`,
    );
  }
  const database = openDatabaseForReading(file);
  try {
    const version = schemaVersion(database);
    refuseNewer(file, version);
    if (version.applied < version.known) {
      throw new TransferRefused(
        `${file}: was written by an older version; start this version of Rollcall on it once, which brings it up to date`,
      );
    }
    // What is read within one transaction is of one moment, which the first read sets.
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    const store = createStore(database, () => undefined);
    return {
      kind: 'sqlite',
      store,
      reader: createTransferReader(database, store),
      isSnapshot: true,
      liveLeases: async () => [],
      close: () => store.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Becomes the database once it is whole. */
const DRAFT_FILE = 'rollcall.importing.db';
const COMPANIONS = ['', '-wal', '-shm'];

/**
 * A database that becomes the folder's when it is accepted: until then there is none. Throws `TransferRefused` when the folder has
 * one, and `DataFolderInUse`.
 */
export async function openSqliteImport(dataDir: string): Promise<ImportTarget> {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  const [file, draft] = [join(folder, DATABASE_FILE), join(folder, DRAFT_FILE)];
  try {
    if (existsSync(file)) {
      throw new TransferRefused(
        `${file}: there is a database already, and an import needs an empty one; choose another folder with ROLLCALL_DATA_DIR, or move that file away`,
      );
    }
    removeDraft(draft);
    const database = openDatabase(draft);
    migrate(database);
    const store = createStore(database, () => undefined);
    let isOpen = true;
    const closeDatabase = async (): Promise<void> => {
      if (isOpen) await store.close();
      isOpen = false;
    };
    return {
      store,
      reader: createTransferReader(database, store),
      writer: createTransferWriter(database, store),
      async accept() {
        await closeDatabase();
        sync(draft);
        renameSync(draft, file);
        sync(folder);
      },
      async close() {
        await closeDatabase();
        removeDraft(draft);
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function removeDraft(draft: string): void {
  for (const companion of COMPANIONS) rmSync(draft + companion, { force: true });
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
