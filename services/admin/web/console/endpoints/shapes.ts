import type * as z from 'zod';
import type { countedEndpoint } from '../../../api/endpoints.js';
import type { replayView } from '../../../api/replays.js';

/** What the API answers, as it declares it. */

export type CountedEndpoint = z.output<typeof countedEndpoint>;
export type Endpoint = Omit<CountedEndpoint, 'deliveries'>;
export type Replay = z.output<typeof replayView>;

/** Milliseconds; null where nothing was measured. */
interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Of the hours asked for. */
export interface EndpointStatistics {
  readonly endpointId: string;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly latencyMs: Latency;
  readonly lastSuccessAt: string | null;
  readonly lastFailureAt: string | null;
  /** One an hour, oldest first. */
  readonly buckets: readonly {
    readonly at: string;
    readonly succeeded: number;
    readonly failed: number;
    readonly latencyMs: Latency;
  }[];
}
