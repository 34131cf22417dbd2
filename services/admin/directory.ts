import type { Directory } from '../../shared/store/registry.js';
import type { AdminDeps } from './deps.js';
import { notFound, Problem } from './problem.js';

/** The directory of that id, be it deleted or not. */
export async function knownDirectory(id: string, { registry }: Pick<AdminDeps, 'registry'>): Promise<Directory> {
  const directory = await registry.directories.get(id);
  if (directory === undefined) throw notFound('directory', id);
  return directory;
}

export function refuseDeleted(directory: Directory): void {
  if (directory.deletedAt !== null) {
    throw new Problem('conflict', `The directory ${directory.id} is deleted; create another one.`);
  }
}
