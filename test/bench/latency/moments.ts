import { percentile } from '../../../services/cli/demo/summary.js';

/** A create that was answered with a 201. Times in milliseconds of `now`. */
export interface Create {
  readonly number: number;
  /** When it was due: it may have waited for a connection. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A webhook that was received to its end. */
export interface Arrival {
  /** Of the create that it tells of. */
  readonly number: number;
  readonly at: number;
}

/** Milliseconds. */
interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface Latencies {
  /** From the request to its answer. */
  readonly scim: Quantiles;
  /** From the answer to the webhook; below zero where the webhook is there first. */
  readonly sinceAnswer: Quantiles;
  readonly sinceRequest: Quantiles;
  readonly webhooks: number;
}

/** The monotonic clock of the machine, the same in all its processes, in milliseconds. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export function latenciesOf(creates: readonly Create[], arrivals: readonly Arrival[]): Latencies {
  const byNumber = new Map(creates.map((create) => [create.number, create]));
  const known = arrivals.flatMap(({ number, at }) => {
    const create = byNumber.get(number);
    return create === undefined ? [] : [{ ...create, at }];
  });
  return {
    scim: quantiles(creates.map(({ sentAt, answeredAt }) => answeredAt - sentAt)),
    sinceAnswer: quantiles(known.map(({ answeredAt, at }) => at - answeredAt)),
    sinceRequest: quantiles(known.map(({ sentAt, at }) => at - sentAt)),
    webhooks: known.length,
  };
}

const quantiles = (values: readonly number[]): Quantiles => ({
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
});
