import { findAll, type Registry } from './registry.js';

/**
 * Asked before anything is published: a directory keeps its log partition for ever, so that with fewer partitions than before its
 * events would be delivered by nobody. Throws, naming both numbers.
 */
export async function checkPartitions(
  directories: Pick<Registry['directories'], 'find'>,
  partitions: number,
): Promise<void> {
  const all = await findAll(directories, {});
  const needed = Math.max(0, ...all.map(({ partition }) => partition + 1));
  if (needed <= partitions) return;
  throw new Error(
    `ROLLCALL_LOG_PARTITIONS: it is ${partitions}, but directories use ${needed} partitions; set it to at least ${needed}, or their events would never be delivered`,
  );
}
