import type { mongo } from 'mongoose';
import { systemClock } from '../../runtime/clock.js';
import { shownUri } from './address.js';
import type { Collections } from './collections.js';
import { openClient } from './client.js';
import { isDuplicateKey } from './failures.js';
import { INDEXES } from './migrations/1-indexes.js';

/** Indexes to make, by collection. */
export type Indexes = { readonly [Name in keyof Collections]?: readonly mongo.IndexDescription[] };

/** In order: the first is number 1. A released migration is never changed; what comes later is appended. */
const MIGRATIONS: readonly Indexes[] = [INDEXES];

/** The database lacks migrations that this version needs. */
export class DatabaseNotMigrated extends Error {
  override readonly name = 'DatabaseNotMigrated';
}

/** The database was migrated by a newer version, whose documents this one does not know. Nothing was changed. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

export interface MigrateOptions {
  /** Names the database, as in `mongodb://host/rollcall`. */
  readonly uri: string;
}

/**
 * Brings the database up to date. Can be repeated, and be run by several processes at once: each step finds its work done.
 * Rejects with `DatabaseTooNew`, and with an error that names MONGODB_URI when no server can be reached.
 */
export async function migrateMongo({ uri }: MigrateOptions): Promise<void> {
  const opened = await openClient(uri);
  const { collections } = opened;
  try {
    const applied = await newestMigration(collections);
    refuseNewer(uri, applied);
    for (const [index, indexes] of MIGRATIONS.entries()) {
      if (index + 1 > applied) await applyMigration(collections, index + 1, indexes);
    }
  } finally {
    await opened.close();
  }
}

/** Throws `DatabaseNotMigrated` or `DatabaseTooNew` unless the database is at this version's newest migration. */
export function requireMigrated(uri: string, applied: number): void {
  refuseNewer(uri, applied);
  if (applied < MIGRATIONS.length) {
    throw new DatabaseNotMigrated(
      `MONGODB_URI ${shownUri(uri)}: the database is at migration ${applied}, this version needs ${MIGRATIONS.length}; run \`rollcall migrate\` with the same MONGODB_URI`,
    );
  }
}

/** Number of the newest migration that was applied; 0 of an empty database. */
export async function newestMigration({ migrations }: Collections, session?: mongo.ClientSession): Promise<number> {
  const newest = await migrations.findOne({}, { ...(session === undefined ? {} : { session }), sort: { _id: -1 } });
  return newest?._id ?? 0;
}

function refuseNewer(uri: string, applied: number): void {
  if (applied <= MIGRATIONS.length) return;
  throw new DatabaseTooNew(
    `MONGODB_URI ${shownUri(uri)}: migrated by a newer version of Rollcall (migration ${applied}, this version knows ${MIGRATIONS.length}); run that version or a newer one, or restore a backup from before the upgrade`,
  );
}

async function applyMigration(collections: Collections, number: number, indexes: Indexes): Promise<void> {
  for (const [name, descriptions] of Object.entries(indexes) as [keyof Collections, mongo.IndexDescription[]][]) {
    await collections[name].createIndexes([...descriptions]);
  }
  try {
    await collections.migrations.insertOne({ _id: number, appliedAt: systemClock() });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
