/**
 * The candidate that `word` was probably meant to be, whatever its case: fewest insertions, deletions and replacements, and
 * at most a third of the word's length of them. Undefined when none is that near.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < fewest) [best, fewest] = [candidate, distance];
  }
  return best;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, left] of Array.from(from).entries()) {
    const next = [line + 1];
    for (const [column, right] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
