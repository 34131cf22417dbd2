import { OPEN_STATUSES, type DeliveryStatus } from '../../webhooks/delivery.js';
import { idsByAttempts, type DeliveryStore, type Settlement } from '../deliveries.js';
import { text } from './columns.js';
import type { Database } from './database.js';
import { prepareInsert } from './delivery-inserts.js';
import { ENDPOINT, prepareByStatus } from './delivery-rows.js';

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ');

/** Whatever changes a status sets this too. */
const FREE = 'lease_owner = NULL, lease_until = NULL';

/** What becomes of a delivery. */
export function prepareSteps(
  database: Database,
): Pick<DeliveryStore, 'claim' | 'settle' | 'move' | 'relabel' | 'retry' | 'skip'> {
  const settle = prepareSettle(database);
  const byStatus = (sql: string) => prepareByStatus(database, sql);
  const move = byStatus(`
    UPDATE deliveries SET status = ?, ${FREE}, updated_at = ? WHERE endpoint = ${ENDPOINT} AND $status`);
  const resume = byStatus(`
    UPDATE deliveries SET status = 'pending', attempts = 0, next_attempt_at = NULL, ${FREE}, updated_at = ?
    WHERE endpoint = ${ENDPOINT} AND $status`);
  const relabel = byStatus(`
    UPDATE deliveries SET status = ?, ${FREE}, updated_at = ? WHERE id = ? AND $status`);
  const retry = byStatus(`
    UPDATE deliveries
    SET status = 'pending', attempts = 0, next_attempt_at = NULL, last_error = NULL, ${FREE}, updated_at = ?
    WHERE id = ? AND $status`);
  const skip = byStatus(`
    UPDATE deliveries SET status = 'canceled', next_attempt_at = NULL, ${FREE}, updated_at = ? WHERE id = ? AND $status`);
  return {
    claim: prepareClaim(database),
    async settle(settlements, now) {
      database.lazily(() => {
        for (const settlement of settlements) settle(settlement, now);
      });
    },
    async move(endpointId, from, to, now) {
      const moveAll = (status: DeliveryStatus): number =>
        to === 'pending' ? resume[status].run(now, endpointId) : move[status].run(to, now, endpointId);
      return database.durably(() => from.reduce((sum, status) => sum + moveAll(status), 0));
    },
    async relabel(deliveryIds, from, to, now) {
      database.lazily(() => {
        for (const id of deliveryIds) relabel[from].run(to, now, id);
      });
    },
    async retry(deliveryId, from, now) {
      return database.durably(() => retry[from].run(now, deliveryId) > 0);
    },
    async skip(deliveryId, from, now) {
      return database.durably(() => skip[from].run(now, deliveryId) > 0);
    },
  };
}

/** Nearly always all are got that are asked for: one statement leases them, in half the time of one for each. */
function prepareClaim(database: Database): DeliveryStore['claim'] {
  const among = 'id IN (SELECT value FROM json_each(?)) AND attempts = ?';
  const lease = database.prepare(`
    UPDATE deliveries SET lease_owner = ?, lease_until = ?, updated_at = ? WHERE ${among} AND status IN (${OPEN})`);
  const leased = database.prepare(`
    SELECT id FROM deliveries WHERE ${among} AND lease_owner = ? AND lease_until = ? AND updated_at = ?`);
  return async (deliveries, ...by) =>
    database.lazily(() => {
      const got = [...idsByAttempts(deliveries)].flatMap(([attempts, ids]) => {
        const wanted = [JSON.stringify(ids), attempts] as const;
        const isAll = lease.run(...by, ...wanted) === ids.length;
        return isAll ? ids : leased.all(...wanted, ...by).map((row) => text(row, 'id'));
      });
      return new Set(got);
    });
}

function prepareSettle(database: Database): (settlement: Settlement, now: number) => void {
  const update = database.prepare(`
    UPDATE deliveries SET status = ?, attempts = ?, next_attempt_at = ?, last_error = ?, ${FREE}, updated_at = ?
    WHERE id = ?`);
  const insertDeliveries = prepareInsert(database);
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
