import { systemClock } from '../../runtime/clock.js';
import { refuseNewer, type SchemaVersion } from '../check-version.js';
import { number } from './columns.js';
import type { Database } from './database.js';
import { DIRECTORIES } from './migrations/1-directories.js';
import { DELIVERIES } from './migrations/2-deliveries.js';
import { REGISTRY } from './migrations/3-registry.js';
import { DELETION_GUARD } from './migrations/4-deletion-guard.js';
import { ENDED_MEMBERSHIPS } from './migrations/5-ended-memberships.js';
import { RETENTION } from './migrations/6-retention.js';
import { REPLAYS } from './migrations/7-replays.js';
import { DELIVERY_BODIES } from './migrations/8-delivery-bodies.js';
import { TRACE_CONTEXT } from './migrations/9-trace-context.js';
import { JOURNALS } from './migrations/10-journals.js';
import { DELIVERY_EVENTS } from './migrations/11-delivery-events.js';
import { LEAN_DELIVERIES } from './migrations/12-lean-deliveries.js';
import { SETUP_LINKS } from './migrations/13-setup-links.js';
import { EVENT_IDS } from './migrations/14-event-ids.js';
import { TALLIES } from './migrations/15-tallies.js';
import { AUDIT_ACTIONS } from './migrations/16-audit-actions.js';

/** In order: the first is number 1. A released migration is never changed; what comes later is appended. */
export const MIGRATIONS: readonly string[] = [
  DIRECTORIES,
  DELIVERIES,
  REGISTRY,
  DELETION_GUARD,
  ENDED_MEMBERSHIPS,
  RETENTION,
  REPLAYS,
  DELIVERY_BODIES,
  TRACE_CONTEXT,
  JOURNALS,
  DELIVERY_EVENTS,
  LEAN_DELIVERIES,
  SETUP_LINKS,
  EVENT_IDS,
  TALLIES,
  AUDIT_ACTIONS,
];

/** Brings the tables up to date, each migration in a transaction of its own. Throws `DatabaseTooNew`. */
export function migrate(database: Database): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)');
  const { applied } = schemaVersion(database);
  refuseNewer(database.file, { applied, known: MIGRATIONS.length });
  MIGRATIONS.slice(applied).forEach((sql, index) => {
    database.durably(() => {
      database.exec(sql);
      database.prepare('INSERT INTO migrations VALUES (?, ?)').run(applied + index + 1, systemClock());
    });
  });
}

/** The newest migration of a database that has been migrated before. */
export function schemaVersion(database: Database): SchemaVersion {
  const newest = database.prepare('SELECT coalesce(max(number), 0) AS number FROM migrations').get();
  return { applied: newest === undefined ? 0 : number(newest, 'number'), known: MIGRATIONS.length };
}
