import { NO_DECLARATIONS, type Counts, type Declarations } from '../../shared/scim/declarations/declarations.js';
import type { AdminDeps } from './deps.js';
import { refuseDeleted } from './directory.js';
import { etagOf } from './precondition.js';
import { update } from './update.js';

/**
 * Changes what a directory declares, by a decision on what it declares and holds now. A service that serves the directory believes
 * the former declarations for 3 s more.
 */
export async function declare(
  { registry, commits, clock }: Pick<AdminDeps, 'registry' | 'commits' | 'clock'>,
  directoryId: string,
  ifMatch: string | undefined,
  change: (declarations: Declarations, counts: Counts) => Declarations,
): Promise<{ readonly before: Declarations; readonly after: Declarations; readonly etag: string }> {
  const { counts } = await commits.head(directoryId);
  let before = NO_DECLARATIONS;
  const changed = await update(
    registry.directories,
    'directory',
    directoryId,
    { now: clock(), ifMatch },
    (directory) => {
      refuseDeleted(directory);
      before = directory.declarations ?? NO_DECLARATIONS;
      return { declarations: change(before, counts) };
    },
  );
  return { before, after: changed.declarations ?? NO_DECLARATIONS, etag: etagOf(changed) };
}
