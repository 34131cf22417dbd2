import type { RegistryRecord } from '../../shared/store/registry.js';
import { notFound, Problem } from './problem.js';

interface Table<T> {
  get(id: string): Promise<T | undefined>;
  replace(record: T): Promise<boolean>;
}

const TRIES_MAX = 10;

/**
 * Changes a record as it is now: `change` is asked again when somebody else was faster, and may throw a problem. Answers the
 * record as it is stored.
 */
export async function update<T extends RegistryRecord>(
  table: Table<T>,
  what: string,
  id: string,
  now: number,
  change: (record: T) => Partial<T>,
): Promise<T> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const record = await table.get(id);
    if (record === undefined) throw notFound(what, id);
    const changed: T = { ...record, ...change(record), version: record.version + 1, updatedAt: now };
    if (await table.replace(changed)) return changed;
  }
  throw new Problem('conflict', `Others keep changing this ${what}; try again.`);
}
