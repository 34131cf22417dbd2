const CELLS = 30;

/** `████████░░░░░░ 120 of 300`. */
export function renderBar(done: number, total: number): string {
  const filled = total === 0 ? CELLS : Math.floor((done / total) * CELLS);
  return `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)} ${done} of ${total}`;
}
