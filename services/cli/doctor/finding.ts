/** `warn`: it works, and somebody should look. `fail`: something that Rollcall promises does not happen, or soon will not. */
export type Level = 'ok' | 'warn' | 'fail';

/** What was found where the check-up looked: a line of its report. */
export interface Finding {
  readonly level: Level;
  /** Where it looked, in a word or two. */
  readonly what: string;
  readonly finding: string;
  /** What to do about it; null where there is nothing to do. */
  readonly action: string | null;
}

export const ok = (what: string, finding: string): Finding => ({ level: 'ok', what, finding, action: null });

export const warn = (what: string, finding: string, action: string): Finding => ({
  level: 'warn',
  what,
  finding,
  action,
});

export const fail = (what: string, finding: string, action: string): Finding => ({
  level: 'fail',
  what,
  finding,
  action,
});

/** An error or a problem of the configuration as a finding: their last part, after a semicolon, says what to do. */
export function failure(what: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const parts = /^(.*); ([^;]+)$/s.exec(message);
  return fail(what, parts?.[1] ?? message, parts?.[2] ?? 'mend that and run rollcall doctor again');
}

/** Lines of one check that are printed. */
const LINES_MAX = 20;

/** The most serious findings of one check, or one that says that all is well. */
export function findingsOr(well: Finding, findings: readonly Finding[]): readonly Finding[] {
  if (findings.length === 0) return [well];
  const sorted = findings.toSorted((one, other) => WORST_FIRST[one.level] - WORST_FIRST[other.level]);
  const rest = sorted.slice(LINES_MAX);
  const [first] = rest;
  if (first === undefined) return sorted;
  return [...sorted.slice(0, LINES_MAX), { ...first, finding: `${rest.length} more of the same kind` }];
}

const WORST_FIRST: Readonly<Record<Level, number>> = { fail: 0, warn: 1, ok: 2 };

/** 1 when anything fails; warnings are no failure. */
export const exitCodeOf = (findings: readonly Finding[]): number =>
  findings.some(({ level }) => level === 'fail') ? 1 : 0;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `3 d`, `12 min`, `40 s`: in the largest unit that fits, rounded down. */
export function span(ms: number): string {
  const [unit, length] = UNITS.find(([, one]) => Math.abs(ms) >= one) ?? UNITS[3];
  return `${Math.trunc(ms / length)} ${unit}`;
}

/** `1 commit`, `3 commits`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
