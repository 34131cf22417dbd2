import type { Management } from '../../services/cli/demo/management.js';
import type { Load } from './load-process.js';

/**
 * A bench is one file. It exports `bench`, which main.ts runs beside a bare Express "hello", and, where it measures requests,
 * `requests`, which the load generator loads in its own process.
 */
export interface Bench {
  /** What is measured, in one line. */
  readonly title: string;
  /** Makes what the bench needs on a fresh standalone. Answers what it measures from then on. */
  open(rollcall: Rollcall, load: Load): Promise<Subject>;
}

export interface Rollcall {
  readonly port: number;
  readonly management: Management;
}

/** Something that is driven as hard as it goes for some seconds, as often as it is asked to. */
export interface Subject {
  measure(seconds: number): Promise<Measured>;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests without a 2xx, or without an answer. */
  readonly failed: number;
  /** The first failure, in words. */
  readonly failure: string | null;
  /** Share of one core that the load generator used; near 1 it is the bottleneck. */
  readonly generatorCpu: number;
}

/** Made once per process from the parameters that `bench.open` gives; then called for each request: its bytes, latin1. */
export type Requests = (parameters: Readonly<Record<string, string>>) => (number: number) => string;
