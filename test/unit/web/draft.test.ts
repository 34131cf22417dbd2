import { changeOf, creationOf, draftOf, EMPTY } from '../../../services/admin/web/console/endpoints/draft.js';
import type { CountedEndpoint } from '../../../services/admin/web/console/endpoints/shapes.js';

const endpoint: CountedEndpoint = {
  id: '01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55',
  url: 'https://app.example.com/webhooks',
  description: 'Accounts',
  eventTypes: ['user.*'],
  filter: 'department eq "Sales"',
  payload: 'full',
  headerNames: ['x-api-key'],
  ordering: 'resource',
  rateLimit: { perSecond: 5 },
  organizationId: null,
  directoryId: null,
  enabled: true,
  disabledReason: null,
  failingSince: null,
  createdAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T09:30:00.000Z',
  deliveries: {},
};

test('a form that nobody has touched changes nothing', () => {
  expect(changeOf(draftOf(endpoint), endpoint)).toEqual({});
});

test('only what differs is sent, so that what somebody else changed meanwhile stays', () => {
  const draft = { ...draftOf(endpoint), filter: ' ', perSecond: '12.5' };
  expect(changeOf(draft, endpoint)).toEqual({ filter: null, rateLimit: { perSecond: 12.5 } });
});

test('headers are left as they are, replaced, or removed', () => {
  const headers = 'x-api-key: a:b \n\n x-team : seats';
  expect(changeOf({ ...draftOf(endpoint), headers }, endpoint)).toEqual({
    headers: { 'x-api-key': 'a:b', 'x-team': 'seats' },
  });
  expect(changeOf({ ...draftOf(endpoint), dropsHeaders: true }, endpoint)).toEqual({ headers: {} });
});

test('a new endpoint says all of it', () => {
  expect(creationOf({ ...EMPTY, url: ' https://a.example/w ', headers: 'no colon' })).toEqual({
    url: 'https://a.example/w',
    description: '',
    eventTypes: [],
    filter: null,
    payload: 'full',
    ordering: 'resource',
    rateLimit: null,
    organizationId: null,
    directoryId: null,
    headers: { 'no colon': '' },
  });
});
