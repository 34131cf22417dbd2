import { cpus, platform, release, totalmem } from 'node:os';
import type { Measured } from './bench.js';

/** One repetition: the bare server and the bench, one after the other. */
export interface Pair {
  readonly hello: Measured;
  readonly bench: Measured;
}

export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly repetitions: number;
}

/** From here on the generator, not the server, may be what limits a figure. */
const BUSY_CPU = 0.9;

export const machine = () => ({
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  os: `${platform()} ${release()}`,
});

export function renderMachine(): string {
  const { cpus: count, model, memoryGiB, node, os } = machine();
  return `${count} × ${model}, ${memoryGiB} GiB, Node ${node}, ${os}.`;
}

export function renderPlan({ title, connections, seconds, warmupSeconds, repetitions }: Plan): string {
  return [
    `${title},`,
    'beside GET / on a bare Express 5, which answers "hello".',
    renderMachine(),
    `${connections} kept-alive connections, ${warmupSeconds} s to warm up, ${repetitions} × ${seconds} s each, alternating.`,
    '',
    renderRow('', 'hello/s', 'bench/s', 'ratio', 'p50 ms', 'p99 ms', '  generator CPU'),
  ].join('\n');
}

export const renderPair = ({ hello, bench }: Pair, number: number): string =>
  renderRow(
    String(number),
    rate(hello.perSecond),
    rate(bench.perSecond),
    (bench.perSecond / hello.perSecond).toFixed(3),
    bench.p50.toFixed(1),
    bench.p99.toFixed(1),
    `${percent(hello.generatorCpu)} | ${percent(bench.generatorCpu)}`.padStart(15),
  );

export interface Result {
  readonly plan: Plan;
  readonly machine: ReturnType<typeof machine>;
  readonly pairs: readonly Pair[];
  /** Medians of the repetitions; the ratio is that of the medians. */
  readonly median: { readonly hello: number; readonly bench: number; readonly ratio: number };
  /** Requests without a 2xx, the warm-up's too. */
  readonly failed: number;
  readonly failure: string | null;
}

export function resultOf(plan: Plan, warmup: Pair, pairs: readonly Pair[]): Result {
  const hello = median(pairs.map((pair) => pair.hello.perSecond));
  const bench = median(pairs.map((pair) => pair.bench.perSecond));
  const all = [warmup, ...pairs].flatMap((pair) => [pair.hello, pair.bench]);
  const failed = all.reduce((sum, measured) => sum + measured.failed, 0);
  const failure = all.find((measured) => measured.failure !== null)?.failure ?? null;
  return { plan, machine: machine(), pairs, median: { hello, bench, ratio: bench / hello }, failed, failure };
}

export function renderResult({ pairs, median: { hello, bench, ratio }, failed, failure }: Result): string {
  const spread = (rates: readonly number[]): string => `${rate(Math.min(...rates))} to ${rate(Math.max(...rates))}`;
  const isBusy = pairs.some((pair) => pair.hello.generatorCpu >= BUSY_CPU || pair.bench.generatorCpu >= BUSY_CPU);
  return [
    renderRow('median', rate(hello), rate(bench), ratio.toFixed(3)),
    '',
    `hello ${spread(pairs.map((pair) => pair.hello.perSecond))}, bench ${spread(pairs.map((pair) => pair.bench.perSecond))}.`,
    ...(isBusy ? ['The load generator was at its limit: the server may be faster than the figure.'] : []),
    failed === 0 ? 'Every request got a 2xx.' : `${failed} requests failed, the first with: ${failure ?? ''}`,
  ].join('\n');
}

const renderRow = (name: string, ...cells: string[]): string =>
  `${name.padEnd(7)}${cells.map((cell) => cell.padStart(10)).join('')}`;

const rate = (perSecond: number): string => Math.round(perSecond).toLocaleString('en-US');

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
