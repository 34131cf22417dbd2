import { DELIVERY_STATUSES, type Attempt, type Delivery, type DeliveryStatus } from '../../webhooks/delivery.js';
import { json, nullableNumber, nullableText, number, text } from './columns.js';
import type { Database, Row, Statement } from './database.js';

/**
 * Everything that `toDelivery` reads. CROSS JOIN keeps SQLite to this order: deliveries first, and one row each of the others.
 * `indexedBy`: the index to find them by, where SQLite would not know.
 */
export const selectDeliveries = (indexedBy = ''): string => `
  SELECT deliveries.id, delivery_events.id AS event_id, type, delivery_endpoints.id AS endpoint_id, organization_id,
    directory_id, partition, "offset", seq, lane_keys, body, status, attempts, next_attempt_at, lease_owner, lease_until,
    last_error, created_at, updated_at
  FROM deliveries ${indexedBy && `INDEXED BY ${indexedBy}`}
  CROSS JOIN delivery_events ON delivery_events.no = event
  CROSS JOIN delivery_endpoints ON delivery_endpoints.no = endpoint
  CROSS JOIN delivery_scopes ON delivery_scopes.no = scope`;

/** The `no` of the endpoint whose id is bound; null, which equals nothing, while it has no deliveries. */
export const ENDPOINT = '(SELECT no FROM delivery_endpoints WHERE id = ?)';

/** The condition that a delivery has the status: `sending` is a lease, whatever the status was before it. */
export const hasStatus = (status: DeliveryStatus): string =>
  status === 'sending' ? 'lease_owner IS NOT NULL' : `status = '${status}' AND lease_owner IS NULL`;

/** A statement for each status that deliveries may be found in: `$status` in it is the condition that they have it. */
export function prepareByStatus(database: Database, sql: string): Record<DeliveryStatus, Statement> {
  const statements = DELIVERY_STATUSES.map((status) => {
    return [status, database.prepare(sql.replace('$status', hasStatus(status)))];
  });
  return Object.fromEntries(statements) as Record<DeliveryStatus, Statement>;
}

/** What stands in the column for a status. */
export const storedStatus = (status: DeliveryStatus): DeliveryStatus => (status === 'sending' ? 'pending' : status);

export function toDelivery(row: Row): Delivery {
  const leaseOwner = nullableText(row, 'lease_owner');
  return {
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    eventType: text(row, 'type'),
    endpointId: text(row, 'endpoint_id'),
    organizationId: text(row, 'organization_id') || null,
    directoryId: text(row, 'directory_id') || null,
    partition: number(row, 'partition'),
    offset: number(row, 'offset'),
    seq: number(row, 'seq'),
    laneKeys: json(row, 'lane_keys') as string[],
    body: nullableText(row, 'body'),
    status: leaseOwner === null ? toStatus(row) : 'sending',
    attempts: number(row, 'attempts'),
    nextAttemptAt: nullableNumber(row, 'next_attempt_at'),
    leaseOwner,
    leaseUntil: nullableNumber(row, 'lease_until'),
    lastError: nullableText(row, 'last_error'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
  };
}

export const toStatus = (row: Row): DeliveryStatus => text(row, 'status') as DeliveryStatus;

export const toAttempt = (row: Row): Attempt => ({
  id: text(row, 'id'),
  deliveryId: text(row, 'delivery_id'),
  endpointId: text(row, 'endpoint_id'),
  startedAt: number(row, 'started_at'),
  durationMs: number(row, 'duration_ms'),
  status: nullableNumber(row, 'status'),
  error: nullableText(row, 'error'),
  response: text(row, 'response'),
});
