import { systemClock } from '../../runtime/clock.js';
import { number } from './columns.js';
import type { Database } from './database.js';
import { DELIVERIES } from './migrations/2-deliveries.js';
import { DIRECTORIES } from './migrations/1-directories.js';
import { REGISTRY } from './migrations/3-registry.js';

/** In order: the first is number 1. A released migration is never changed; what comes later is appended. */
const MIGRATIONS: readonly string[] = [DIRECTORIES, DELIVERIES, REGISTRY];

/** The database was made by a newer version, whose tables this one does not know. Nothing was changed. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/** Brings the tables up to date, each migration in a transaction of its own. Throws `DatabaseTooNew`. */
export function migrate(database: Database): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)');
  const newest = database.prepare('SELECT coalesce(max(number), 0) AS number FROM migrations').get();
  const applied = newest === undefined ? 0 : number(newest, 'number');
  if (applied > MIGRATIONS.length) {
    throw new DatabaseTooNew(
      `${database.file}: written by a newer version of Rollcall (migration ${applied}, this version knows ${MIGRATIONS.length}); run that version or a newer one, or restore a backup from before the upgrade`,
    );
  }
  MIGRATIONS.slice(applied).forEach((sql, index) => {
    database.durably(() => {
      database.exec(sql);
      database.prepare('INSERT INTO migrations VALUES (?, ?)').run(applied + index + 1, systemClock());
    });
  });
}
