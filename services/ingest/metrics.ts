import { Counter, Histogram, type Registry } from 'prom-client';
import { answerClass } from '../../shared/runtime/answer.js';

/** What ingest tells of itself on /metrics. Labels name no directory: there may be thousands. */
export interface IngestMetrics {
  /** `route`: as the app knows it, undefined where none matched. `provider`: the directory's, undefined where it is not known. */
  answered(request: AnsweredRequest): void;
  /** A commit of so many requests is in the store. */
  committed(requests: number, seconds: number): void;
  /** Entries of the request log that were not written. */
  dropped(entries: number): void;
}

interface AnsweredRequest {
  readonly method: string;
  readonly route: string | undefined;
  readonly provider: string | null | undefined;
  readonly status: number;
  readonly seconds: number;
}

const REQUEST_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];

export function createIngestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry];
  const requests = new Histogram({
    name: 'rollcall_scim_request_duration_seconds',
    help: 'SCIM requests from their first byte to the end of the answer, by operation, provider and class of the answer.',
    labelNames: ['operation', 'provider', 'answer'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const commits = new Histogram({
    name: 'rollcall_commit_duration_seconds',
    help: 'From the decision on a commit to its confirmation by the store.',
    buckets: COMMIT_SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: 'rollcall_commit_requests',
    help: 'Requests that one commit answers.',
    buckets: BATCH_SIZES,
    registers,
  });
  const dropped = new Counter({
    name: 'rollcall_request_log_dropped_total',
    help: "Entries of directories' request logs that were not written because the store was too slow or failed.",
    registers,
  });
  return {
    answered({ method, route, provider, status, seconds }) {
      const labels = { operation: operationOf(method, route), provider: providerOf(provider) };
      requests.observe({ ...labels, answer: answerClass(status) }, seconds);
    },
    committed(operations, seconds) {
      commits.observe(seconds);
      batches.observe(operations);
    },
    dropped: (entries) => dropped.inc(entries),
  };
}

/** By method and path behind the SCIM base URL. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'POST /:endpoint': 'create',
  'GET /:endpoint/:id': 'read',
  'PUT /:endpoint/:id': 'replace',
  'PATCH /:endpoint/:id': 'modify',
  'DELETE /:endpoint/:id': 'delete',
  'GET /:endpoint': 'query',
  'GET /': 'query',
  'POST /:endpoint/.search': 'query',
  'POST /.search': 'query',
  'POST /Bulk': 'bulk',
  'GET /ServiceProviderConfig': 'discovery',
  'GET /ResourceTypes': 'discovery',
  'GET /ResourceTypes/:id': 'discovery',
  'GET /Schemas': 'discovery',
  'GET /Schemas/:id': 'discovery',
};

const operationOf = (method: string, route = ''): string =>
  OPERATIONS[`${method} ${route.replace('/scim/:directoryId/v2', '')}`] ?? 'other';

/** A directory's provider is whatever its maker wrote: of what we do not know, there could be any number. */
const PROVIDERS = ['okta', 'entra', 'google', 'onelogin', 'jumpcloud', 'pingfederate', 'rippling', 'cyberark'];

function providerOf(provider: string | null | undefined): string {
  if (provider === undefined || provider === null) return 'unknown';
  return PROVIDERS.includes(provider) ? provider : 'other';
}
