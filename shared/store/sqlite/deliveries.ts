import { OPEN_STATUSES, type Attempt, type Delivery, type DeliveryStatus } from '../../webhooks/delivery.js';
import { inLogOrder, type DeliveryFilter, type DeliveryStore, type Settlement } from '../deliveries.js';
import { json, nullableNumber, nullableText, number, text } from './columns.js';
import type { Database, Row } from './database.js';

export function createDeliveries(database: Database): DeliveryStore {
  const insert = prepareInsert(database);
  const advance = database.prepare(`
    INSERT INTO delivery_progress (directory_id, seq) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`);
  const progressOf = database.prepare('SELECT seq FROM delivery_progress WHERE directory_id = ?');
  return {
    ...prepareSteps(database),
    ...prepareQueue(database),
    ...prepareRecords(database),
    async insert(deliveries, progress) {
      // The log's cursor is in this database too and is saved later, so that what is undone is consumed again.
      database.lazily(() => {
        deliveries.forEach(insert);
        for (const { directoryId, seq } of progress) advance.run(directoryId, seq);
      });
    },
    async progress(directoryIds) {
      return new Map(
        directoryIds.map((directoryId) => {
          const row = progressOf.get(directoryId);
          return [directoryId, row === undefined ? 0 : number(row, 'seq')];
        }),
      );
    },
  };
}

function prepareInsert(database: Database): (delivery: Delivery) => void {
  const insert = database.prepare(`
    INSERT INTO deliveries (id, event_id, event_type, endpoint_id, organization_id, directory_id, partition, "offset", seq,
      lane_keys, body, status, attempts, next_attempt_at, lease_owner, lease_until, last_error, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`);
  return (delivery) => void insert.run(...toValues(delivery));
}

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ');

/** What becomes of a delivery. */
function prepareSteps(
  database: Database,
): Pick<DeliveryStore, 'claim' | 'settle' | 'move' | 'relabel' | 'retry' | 'skip'> {
  const settle = prepareSettle(database);
  const claim = database.prepare(`
    UPDATE deliveries SET status = 'sending', lease_owner = ?, lease_until = ?, updated_at = ?
    WHERE id = ? AND attempts = ? AND status IN (${OPEN})`);
  const move = database.prepare(`
    UPDATE deliveries SET status = ?, updated_at = ? WHERE endpoint_id = ? AND status = ?`);
  const resume = database.prepare(`
    UPDATE deliveries SET status = 'pending', attempts = 0, next_attempt_at = NULL, updated_at = ?
    WHERE endpoint_id = ? AND status = ?`);
  const relabel = database.prepare('UPDATE deliveries SET status = ?, updated_at = ? WHERE id = ? AND status = ?');
  const retry = database.prepare(`
    UPDATE deliveries SET status = 'pending', attempts = 0, next_attempt_at = NULL, last_error = NULL, updated_at = ?
    WHERE id = ? AND status = ?`);
  const skip = database.prepare(`
    UPDATE deliveries SET status = 'canceled', next_attempt_at = NULL, updated_at = ? WHERE id = ? AND status = ?`);
  return {
    async claim(deliveries, owner, leaseUntil, now) {
      return database.lazily(() => {
        const got = deliveries.filter(({ id, attempts }) => claim.run(owner, leaseUntil, now, id, attempts) > 0);
        return new Set(got.map(({ id }) => id));
      });
    },
    async settle(settlements, now) {
      database.lazily(() => {
        for (const settlement of settlements) settle(settlement, now);
      });
    },
    async move(endpointId, from, to, now) {
      const moveAll = (status: DeliveryStatus): number =>
        to === 'pending' ? resume.run(now, endpointId, status) : move.run(to, now, endpointId, status);
      return database.durably(() => from.reduce((sum, status) => sum + moveAll(status), 0));
    },
    async relabel(deliveryIds, from, to, now) {
      database.lazily(() => {
        for (const id of deliveryIds) relabel.run(to, now, id, from);
      });
    },
    async retry(deliveryId, from, now) {
      return database.durably(() => retry.run(now, deliveryId, from) > 0);
    },
    async skip(deliveryId, from, now) {
      return database.durably(() => skip.run(now, deliveryId, from) > 0);
    },
  };
}

/** What people look at. */
function prepareRecords(database: Database): Pick<DeliveryStore, 'get' | 'list' | 'attempts' | 'countByStatus'> {
  const byId = database.prepare('SELECT * FROM deliveries WHERE id = ?');
  const attempts = database.prepare('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY started_at, id');
  // By partition too: that is the order of the index, and nothing has to be sorted.
  const counts = database.prepare(
    'SELECT status, count(*) AS count FROM deliveries WHERE endpoint_id = ? GROUP BY partition, status',
  );
  return {
    async get(id) {
      const row = byId.get(id);
      return row && toDelivery(row);
    },
    async list(filter, { beforeId, limit }) {
      return list(database, filter, beforeId, limit);
    },
    async attempts(deliveryId) {
      return attempts.all(deliveryId).map(toAttempt);
    },
    async countByStatus(endpointId) {
      const sums: Partial<Record<DeliveryStatus, number>> = {};
      for (const row of counts.all(endpointId)) {
        const status = toStatus(row);
        sums[status] = (sums[status] ?? 0) + number(row, 'count');
      }
      return sums;
    },
  };
}

/** Before all places. */
const FIRST = { offset: -1, seq: -1 };

