import { DELIVERY_STATUSES, OPEN_STATUSES, type DeliveryStatus } from '../../webhooks/delivery.js';
import { idsByAttempts, type DeliveryStore, type Settlement } from '../deliveries.js';
import { text } from './columns.js';
import type { Database } from './database.js';
import { prepareInsert } from './delivery-inserts.js';
import type { DeliveryLeases } from './delivery-leases.js';
import { ENDPOINT, prepareByStatus } from './delivery-rows.js';

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ');

/** What becomes of a delivery. */
export function prepareSteps(
  database: Database,
  leases: DeliveryLeases,
): Pick<DeliveryStore, 'claim' | 'settle' | 'move' | 'relabel' | 'retry' | 'skip'> {
  const settle = prepareSettle(database, leases);
  const step = (set: string) => prepareStep(database, leases, set);
  const relabel = step('status = ?');
  const retry = step('status = ?, attempts = 0, next_attempt_at = NULL, last_error = NULL');
  const skip = step('status = ?, next_attempt_at = NULL');
  return {
    claim: prepareClaim(database, leases),
    async settle(settlements, now) {
      database.lazily(() => {
        for (const settlement of settlements) settle(settlement, now);
      });
      for (const { deliveryId } of settlements) leases.giveBack(deliveryId);
    },
    move: prepareMove(database, leases),
    async relabel(deliveryIds, from, to, now) {
      database.lazily(() => {
        for (const id of deliveryIds) relabel(id, from, to, now);
      });
    },
    async retry(deliveryId, from, now) {
      return database.durably(() => retry(deliveryId, from, 'pending', now));
    },
    async skip(deliveryId, from, now) {
      return database.durably(() => skip(deliveryId, from, 'canceled', now));
    },
  };
}

type Step = (id: string, from: DeliveryStatus, to: DeliveryStatus, now: number) => boolean;

/** One delivery gets another status, if it has the one that is expected. */
function prepareStep(database: Database, leases: DeliveryLeases, set: string): Step {
  const update = database.prepare(`
    UPDATE deliveries SET ${set}, updated_at = ? WHERE id = ? AND (status = ? OR ?)`);
  return (id, from, to, now) => {
    const isUnderWay = leases.get(id) !== undefined;
    if (isUnderWay !== (from === 'sending')) return false;
    const isChanged = update.run(to, now, id, from, Number(isUnderWay)) > 0;
    if (isChanged) leases.giveBack(id);
    return isChanged;
  };
}

function prepareMove(database: Database, leases: DeliveryLeases): DeliveryStore['move'] {
  const byStatus = (sql: string) => prepareByStatus(database, DELIVERY_STATUSES, sql);
  const where = `endpoint = ${ENDPOINT} AND $status`;
  const move = byStatus(`UPDATE deliveries SET status = ?, updated_at = ? WHERE ${where}`);
  const resume = byStatus(
    `UPDATE deliveries SET status = ?, attempts = 0, next_attempt_at = NULL, updated_at = ? WHERE ${where}`,
  );
  return async (endpointId, from, to, now) => {
    const statements = to === 'pending' ? resume : move;
    return database.durably(() => {
      const underWay = leases.of({ endpointId });
      const moveAll = (status: DeliveryStatus): number =>
        statements[status].run(to, now, endpointId, JSON.stringify(underWay));
      const moved = from.reduce((sum, status) => sum + moveAll(status), 0);
      if (from.includes('sending')) underWay.forEach((id) => leases.giveBack(id));
      return moved;
    });
  };
}

/** Only looks: a lease is not written down, see delivery-leases.ts. */
function prepareClaim(database: Database, leases: DeliveryLeases): DeliveryStore['claim'] {
  const open = database.prepare(`
    SELECT id FROM deliveries
    WHERE id IN (SELECT value FROM json_each(?)) AND attempts = ? AND status IN (${OPEN})`);
  return async (deliveries, owner, until, at) => {
    const got = new Set<string>();
    for (const [attempts, ids] of idsByAttempts(deliveries)) {
      for (const row of open.all(JSON.stringify(ids), attempts)) got.add(text(row, 'id'));
    }
    for (const delivery of deliveries) if (got.has(delivery.id)) leases.take(delivery, { owner, until, at });
    return got;
  };
}

function prepareSettle(database: Database, leases: DeliveryLeases): (settlement: Settlement, now: number) => void {
  const update = database.prepare(`
    UPDATE deliveries SET status = ?, attempts = ?, next_attempt_at = ?, last_error = ?, updated_at = ? WHERE id = ?`);
  const insertDeliveries = prepareInsert(database, leases);
  const insertAttempt = database.prepare(`
    INSERT INTO attempts (delivery_id, started_at, id, duration_ms, status, error, response)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  return ({ deliveryId, attempt, status, attempts, nextAttemptAt, lastError, tells = [] }, now) => {
    const isThere = update.run(status, attempts, nextAttemptAt, lastError, now, deliveryId) > 0;
    // Erased while it was under way: its attempt must not stay behind, nor what tells of it.
    if (!isThere) return;
    if (tells.length > 0) insertDeliveries(tells);
    if (attempt === undefined) return;
    const { id, startedAt, durationMs, error, response } = attempt;
    insertAttempt.run(deliveryId, startedAt, id, durationMs, attempt.status, error, response);
  };
}
