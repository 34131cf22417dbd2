import type { Request } from 'express';
import { NO_DECLARATIONS, type Counts, type Declarations } from '../../shared/scim/declarations/declarations.js';
import type { AdminDeps } from './deps.js';
import { refuseDeleted } from './directory.js';
import { update } from './update.js';

/**
 * Changes what a directory declares, by a decision on what it declares and holds now. A service that serves the directory believes
 * the former declarations for 3 s more.
 */
export async function declare(
  { registry, commits, clock }: Pick<AdminDeps, 'registry' | 'commits' | 'clock'>,
  directoryId: string,
  change: (declarations: Declarations, counts: Counts) => Declarations,
): Promise<{ readonly before: Declarations; readonly after: Declarations }> {
  const { counts } = await commits.head(directoryId);
  let before = NO_DECLARATIONS;
  const { declarations = NO_DECLARATIONS } = await update(
    registry.directories,
    'directory',
    directoryId,
    clock(),
    (directory) => {
      refuseDeleted(directory);
      before = directory.declarations ?? NO_DECLARATIONS;
      return { declarations: change(before, counts) };
    },
  );
  return { before, after: declarations };
}

/** A name or a URN in the path. */
export function pathText(req: Request, name: string): string {
  const value: unknown = req.params[name];
  return typeof value === 'string' ? value : '';
}
