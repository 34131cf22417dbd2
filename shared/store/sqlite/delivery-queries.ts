import type { Delivery, DeliveryStatus } from '../../webhooks/delivery.js';
import { inLogOrder, type DeliveryFilter, type DeliveryStore } from '../deliveries.js';
import { number, text } from './columns.js';
import type { Database, Value } from './database.js';
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
): Pick<DeliveryStore, 'get' | 'list' | 'attempts' | 'countByStatus'> {
  const byId = database.prepare(`${selectDeliveries()} WHERE deliveries.id = ?`);
  const attempts = database.prepare(`
    SELECT attempts.*, delivery_endpoints.id AS endpoint_id
    FROM attempts CROSS JOIN deliveries ON deliveries.id = delivery_id CROSS JOIN delivery_endpoints ON no = endpoint
    WHERE delivery_id = ? ORDER BY started_at, attempts.id`);
  const list = prepareList(database, leases);
  return {
    async get(id) {
      const row = byId.get(id);
      return row && toDelivery(row, leases);
    },
    list,
    async attempts(deliveryId) {
      return attempts.all(deliveryId).map(toAttempt);
    },
    countByStatus: prepareCounts(database, leases),
  };
}

function prepareCounts(database: Database, leases: DeliveryLeases): DeliveryStore['countByStatus'] {
  const counts = database.prepare(
    `SELECT status, count(*) AS count FROM deliveries WHERE endpoint = ${ENDPOINT} GROUP BY status`,
  );
  const statusOf = database.prepare('SELECT status FROM deliveries WHERE id = ?');
  return async (endpointId) => {
    const sums = new Map<DeliveryStatus, number>();
    const add = (status: DeliveryStatus, count: number) => sums.set(status, (sums.get(status) ?? 0) + count);
    for (const row of counts.all(endpointId)) add(toStatus(row), number(row, 'count'));
    for (const id of leases.of({ endpointId })) {
      const row = statusOf.get(id);
      if (row === undefined) continue;
      add(toStatus(row), -1);
      add('sending', 1);
    }
    return Object.fromEntries([...sums].filter(([, count]) => count > 0));
  };
}

/** Word for word the condition of the index `deliveries_stuck`: SQLite uses it only where the query says the same. */
const STUCK = "status NOT IN ('pending', 'delivered')";
const isStuck = (status: DeliveryStatus): boolean => !['pending', 'sending', 'delivered'].includes(status);

function prepareList(database: Database, leases: DeliveryLeases): DeliveryStore['list'] {
  const scopesOf = prepareScopes(database);
  return async (filter, { beforeId, limit }) => {
    const { endpointId, eventId, status } = filter;
    const conditions: string[] = [];
    const values: Value[] = [];
    const where = (condition: string, ...bound: Value[]): void => {
      conditions.push(condition);
      values.push(...bound);
    };
    if (endpointId !== undefined) where(`endpoint = ${ENDPOINT}`, endpointId);
    if (eventId !== undefined) where('event IN (SELECT no FROM delivery_events WHERE id = ?)', eventId);
    if (beforeId !== undefined) where('deliveries.id < ?', beforeId);
    if (status !== undefined) where(hasStatus(status), JSON.stringify(leases.of({})));
    if (status !== undefined && isStuck(status)) where(STUCK);

    const scopes = scopesOf(filter);
    if (scopes !== undefined) conditions.push('scope = ?');
    const clause = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

    const { index, isShort } = placeOf(filter);
    const page = isShort ? [] : [limit];
    const order = isShort ? '' : 'ORDER BY deliveries.id DESC LIMIT ?';
    const select = database.prepare(`${selectDeliveries(index)} ${clause} ${order}`);
    return (scopes ?? [[]])
      .flatMap((scope) => select.all(...values, ...scope, ...page))
      .map((row) => toDelivery(row, leases))
      .sort(newestFirst)
      .slice(0, limit);
  };
}

/** The index to look in; undefined where SQLite knows. What it finds by a short one is put in order afterwards. */
function placeOf({ eventId, status }: DeliveryFilter): { readonly index?: string; readonly isShort: boolean } {
  if (eventId !== undefined) return { index: 'deliveries_by_event', isShort: true };
  if (status === 'sending') return { isShort: true };
  // An endpoint may have a million deliveries and none that is stuck.
  return status !== undefined && isStuck(status) ? { index: 'deliveries_stuck', isShort: false } : { isShort: false };
}

const newestFirst = (a: Delivery, b: Delivery): number => (a.id < b.id ? 1 : -1);

/** The `no` of each scope that a filter admits; undefined where it admits all. An organization has one for each of its directories. */
function prepareScopes(database: Database): (filter: DeliveryFilter) => readonly [number][] | undefined {
  const ofOrganization = database.prepare('SELECT * FROM delivery_scopes WHERE organization_id = ?');
  const ofDirectory = database.prepare('SELECT * FROM delivery_scopes WHERE directory_id = ?');
  return ({ organizationId, directoryId }) => {
    if (organizationId === undefined && directoryId === undefined) return undefined;
    const found = directoryId === undefined ? ofOrganization.all(organizationId ?? '') : ofDirectory.all(directoryId);
    return found
      .filter((row) => organizationId === undefined || text(row, 'organization_id') === organizationId)
      .map((row) => [number(row, 'no')]);
  };
}
