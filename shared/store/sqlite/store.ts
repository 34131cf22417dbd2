import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Store } from '../port.js';
import { number } from './columns.js';
import { createCommits } from './commits.js';
import { openDatabase, type Database } from './database.js';
import { createDeliveries } from './deliveries.js';
import { createErasure } from './erasure.js';
import { createEvents } from './events.js';
import { lockFolder } from './folder-lock.js';
import { createHeld } from './held.js';
import { createJournals } from './journals.js';
import { createLeases } from './leases.js';
import { MIGRATIONS, migrate } from './migrations.js';
import { createOutbox } from './outbox.js';
import { createRegistry } from './registry.js';
import { createResources } from './resources.js';
import { createRetention } from './retention.js';
import { createTallies } from './tallies.js';

/** In the data folder. */
export const DATABASE_FILE = 'rollcall.db';

export interface SqliteOptions {
  /** Made when it is not there, readable by its owner only. One process at a time may use it. */
  readonly dataDir: string;
}

/**
 * Opens the store in a folder and brings its tables up to date. Rejects with `DataFolderInUse` while another process has the
 * folder and with `DatabaseTooNew` when a newer version has written it; both leave it as it was.
 */
export async function openSqliteStore({ dataDir }: SqliteOptions): Promise<Store> {
  const folder = resolve(dataDir);
  makeFolder(folder);
  const unlock = lockFolder(folder);
  let database: Database | undefined;
  try {
    database = openDatabase(join(folder, DATABASE_FILE));
    migrate(database);
    return createStore(database, unlock);
  } catch (error) {
    database?.close();
    unlock();
    throw error;
  }
}

/** The port on tables of this version. `unlock` is called once the database is closed. */
export function createStore(database: Database, unlock: () => void): Store {
  const size = database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  const probe = database.prepare('SELECT max(number) FROM migrations');
  return {
    commits: createCommits(database),
    resources: createResources(database),
    held: createHeld(database),
    outbox: createOutbox(database),
    events: createEvents(database),
    deliveries: createDeliveries(database),
    registry: createRegistry(database),
    journals: createJournals(database),
    tallies: createTallies(database),
    leases: createLeases(database),
    retention: createRetention(database),
    erasure: createErasure(database),
    async describe() {
      const row = size.get();
      return {
        kind: 'sqlite',
        schemaVersion: MIGRATIONS.length,
        sizeBytes: row === undefined ? null : number(row, 'bytes'),
      };
    },
    async check() {
      probe.get();
    },
    async close() {
      database.close();
      unlock();
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${folder}: cannot be the data folder (${reason}); choose another one with ROLLCALL_DATA_DIR`, {
      cause: error,
    });
  }
}