function prepareQueue(database: Database): Pick<DeliveryStore, 'endpointsWith' | 'queue'> {
  // Steps from one endpoint to the next: however many deliveries wait, it looks at a row per endpoint.
  const endpoints = database.prepare(`
    WITH RECURSIVE endpoint (id) AS (
      SELECT min(endpoint_id) FROM deliveries
      UNION ALL
      SELECT (SELECT min(endpoint_id) FROM deliveries WHERE endpoint_id > endpoint.id) FROM endpoint WHERE id IS NOT NULL
    )
    SELECT id FROM endpoint WHERE EXISTS (
      SELECT 1 FROM deliveries WHERE endpoint_id = endpoint.id AND partition = ? AND status = ?)`);
  const inStatus = database.prepare(`
    SELECT * FROM deliveries WHERE endpoint_id = ? AND partition = ? AND status = ? AND ("offset", seq) > (?, ?)
    ORDER BY "offset", seq LIMIT ?`);
  return {
    async endpointsWith(partition, statuses) {
      const ids = statuses.flatMap((status) => endpoints.all(partition, status).map((row) => text(row, 'id')));
      return [...new Set(ids)];
    },
    async queue(partition, endpointId, statuses, after = FIRST, limit) {
      return statuses
        .flatMap((status) =>
          inStatus.all(endpointId, partition, status, after.offset, after.seq, limit).map(toDelivery),
        )
        .sort(inLogOrder)
        .slice(0, limit);
    },
  };
}

function prepareSettle(database: Database): (settlement: Settlement, now: number) => void {
  const update = database.prepare(`
    UPDATE deliveries SET status = ?, attempts = ?, next_attempt_at = ?, last_error = ?, lease_owner = NULL,
      lease_until = NULL, updated_at = ?
    WHERE id = ?`);
  const insertDelivery = prepareInsert(database);
  const insertAttempt = database.prepare(`
    INSERT INTO attempts (id, delivery_id, endpoint_id, started_at, duration_ms, status, error, response)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  return ({ deliveryId, attempt, status, attempts, nextAttemptAt, lastError, tells = [] }, now) => {
    const isThere = update.run(status, attempts, nextAttemptAt, lastError, now, deliveryId) > 0;
    // Erased while it was under way: its attempt must not stay behind, nor what tells of it.
    if (!isThere) return;
    tells.forEach(insertDelivery);
    if (attempt === undefined) return;
    const { id, endpointId, startedAt, durationMs, error, response } = attempt;
    insertAttempt.run(id, deliveryId, endpointId, startedAt, durationMs, attempt.status, error, response);
  };
}

const FILTERS = {
  endpointId: 'endpoint_id',
  directoryId: 'directory_id',
  organizationId: 'organization_id',
  eventId: 'event_id',
  status: 'status',
} as const satisfies Record<keyof DeliveryFilter, string>;

/** Word for word the condition of the index `deliveries_stuck`: SQLite uses it only where the query says the same. */
const STUCK = "status NOT IN ('pending', 'sending', 'delivered')";
const isStuck = (status: DeliveryStatus): boolean => !['pending', 'sending', 'delivered'].includes(status);

function list(database: Database, filter: DeliveryFilter, beforeId: string | undefined, limit: number): Delivery[] {
  const conditions: string[] = [];
  const values: string[] = [];
  const where = (condition: string, value: string): void => {
    conditions.push(condition);
    values.push(value);
  };
  for (const [field, column] of Object.entries(FILTERS) as [keyof DeliveryFilter, string][]) {
    const value = filter[field];
    if (value !== undefined) where(`${column} = ?`, value);
  }
  if (beforeId !== undefined) where('id < ?', beforeId);
  if (filter.status !== undefined && isStuck(filter.status)) conditions.push(STUCK);
  const clause = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const select = database.prepare(`SELECT * FROM deliveries ${clause} ORDER BY id DESC LIMIT ?`);
  return select.all(...values, limit).map(toDelivery);
}

const toValues = (delivery: Delivery) => [
  delivery.id,
  delivery.eventId,
  delivery.eventType,
  delivery.endpointId,
  // The columns take no null.
  delivery.organizationId ?? '',
  delivery.directoryId ?? '',
  delivery.partition,
  delivery.offset,
  delivery.seq,
  JSON.stringify(delivery.laneKeys),
  delivery.body,
  delivery.status,
  delivery.attempts,
  delivery.nextAttemptAt,
  delivery.leaseOwner,
  delivery.leaseUntil,
  delivery.lastError,
  delivery.createdAt,
  delivery.updatedAt,
];

const toStatus = (row: Row): DeliveryStatus => text(row, 'status') as DeliveryStatus;

const toDelivery = (row: Row): Delivery => ({
  id: text(row, 'id'),
  eventId: text(row, 'event_id'),
  eventType: text(row, 'event_type'),
  endpointId: text(row, 'endpoint_id'),
  organizationId: text(row, 'organization_id') || null,
  directoryId: text(row, 'directory_id') || null,
  partition: number(row, 'partition'),
  offset: number(row, 'offset'),
  seq: number(row, 'seq'),
  laneKeys: json(row, 'lane_keys') as string[],
  body: nullableText(row, 'body'),
  status: toStatus(row),
  attempts: number(row, 'attempts'),
  nextAttemptAt: nullableNumber(row, 'next_attempt_at'),
  leaseOwner: nullableText(row, 'lease_owner'),
  leaseUntil: nullableNumber(row, 'lease_until'),
  lastError: nullableText(row, 'last_error'),
  createdAt: number(row, 'created_at'),
  updatedAt: number(row, 'updated_at'),
});

const toAttempt = (row: Row): Attempt => ({
  id: text(row, 'id'),
  deliveryId: text(row, 'delivery_id'),
  endpointId: text(row, 'endpoint_id'),
  startedAt: number(row, 'started_at'),
  durationMs: number(row, 'duration_ms'),
  status: nullableNumber(row, 'status'),
  error: nullableText(row, 'error'),
  response: text(row, 'response'),
});
