/** The default: the pause before each attempt of a delivery. */
export const RETRY_SCHEDULE = '0s,5s,5m,30m,2h,5h,10h,14h,20h,24h';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PAUSE_MAX_MS = 7 * 86_400_000;
const ATTEMPTS_MAX = 50;

/** Milliseconds before each attempt, from durations such as `0s,5s,5m,2h`; undefined when it is none. The first is made at once. */
export function parseSchedule(text: string): number[] | undefined {
  const pauses = text.split(',').map((item) => parseDuration(item.trim()));
  const isSchedule = pauses.length <= ATTEMPTS_MAX && pauses[0] === 0 && pauses.every((pause) => pause <= PAUSE_MAX_MS);
  return isSchedule ? pauses : undefined;
}

/** Milliseconds; NaN, which is in no range, when it is none. */
function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return Number(amount) * (UNITS_MS[unit ?? ''] ?? NaN);
}
