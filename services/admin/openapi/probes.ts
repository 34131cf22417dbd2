import type { JsonSchema } from '../../../shared/events/json-schema.js';
import type { ApiResponse, OpenApi } from './document.js';

export const PROBES_TAG = 'Probes';

const json = (description: string, status: string): ApiResponse => {
  const schema: JsonSchema = { type: 'object', properties: { status: { const: status } }, required: ['status'] };
  return { description, headers: {}, content: { 'application/json': { schema, example: { status } } } };
};

const get = (operationId: string, summary: string, responses: Readonly<Record<string, ApiResponse>>) => ({
  get: { operationId, tags: [PROBES_TAG], summary, security: [], parameters: [], responses },
});

/** What every role answers beside its own routes: see `createProbes` in shared/runtime. */
export const PROBES: OpenApi['paths'] = {
  '/healthz': get('isAlive', 'Whether the process is alive', { 200: json('It is', 'ok') }),
  '/readyz': get('isReady', 'Whether it can do its work', {
    200: json('It can', 'ready'),
    503: json('It cannot: the log says why', 'unavailable'),
  }),
  '/metrics': get('getMetrics', 'Read its metrics, as Prometheus does', {
    200: {
      description: 'Metrics',
      headers: {},
      content: {
        'text/plain': { schema: { type: 'string' }, example: 'process_cpu_seconds_total{role="admin"} 1.2\n' },
      },
    },
    500: json('They cannot be read: the log says why', 'error'),
  }),
};
