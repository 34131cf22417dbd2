/** The database was written by a newer version, whose tables or documents this one does not know. Nothing was changed. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/** Migrations that a database has had, and those that this version knows. */
export interface SchemaVersion {
  readonly applied: number;
  readonly known: number;
}

/** Adapters ask this before they touch a database; `applied` and `known` count migrations. Throws `DatabaseTooNew`. */
export function refuseNewer(database: string, applied: number, known: number): void {
  if (applied <= known) return;
  throw new DatabaseTooNew(
    `${database}: written by a newer version of Rollcall (migration ${applied}, this version knows ${known}); run that version or a newer one, or restore a backup from before the upgrade`,
  );
}
