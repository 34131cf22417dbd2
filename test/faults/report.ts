import { percentile } from '../../services/cli/demo/summary.js';
import { addVerdicts, VIOLATIONS, type Verdict } from './checker.js';

/** What came of one run, or of several together. */
export interface Report {
  /** What was broken, and by which seed. */
  readonly title: string;
  /** For how long it was. */
  readonly seconds: number;
  readonly directories: number;
  /** SCIM requests of the identity providers. */
  readonly operations: number;
  /** Strikes by nemesis. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often a process ended, or stood still, by fail point. */
  readonly hits: Readonly<Record<string, number>>;
  /** SIGKILLs, those at fail points included. */
  readonly kills: number;
  /** Ends that nobody has asked for, with last words. */
  readonly deaths: readonly string[];
  /** Milliseconds from a death, or the end of a standstill, to readiness. */
  readonly recoveries: readonly number[];
  readonly verdict: Verdict;
}

/** Most findings of one kind that are spelt out. */
const FINDINGS_MAX = 5;

export function render(report: Report): string[] {
  const { title, seconds, directories, operations, faults, hits, kills, deaths, recoveries, verdict } = report;
  const { acknowledged, delivered, duplicated, late, recorded, unrecorded, doubtful, violations } = verdict;
  const row = (name: string, value: string | number, more = ''): string =>
    `  ${name.padEnd(22)}${String(value).padStart(9)}  ${more}`.trimEnd();
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ');
  const rate = delivered === 0 ? 0 : (100 * duplicated) / delivered;
  const recovery = (share: number): string => `${(percentile(recoveries, share) / 1000).toFixed(2)} s`;
  return [
    `${title}, ${seconds.toFixed(0)} s`,
    row('operations', operations, `SCIM requests to ${directories} directories`),
    row('faults', sum(faults), counts(faults)),
    row('kill -9', kills, `and ${deaths.length} ends that nobody asked for`),
    row('acknowledged', acknowledged, 'writes that got a 2xx'),
    row('delivered', delivered, 'events by receivers'),
    row('lost', violations.lost.length),
    row('duplicated', duplicated, `${rate.toFixed(2)} %, ${late} of them behind a later one of the same key`),
    row('reordered per key', violations.reordered.length),
    row('gaps in seq', violations.seqGaps.length),
    row('stale reads', violations.stale.length),
    row(
      'attempt ledger',
      recorded,
      `on record, ${violations.ledger.length} contradicted; ${unrecorded} arrivals not on record`,
    ),
    row('in doubt', doubtful, 'resources of writes without a certain answer'),
    row('recovery', recovery(0.5), `p50; p99 ${recovery(0.99)}, longest ${recovery(1)}`),
    row('fail points hit', sum(hits), counts(hits)),
    ...deaths.slice(0, FINDINGS_MAX).map((words) => `  ended by itself: ${words.replaceAll('\n', ' | ')}`),
    ...VIOLATIONS.flatMap((kind) => some(kind, violations[kind])),
  ];
}

/** Several runs as one. */
export function total(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error('There is nothing to add up.');
  const addUp = (count: (one: Report) => number): number => reports.reduce((all, one) => all + count(one), 0);
  return {
    title: `${first.title} and ${reports.length - 1} more`,
    seconds: addUp(({ seconds }) => seconds),
    directories: addUp(({ directories }) => directories),
    operations: addUp(({ operations }) => operations),
    kills: addUp(({ kills }) => kills),
    faults: mergeCounts(reports.map(({ faults }) => faults)),
    hits: mergeCounts(reports.map(({ hits }) => hits)),
    deaths: reports.flatMap(({ deaths }) => deaths),
    recoveries: reports.flatMap(({ recoveries }) => recoveries),
    verdict: addVerdicts(reports.map(({ verdict }) => verdict)),
  };
}

function mergeCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [name, times] of all.flatMap((one) => Object.entries(one))) merged[name] = (merged[name] ?? 0) + times;
  return merged;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, times) => total + times, 0);

function some(what: string, list: readonly string[]): string[] {
  const more = list.length - FINDINGS_MAX;
  return [
    ...list.slice(0, FINDINGS_MAX).map((one) => `  ✗ ${what}: ${one}`),
    ...(more > 0 ? [`  ✗ ${what}: ${more} more`] : []),
  ];
}
