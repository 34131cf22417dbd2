import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SchemaVersion } from '../check-version.js';
import type { StoreReader } from '../port.js';
import { openDatabaseForReading } from './database.js';
import { isFolderLocked } from './folder-lock.js';
import { schemaVersion } from './migrations.js';
import { createStore, DATABASE_FILE } from './store.js';

/** A data folder's store as it is found, whoever uses it meanwhile. */
export interface SqliteInspection {
  readonly file: string;
  /** Whether a process uses the folder. */
  readonly isHeld: boolean;
  /** Undefined where there is no database yet. */
  readonly database: { readonly version: SchemaVersion; readonly reader: StoreReader | undefined } | undefined;
}

/** Reads without ever writing. `reader` is undefined where the tables are not those of this version. Throws what SQLite says. */
export function inspectSqlite(dataDir: string): SqliteInspection {
  const folder = resolve(dataDir);
  const file = join(folder, DATABASE_FILE);
  const isHeld = isFolderLocked(folder);
  if (!existsSync(file)) return { file, isHeld, database: undefined };
  const database = openDatabaseForReading(file);
  try {
    const version = schemaVersion(database);
    if (version.applied === version.known) {
      return { file, isHeld, database: { version, reader: createStore(database, () => undefined) } };
    }
    database.close();
    return { file, isHeld, database: { version, reader: undefined } };
  } catch (error) {
    database.close();
    throw error;
  }
}
