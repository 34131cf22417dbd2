import { percentile } from '../../services/cli/demo/summary.js';
import type { Measured, Requests } from './bench.js';
import { openConnection, type Connection } from './connection.js';
import type { Job, JobResult } from './load-process.js';

/** The load generator: a process of its own that does one job after the other, told by its parent. */

const makers = new Map<string, (number: number) => string>();
let number = 0;

process.on('message', (job: Job) => {
  void run(job).then(
    (measured) => reply({ id: job.id, measured }),
    (error: unknown) => reply({ id: job.id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());

function reply(result: JobResult): void {
  process.send?.(result);
}

async function run(job: Job): Promise<Measured> {
  const make = await makerOf(job);
  const connections = await Promise.all(Array.from({ length: job.connections }, () => openConnection(job.port)));
  const tally: Tally = { durations: [], failed: 0, failure: null };
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + job.seconds * 1000;
  await Promise.all(connections.map((connection) => drive(connection, make, end, tally)));
  const elapsed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  connections.forEach((connection) => connection.close());
  const { durations, failed, failure } = tally;
  return {
    perSecond: durations.length / elapsed,
    p50: percentile(durations, 0.5),
    p99: percentile(durations, 0.99),
    failed,
    failure,
    generatorCpu: (user + system) / 1e6 / elapsed,
  };
}

/** Made once per bench, so that numbers, and with them names, never repeat. */
async function makerOf({ module, parameters }: Job): Promise<(number: number) => string> {
  const key = JSON.stringify([module, parameters]);
  const known = makers.get(key);
  if (known !== undefined) return known;
  const loaded: { requests: Requests } = await import(module);
  const made = loaded.requests(parameters);
  makers.set(key, made);
  return made;
}

interface Tally {
  /** Milliseconds of each request that got a 2xx. */
  readonly durations: number[];
  failed: number;
  failure: string | null;
}

/** One request after another until the time is up; stops at a broken connection. */
async function drive(
  connection: Connection,
  make: (number: number) => string,
  end: number,
  tally: Tally,
): Promise<void> {
  for (;;) {
    const sentAt = performance.now();
    if (sentAt >= end) return;
    try {
      const { status, excerpt } = await connection.send(make((number += 1)));
      if (status >= 200 && status < 300) tally.durations.push(performance.now() - sentAt);
      else fail(tally, `${status} ${excerpt}`);
    } catch (error) {
      fail(tally, String(error));
      return;
    }
  }
}

function fail(tally: Tally, failure: string): void {
  tally.failed += 1;
  tally.failure ??= failure;
}
