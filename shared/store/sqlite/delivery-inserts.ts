import type { Delivery } from '../../webhooks/delivery.js';
import { number } from './columns.js';
import type { Database, Row } from './database.js';
import type { DeliveryLeases } from './delivery-leases.js';
import { storedStatus } from './delivery-rows.js';

/** A row of `delivery_events`. */
interface EventRow {
  readonly no: number;
  readonly scope: number;
  /** One of the deliveries that have it in common. */
  readonly of: Delivery;
  /** How many of them were not there before. */
  inserted: number;
}

/** Inserts deliveries, those that are not there yet (by id). For use in a transaction. */
export function prepareInsert(database: Database, leases: DeliveryLeases): (deliveries: readonly Delivery[]) => void {
  const insert = database.prepare(`
    INSERT INTO deliveries (id, event, endpoint, scope, partition, "offset", seq, status, attempts, next_attempt_at,
      last_error, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`);
  const addEvent = prepareAddEvent(database);
  const removeEvent = database.prepare('DELETE FROM delivery_events WHERE no = ?');
  const findEndpoint = database.prepare('SELECT no FROM delivery_endpoints WHERE id = ?');
  const addEndpoint = database.prepare('INSERT INTO delivery_endpoints (id) VALUES (?)');

  return (deliveries) => {
    // What the deliveries so far have; another call may write a row for the same event once more.
    const events = new Map<string, EventRow[]>();
    const endpoints = new Map<string, number>();
    const endpointOf = ({ endpointId }: Delivery): number => {
      const no = endpoints.get(endpointId) ?? noIn(findEndpoint.get(endpointId)) ?? addEndpoint.insert(endpointId);
      endpoints.set(endpointId, no);
      return no;
    };
    const eventOf = (delivery: Delivery): EventRow => {
      const rows = events.get(delivery.eventId) ?? [];
      const known = rows.find(({ of }) => isRowInCommon(of, delivery));
      if (known !== undefined) return known;
      const added = { ...addEvent(delivery), of: delivery, inserted: 0 };
      events.set(delivery.eventId, [...rows, added]);
      return added;
    };
    for (const delivery of deliveries) {
      const event = eventOf(delivery);
      const { id, partition, offset, seq, attempts, nextAttemptAt, lastError, updatedAt } = delivery;
      const inserted = insert.run(
        ...[id, event.no, endpointOf(delivery), event.scope, partition, offset, seq, storedStatus(delivery.status)],
        ...[attempts, nextAttemptAt, lastError, updatedAt],
      );
      event.inserted += inserted;
      if (inserted > 0) takeLease(delivery, leases);
    }
    // All of them were there: nothing refers to the row.
    for (const { no, inserted } of [...events.values()].flat()) if (inserted === 0) removeEvent.run(no);
  };
}

function takeLease(delivery: Delivery, leases: DeliveryLeases): void {
  const { status, leaseOwner, leaseUntil, updatedAt } = delivery;
  if (status !== 'sending') return;
  leases.take(delivery, { owner: leaseOwner ?? '', until: leaseUntil ?? 0, at: updatedAt });
}

/** Of two deliveries of one event. */
const isRowInCommon = (a: Delivery, b: Delivery): boolean =>
  a.createdAt === b.createdAt &&
  (a.laneKeys === b.laneKeys || JSON.stringify(a.laneKeys) === JSON.stringify(b.laneKeys));

function prepareAddEvent(database: Database): (delivery: Delivery) => Pick<EventRow, 'no' | 'scope'> {
  const add = database.prepare(`
    INSERT INTO delivery_events (id, type, lane_keys, body, created_at) VALUES (?, ?, ?, ?, ?)`);
  const findScope = database.prepare('SELECT no FROM delivery_scopes WHERE organization_id = ? AND directory_id = ?');
  const addScope = database.prepare('INSERT INTO delivery_scopes (organization_id, directory_id) VALUES (?, ?)');
  return ({ eventId, eventType, organizationId, directoryId, laneKeys, body, createdAt }) => {
    // The columns take no null.
    const scope = [organizationId ?? '', directoryId ?? ''] as const;
    return {
      no: add.insert(eventId, eventType, JSON.stringify(laneKeys), body, createdAt),
      scope: noIn(findScope.get(...scope)) ?? addScope.insert(...scope),
    };
  };
}

const noIn = (row: Row | undefined): number | undefined => row && number(row, 'no');
