/**
 * The candidate that `word` was probably meant to be, whatever its case: fewest insertions, deletions, replacements and swaps of
 * neighbours, and at most a third of the word's length of them. Undefined when none is that near.
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
  const [letters, wanted] = [Array.from(from), Array.from(to)];
  let before: number[] = [];
  let row = Array.from({ length: wanted.length + 1 }, (_, column) => column);
  for (const [line, left] of letters.entries()) {
    const next = [line + 1];
    for (const [column, right] of wanted.entries()) {
      const replaced = (row[column] ?? 0) + (left === right ? 0 : 1);
      const isSwap = column > 0 && left === wanted[column - 1] && right === letters[line - 1];
      const swapped = isSwap ? (before[column - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row.at(-1) ?? 0;
}
