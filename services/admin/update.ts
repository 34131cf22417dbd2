import type { RegistryRecord } from '../../shared/store/registry.js';
import { refuseChanged } from './precondition.js';
import { notFound, Problem } from './problem.js';

interface Table<T> {
  get(id: string): Promise<T | undefined>;
  replace(record: T): Promise<boolean>;
}

const TRIES_MAX = 10;

/** When an update is made, and of which version alone: see `ifMatch`. */
interface Condition {
  readonly now: number;
  readonly ifMatch?: string | undefined;
}

/**
 * Changes a record as it is now: `change` is asked again when somebody else was faster, and may throw a problem. Answers the
 * record as it is stored.
 */
export async function update<T extends RegistryRecord>(
  table: Table<T>,
  what: string,
  id: string,
  { now, ifMatch }: Condition,
  change: (record: T) => Partial<T>,
): Promise<T> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const record = await table.get(id);
    if (record === undefined) throw notFound(what, id);
    refuseChanged(ifMatch, record);
    const changed: T = { ...record, ...change(record), version: record.version + 1, updatedAt: now };
    if (await table.replace(changed)) return changed;
  }
  throw new Problem('conflict', `Others keep changing this ${what}; try again.`);
}
