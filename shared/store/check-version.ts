/** The database was written by a newer version, whose tables or documents this one does not know. Nothing was changed. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/** Migrations that a database has had, and those that this version knows. */
export interface SchemaVersion {
  readonly applied: number;
  /** Whoever knows this one can work with the database, though it has had later ones; undefined: only who knows all of them. */
  readonly oldest?: number | undefined;
  readonly known: number;
}

/**
 * Adapters ask this before they touch a database. A migration that only adds leaves `oldest` alone, so that the version before goes
 * on beside the new one, and can start again, until all are replaced. Throws `DatabaseTooNew`.
 */
export function refuseNewer(database: string, { applied, known, oldest = applied }: SchemaVersion): void {
  if (known >= Math.min(applied, oldest)) return;
  throw new DatabaseTooNew(
    `${database}: written by a newer version of Rollcall (migration ${applied}, this version knows ${known}); run that version or a newer one, or restore a backup from before the upgrade`,
  );
}
