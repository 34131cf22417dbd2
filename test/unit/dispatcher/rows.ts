import { newId } from '../../../shared/runtime/ids.js';
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
