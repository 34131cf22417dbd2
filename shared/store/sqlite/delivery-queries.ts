import type { DeliveryStatus } from '../../webhooks/delivery.js';
import { inLogOrder, type DeliveryStore } from '../deliveries.js';
import { number, text } from './columns.js';
import type { Database, Statement } from './database.js';
import type { DeliveryLeases } from './delivery-leases.js';
import {
  ENDPOINT,
  hasStatus,
  isStored,
  prepareByStatus,
  selectDeliveries,
  STORED_STATUSES,
  toAttempt,
  toDelivery,
  toStatus,
} from './delivery-rows.js';

/** Before all places, those of a former log too. */
const FIRST = { offset: Number.MIN_SAFE_INTEGER, seq: -1 };

/** What is worked on. */
export function prepareQueue(
  database: Database,
  leases: DeliveryLeases,
): Pick<DeliveryStore, 'endpointsWith' | 'queue'> {
  const byStatus = (sql: string) => prepareByStatus(database, STORED_STATUSES, sql);
  // A step or two for each endpoint that has deliveries, however many wait.
  const endpoints = byStatus(`
    SELECT id FROM delivery_endpoints WHERE EXISTS (
      SELECT 1 FROM deliveries WHERE endpoint = no AND partition = ? AND $status)`);
  const inStatus = byStatus(`
    ${selectDeliveries()}
    WHERE endpoint = ${ENDPOINT} AND partition = ? AND $status AND ("offset", seq) > (?, ?)
    ORDER BY "offset", seq LIMIT ?`);
  const leased = database.prepare(`${selectDeliveries()} WHERE ${hasStatus('sending')} AND ("offset", seq) > (?, ?)`);
  return {
    async endpointsWith(partition, statuses) {
      const underWay = JSON.stringify(leases.of({ partition }));
      const rows = statuses.filter(isStored).flatMap((status) => endpoints[status].all(partition, underWay));
      const sending = statuses.includes('sending') ? leases.endpointsIn(partition) : [];
      return [...new Set([...rows.map((row) => text(row, 'id')), ...sending])];
    },
    async queue(partition, endpointId, statuses, { offset, seq } = FIRST, limit) {
      const underWay = JSON.stringify(leases.of({ endpointId, partition }));
      const rows = statuses
        .filter(isStored)
        .flatMap((status) => inStatus[status].all(endpointId, partition, underWay, offset, seq, limit));
      return [...rows, ...(statuses.includes('sending') ? leased.all(underWay, offset, seq) : [])]
        .map((row) => toDelivery(row, leases))
        .sort(inLogOrder)
        .slice(0, limit);
    },
  };
}

/** What people look at. */
export function prepareRecords(
  database: Database,
  leases: DeliveryLeases,
): Pick<DeliveryStore, 'get' | 'attempts' | 'lastAttempts' | 'countByStatus' | 'countAll'> {
  const byId = database.prepare(`${selectDeliveries()} WHERE deliveries.id = ?`);
  const attemptsOf = (order: string) =>
    database.prepare(`
      SELECT attempts.*, delivery_endpoints.id AS endpoint_id
      FROM attempts CROSS JOIN deliveries ON deliveries.id = delivery_id CROSS JOIN delivery_endpoints ON no = endpoint
      WHERE delivery_id = ? ${order}`);
  const attempts = attemptsOf('ORDER BY started_at, attempts.id');
  const lastAttempt = attemptsOf('ORDER BY started_at DESC, attempts.id DESC LIMIT 1');
  return {
    async get(id) {
      const row = byId.get(id);
      return row && toDelivery(row, leases);
    },
    async attempts(deliveryId) {
      return attempts.all(deliveryId).map(toAttempt);
    },
    async lastAttempts(deliveryIds) {
      const found = deliveryIds.flatMap((id) => lastAttempt.all(id).map(toAttempt));
      return new Map(found.map(({ response: _response, ...attempt }) => [attempt.deliveryId, attempt]));
    },
    ...prepareCounts(database, leases),
  };
}

function prepareCounts(database: Database, leases: DeliveryLeases): Pick<DeliveryStore, 'countByStatus' | 'countAll'> {
  // From an index alone; of all, endpoint by endpoint.
  const counted = (of: string) =>
    database.prepare(`
      SELECT count(*) AS count FROM (SELECT 1 FROM ${of} LIMIT ?)`);
  const ofEndpoint = counted(`deliveries INDEXED BY deliveries_queue WHERE status = ? AND endpoint = ${ENDPOINT}`);
  const ofAll = counted(`
    delivery_endpoints CROSS JOIN deliveries INDEXED BY deliveries_queue ON endpoint = delivery_endpoints.no WHERE status = ?`);
  const statusOf = database.prepare('SELECT status FROM deliveries WHERE id = ?');
  /** What stands in the column has what is under way in it, which is counted by itself. */
  const countEach = (statement: Statement, of: readonly string[], underWay: readonly string[], limit: number) => {
    const sums = new Map<DeliveryStatus, number>();
    const add = (status: DeliveryStatus, count: number) => sums.set(status, (sums.get(status) ?? 0) + count);
    for (const status of STORED_STATUSES) {
      const row = statement.get(status, ...of, limit + underWay.length);
      add(status, row === undefined ? 0 : number(row, 'count'));
    }
    for (const id of underWay) {
      const row = statusOf.get(id);
      if (row === undefined) continue;
      add(toStatus(row), -1);
      add('sending', 1);
    }
    const counts = [...sums].filter(([, count]) => count > 0);
    return Object.fromEntries(counts.map(([status, count]) => [status, Math.min(count, limit)]));
  };
  return {
    countByStatus: async (endpointId, limit) => countEach(ofEndpoint, [endpointId], leases.of({ endpointId }), limit),
    countAll: async (limit) => countEach(ofAll, [], leases.of({}), limit),
  };
}
