import { DELIVERY_STATUSES, type Attempt, type Delivery, type DeliveryStatus } from '../../webhooks/delivery.js';
import { json, nullableNumber, nullableText, number, text } from './columns.js';
import type { Database, Row, Statement } from './database.js';
import type { DeliveryLeases } from './delivery-leases.js';

/**
 * Everything that `toDelivery` reads. CROSS JOIN keeps SQLite to this order: deliveries first, and one row each of the others.
 * `indexedBy`: the index to find them by, where SQLite would not know.
 */
export const selectDeliveries = (indexedBy = ''): string => `
  SELECT deliveries.id, delivery_events.id AS event_id, type, delivery_endpoints.id AS endpoint_id, organization_id,
    directory_id, partition, "offset", seq, lane_keys, body, status, attempts, next_attempt_at, last_error,
    created_at, updated_at
  FROM deliveries ${indexedBy && `INDEXED BY ${indexedBy}`}
  CROSS JOIN delivery_events ON delivery_events.no = event
  CROSS JOIN delivery_endpoints ON delivery_endpoints.no = endpoint
  CROSS JOIN delivery_scopes ON delivery_scopes.no = scope`;

/** The `no` of the endpoint whose id is bound; null, which equals nothing, while it has no deliveries. */
export const ENDPOINT = '(SELECT no FROM delivery_endpoints WHERE id = ?)';

/**
 * The condition that a delivery has the status, with the ids of what is under way, as JSON, for its one parameter: `sending` is a
 * lease, whatever the status was before it.
 */
export const hasStatus = (status: DeliveryStatus): string =>
  status === 'sending' ? `deliveries.id IN ${UNDER_WAY}` : `status = '${status}' AND deliveries.id NOT IN ${UNDER_WAY}`;
const UNDER_WAY = '(SELECT value FROM json_each(?))';

export type StoredStatus = Exclude<DeliveryStatus, 'sending'>;
export const isStored = (status: DeliveryStatus): status is StoredStatus => status !== 'sending';
export const STORED_STATUSES = DELIVERY_STATUSES.filter(isStored);

/** A statement for each status that deliveries may be found in: `$status` in it is the condition that they have it. */
export function prepareByStatus<Status extends DeliveryStatus>(
  database: Database,
  statuses: readonly Status[],
  sql: string,
): Record<Status, Statement> {
  const statements = statuses.map((status) => [status, database.prepare(sql.replace('$status', hasStatus(status)))]);
  return Object.fromEntries(statements) as Record<Status, Statement>;
}

/** What stands in the column for a status. */
export const storedStatus = (status: DeliveryStatus): StoredStatus => (isStored(status) ? status : 'pending');

export function toDelivery(row: Row, leases: DeliveryLeases): Delivery {
  const id = text(row, 'id');
  const lease = leases.get(id);
  return {
    id,
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
    status: lease === undefined ? toStatus(row) : 'sending',
    attempts: number(row, 'attempts'),
    nextAttemptAt: nullableNumber(row, 'next_attempt_at'),
    leaseOwner: lease?.owner ?? null,
    leaseUntil: lease?.until ?? null,
    lastError: nullableText(row, 'last_error'),
    createdAt: number(row, 'created_at'),
    updatedAt: lease?.at ?? number(row, 'updated_at'),
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
