import type { mongo } from 'mongoose';
import { systemClock } from '../../runtime/clock.js';
import { refuseNewer, type SchemaVersion } from '../check-version.js';
import { openClient, shownUri } from './client.js';
import type { Collections } from './collections.js';
import { isDuplicateKey } from './failures.js';
import { INDEXES } from './migrations/1-indexes.js';
import { HELD_EVENTS } from './migrations/2-held-events.js';
import { RETENTION } from './migrations/3-retention.js';
import { REPLAYS } from './migrations/4-replays.js';
import { JOURNALS } from './migrations/5-journals.js';
import { SETUP_LINKS } from './migrations/6-setup-links.js';
import { EVENT_IDS } from './migrations/7-event-ids.js';
import { TALLIES } from './migrations/8-tallies.js';
import { AUDIT_ACTIONS } from './migrations/9-audit-actions.js';

/** Indexes to make, by collection. */
export type Indexes = { readonly [Name in keyof Collections]?: readonly mongo.IndexDescription[] };

/** In order: the first is number 1. A released migration is never changed; what comes later is appended. */
const MIGRATIONS: readonly Indexes[] = [
  INDEXES,
  HELD_EVENTS,
  RETENTION,
  REPLAYS,
  JOURNALS,
  SETUP_LINKS,
  EVENT_IDS,
  TALLIES,
  AUDIT_ACTIONS,
];

/**
 * Versions that know this migration can work with a database that this one has migrated: none of those after it took anything away.
 * Raised by a migration that does (contract), one release after the one that stopped to use it.
 */
const OLDEST = 1;

/** Number of the newest migration of this version. */
export const newestKnown = MIGRATIONS.length;

/** The database lacks migrations that this version needs. */
export class DatabaseNotMigrated extends Error {
  override readonly name = 'DatabaseNotMigrated';
}

/** An import into the database was not finished. Nothing of it may be used. */
export class ImportUnfinished extends Error {
  override readonly name = 'ImportUnfinished';
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
    const { applied } = checked(uri, await schemaOf(collections));
    for (const [index, indexes] of MIGRATIONS.entries()) {
      if (index + 1 > applied) await applyMigration(collections, index + 1, indexes);
    }
  } finally {
    await opened.close();
  }
}

/** Throws `DatabaseNotMigrated` or `DatabaseTooNew` unless the database is at this version's newest migration. */
export function requireMigrated(uri: string, schema: Schema): void {
  const { applied } = checked(uri, schema);
  if (applied < MIGRATIONS.length) {
    throw new DatabaseNotMigrated(
      `${databaseAt(uri)}: the database is at migration ${applied}, this version needs ${MIGRATIONS.length}; run \`rollcall migrate\` with the same MONGODB_URI`,
    );
  }
}

/** Throws `ImportUnfinished` while what is in the database is not yet, or never became, the whole of an import. */
export async function requireImported(uri: string, { imports }: Collections): Promise<void> {
  if ((await imports.findOne({ _id: 'import' })) === null) return;
  throw new ImportUnfinished(
    `${databaseAt(uri)}: an import into it is under way or was cut short; let it end, or repeat \`rollcall import\` from the start, before any role starts`,
  );
}

const databaseAt = (uri: string): string => `MONGODB_URI ${shownUri(uri)}`;

type Schema = Pick<SchemaVersion, 'applied' | 'oldest'>;

/** What was applied to the database; 0 for an empty one. */
export async function schemaOf({ migrations }: Collections, session?: mongo.ClientSession): Promise<Schema> {
  const newest = await migrations.findOne({}, { ...(session === undefined ? {} : { session }), sort: { _id: -1 } });
  return { applied: newest?._id ?? 0, oldest: newest?.oldest };
}

function checked(uri: string, schema: Schema): Schema {
  refuseNewer(databaseAt(uri), { ...schema, known: MIGRATIONS.length });
  return schema;
}

async function applyMigration(collections: Collections, number: number, indexes: Indexes): Promise<void> {
  for (const [name, descriptions] of Object.entries(indexes) as [keyof Collections, mongo.IndexDescription[]][]) {
    await collections[name].createIndexes([...descriptions]);
  }
  try {
    await collections.migrations.insertOne({ _id: number, appliedAt: systemClock(), oldest: OLDEST });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
