import { newId } from '../../../shared/runtime/ids.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import type { Delivery } from '../../../shared/webhooks/delivery.js';

/** A pending delivery. */
export const newRow = (some: Partial<Delivery> = {}): Delivery => ({
  id: newId(),
  eventId: newId(),
  eventType: 'user.created',
  endpointId: 'endpoint',
  organizationId: 'organization',
  directoryId: 'directory',
  partition: 0,
  offset: 1,
  seq: 1,
  laneKeys: ['user'],
  body: null,
  status: 'pending',
  attempts: 0,
  nextAttemptAt: null,
  leaseOwner: null,
  leaseUntil: null,
  lastError: null,
  createdAt: 0,
  updatedAt: 0,
  ...some,
});

/** An enabled endpoint of everything. */
export const newEndpoint = (id: string, some: Partial<Endpoint> = {}): Endpoint => ({
  id,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  url: 'https://example.com/',
  description: '',
  eventTypes: [],
  filter: null,
  payload: 'full',
  headers: [],
  ordering: 'resource',
  rateLimit: null,
  failingSince: null,
  organizationId: null,
  directoryId: null,
  enabled: true,
  disabledReason: null,
  disabling: null,
  secrets: [],
  ...some,
});
