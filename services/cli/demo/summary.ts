import { isKept, type Report } from '../../simulator/check.js';
import type { Webhook } from '../../simulator/received.js';
import type { Run } from '../../simulator/simulator.js';
import { duration } from '../output/text.js';
import type { Paint } from '../paint.js';

/** One provider's part: what it knows, what the directory lists, and what the two and the webhooks say together. */
export interface Play {
  readonly run: Run;
  /** Events of the directory. */
  readonly events: number;
  readonly report: Report;
}

export interface Outcome {
  readonly plays: readonly Play[];
  /** Everything that the receiver got. */
  readonly webhooks: readonly Webhook[];
  /** Milliseconds from SCIM request to verified webhook. */
  readonly latencies: readonly number[];
  readonly elapsedMs: number;
}

/** Most findings of one kind that are spelt out. */
const FINDINGS_MAX = 5;

/** The counts, and whether the promise was kept; where it was not, how. */
export function renderSummary({ plays, webhooks, latencies, elapsedMs }: Outcome, paint: Paint): string[] {
  const sum = (count: (play: Play) => number): number => plays.reduce((total, play) => total + count(play), 0);
  const row = (name: string, value: string | number, more = ''): string =>
    ` ${name.padEnd(14)}${String(value).padStart(6)}  ${paint.faint(more)}`.trimEnd();
  const refused = sum(({ run }) => run.exchanges.filter(({ status }) => status === null || status >= 400).length);
  const duplicates = sum(({ report }) => report.duplicated);
  const verified = webhooks.filter(({ isVerified }) => isVerified).length - duplicates;
  const problems = plays.flatMap(findings);
  return [
    row(
      'SCIM requests',
      sum(({ run }) => run.exchanges.length),
      `${refused} without a 2xx, in ${duration(elapsedMs)}`,
    ),
    row(
      'acknowledged',
      sum(({ report }) => report.acknowledged),
      'writes that got a 2xx',
    ),
    row(
      'events',
      sum(({ events }) => events),
      'numbered per directory, without a gap',
    ),
    row('delivered', webhooks.length - duplicates),
    row('verified', verified, 'by the svix package'),
    row('duplicates', duplicates),
    row('latency p50', duration(percentile(latencies, 0.5)), 'from SCIM request to verified webhook'),
    row('latency p99', duration(percentile(latencies, 0.99))),
    '',
    ...problems.map((problem) => paint.bad(`✗ ${problem}`)),
    problems.length === 0
      ? paint.good('✓ Everything that was acknowledged was delivered, verified and in order.')
      : paint.bad('✗ The promise was not kept.'),
  ];
}

function findings({ run, report }: Play): string[] {
  if (isKept(report) && run.failures.length === 0) return [];
  const some = (what: string, list: readonly string[]): string[] => [
    ...list.slice(0, FINDINGS_MAX).map((one) => `${what}: ${one}`),
    ...(list.length > FINDINGS_MAX ? [`${what}: ${list.length - FINDINGS_MAX} more`] : []),
  ];
  return [
    ...some(
      'failed',
      run.failures.map(({ step, reason }) => `${step}: ${reason}`),
    ),
    ...some(
      'lost',
      report.lost.map(({ type, id, request }) => `${type} of ${id}, ${request}`),
    ),
    ...some(
      'out of order',
      report.reordered.map(({ seq, afterSeq, laneKey }) => `seq ${seq} after ${afterSeq} of ${laneKey}`),
    ),
    ...some(
      'never arrived',
      report.seqGaps.map((seq) => `seq ${seq}`),
    ),
    ...some('unexpected', report.unexpected),
    ...some('wrong', report.wrong),
    ...(report.unverified > 0 ? [`unverified: ${report.unverified} webhooks`] : []),
  ];
}

/** The smallest value that the given share of them does not exceed; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
