const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A span of time in one unit or two: "4 ms", "1.2 s", "2 min 5 s", "3 d 4 h". */
export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  let rest = ms;
  const parts = UNITS.filter(([, size]) => size <= ms).map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest %= size;
    return whole > 0 ? `${whole} ${unit}` : '';
  });
  return parts.slice(0, 2).join(' ').trim();
}
