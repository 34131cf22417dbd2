import { healthOf, successRate } from '../../../services/admin/web/console/endpoints/health.js';
import type { Endpoint, EndpointStatistics } from '../../../services/admin/web/console/endpoints/shapes.js';

const AT = '2026-01-31T09:30:00.000Z';
const LATER = '2026-01-31T10:30:00.000Z';

const endpoint: Endpoint = {
  id: '01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55',
  url: 'https://app.example.com/webhooks',
  description: '',
  eventTypes: [],
  filter: null,
  payload: 'full',
  headerNames: [],
  ordering: 'resource',
  rateLimit: null,
  organizationId: null,
  directoryId: null,
  enabled: true,
  disabledReason: null,
  failingSince: null,
  createdAt: AT,
  updatedAt: AT,
};
const statistics: EndpointStatistics = {
  endpointId: endpoint.id,
  attempts: 100,
  succeeded: 100,
  failed: 0,
  latencyMs: { p50: 20, p95: 80 },
  lastSuccessAt: LATER,
  lastFailureAt: null,
  buckets: [],
};

test.each<[string, Partial<Endpoint>, Partial<EndpointStatistics> | undefined]>([
  ['Healthy', {}, {}],
  ['Healthy', {}, { succeeded: 99, failed: 1, lastFailureAt: AT }],
  ['Unsteady', {}, { succeeded: 98, failed: 2, lastFailureAt: AT }],
  ['Failing', {}, { succeeded: 98, failed: 2, lastSuccessAt: AT, lastFailureAt: LATER }],
  ['Failing', {}, { succeeded: 0, failed: 100, lastSuccessAt: null, lastFailureAt: LATER }],
  ['Failing', { failingSince: AT }, undefined],
  ['Resting', {}, { attempts: 0, succeeded: 0, lastSuccessAt: null }],
  ['Enabled', {}, undefined],
  ['Disabled', { enabled: false, disabledReason: 'the receiver answered 410 Gone', failingSince: AT }, {}],
])('%s', (word, settings, numbers) => {
  const found = numbers && { ...statistics, ...numbers };
  expect(healthOf({ ...endpoint, ...settings }, found).word).toBe(word);
});

test('why an endpoint is disabled is told', () => {
  const { why } = healthOf(
    { ...endpoint, enabled: false, disabledReason: 'the receiver answered 410 Gone' },
    undefined,
  );
  expect(why).toContain('the receiver answered 410 Gone');
});

test.each([
  [0, 0, '—'],
  [3, 3, '100 %'],
  [100_000, 99_999, '99.9 %'],
  [100_000, 1, '0.1 %'],
  [100_000, 0, '0 %'],
  [1_000, 987, '98.7 %'],
])('of %d attempts, %d successes are %s', (attempts, succeeded, told) => {
  expect(successRate({ attempts, succeeded })).toBe(told);
});
