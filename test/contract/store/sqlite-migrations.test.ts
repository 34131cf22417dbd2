import { join } from 'node:path';
import { newId } from '../../../shared/runtime/ids.js';
import { openDatabase, type Database } from '../../../shared/store/sqlite/database.js';
import { createDeliveries } from '../../../shared/store/sqlite/deliveries.js';
import { MIGRATIONS, migrate } from '../../../shared/store/sqlite/migrations.js';
import { DELIVERY_EVENTS } from '../../../shared/store/sqlite/migrations/11-delivery-events.js';
import {
  DELIVERY_STATUSES,
  deliveryId,
  OPEN_STATUSES,
  placeBeforeLog,
  type Attempt,
  type Delivery,
} from '../../../shared/webhooks/delivery.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { attemptOf, delivery } from './suite/deliveries.js';
import { T0 } from './suite/fixtures.js';

/** A database as the version before that migration has left it. */
function openBefore(migration: string): Database {
  const database = openDatabase(join(temporaryFolder(), 'test.db'));
  database.exec('CREATE TABLE migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)');
  MIGRATIONS.slice(0, MIGRATIONS.indexOf(migration)).forEach((sql, index) => {
    database.exec(sql);
    database.prepare('INSERT INTO migrations VALUES (?, ?)').run(index + 1, T0);
  });
  return database;
}

function insertFormer(database: Database, row: Delivery): void {
  const insert = database.prepare(`
    INSERT INTO deliveries (id, event_id, event_type, endpoint_id, organization_id, directory_id, partition, "offset", seq,
      lane_keys, body, status, attempts, next_attempt_at, lease_owner, lease_until, last_error, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  insert.run(
    ...[row.id, row.eventId, row.eventType, row.endpointId, row.organizationId ?? '', row.directoryId ?? ''],
    ...[row.partition, row.offset, row.seq, JSON.stringify(row.laneKeys), row.body, row.status, row.attempts],
    ...[row.nextAttemptAt, row.leaseOwner, row.leaseUntil, row.lastError, row.createdAt, row.updatedAt],
  );
}

function insertFormerAttempt(database: Database, { id, deliveryId, endpointId, ...attempt }: Attempt): void {
  const { startedAt, durationMs, status, error, response } = attempt;
  database
    .prepare(
      `INSERT INTO attempts (id, delivery_id, endpoint_id, started_at, duration_ms, status, error, response)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(id, deliveryId, endpointId, startedAt, durationMs, status, error, response);
}

describe('deliveries of the version before', () => {
  const databases: Database[] = [];
  afterEach(() => databases.splice(0).forEach((database) => database.close()));
  const open = (): Database => {
    const database = openBefore(DELIVERY_EVENTS);
    databases.push(database);
    return database;
  };

  /** Of one event of a directory, one for each endpoint; the endpoints ask for different orders, and one came later. */
  function ofEvent(common: Partial<Delivery>, endpoints: readonly string[]): Delivery[] {
    const eventId = newId();
    return endpoints.map((endpointId, index) =>
      delivery({
        ...common,
        ...{ eventId, endpointId, id: deliveryId(eventId, endpointId), eventType: 'group.members_added' },
        laneKeys: index === 1 ? [] : ['g1', 'u1'],
        createdAt: index === 2 ? T0 + 7 : T0,
        updatedAt: T0 + index,
      }),
    );
  }

  function fill(database: Database): { rows: Delivery[]; attempts: Attempt[] } {
    const directory = { organizationId: newId(), directoryId: newId(), partition: 3 };
    const endpoints = [newId(), newId(), newId()];
    const rows = DELIVERY_STATUSES.flatMap((status, index) =>
      ofEvent({ ...directory, status, offset: index, seq: index + 1, attempts: index }, endpoints).map((row) => ({
        ...row,
        nextAttemptAt: status === 'retrying' ? T0 + 99 : null,
        lastError: status === 'parked' ? 'answered 500 \0 \ufffd' : null,
        ...(status === 'sending' ? { leaseOwner: 'me', leaseUntil: T0 + 5 } : { leaseOwner: null, leaseUntil: null }),
      })),
    );
    const told = newId();
    const operational = endpoints.map((endpointId) =>
      delivery({
        ...{ id: deliveryId(told, endpointId), eventId: told, endpointId, organizationId: null, directoryId: null },
        ...{ ...placeBeforeLog(told), laneKeys: [], body: '{"id":"é"}', eventType: 'endpoint.disabled' },
      }),
    );
    const all = [...rows, ...operational, delivery({ status: 'delivered' })];
    const attempts = all
      .filter(({ status }) => status !== 'pending')
      .flatMap((row) => [
        attemptOf(row, { startedAt: T0 + 1, status: null, error: 'timed out', response: '' }),
        attemptOf(row, { startedAt: T0 + 2, response: 'a\0b' }),
      ]);
    all.forEach((row) => insertFormer(database, row));
    attempts.forEach((attempt) => insertFormerAttempt(database, attempt));
    return { rows: all, attempts };
  }

  /** The process that was sending has ended. */
  const afterwards = (row: Delivery): Delivery =>
    row.status === 'sending' ? { ...row, status: 'pending', leaseOwner: null, leaseUntil: null } : row;

  test('are the same afterwards, in every status, with their attempts', async () => {
    const database = open();
    const { rows, attempts } = fill(database);
    migrate(database);
    const deliveries = createDeliveries(database);
    for (const row of rows) {
      expect(await deliveries.get(row.id)).toEqual(afterwards(row));
      expect(await deliveries.attempts(row.id)).toEqual(attempts.filter(({ deliveryId }) => deliveryId === row.id));
    }
    expect((await deliveries.list({}, { limit: 100 })).map(({ id }) => id)).toEqual(
      rows
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
  });

  test('are found, counted, claimed and settled', async () => {
    const database = open();
    const { rows } = fill(database);
    migrate(database);
    const deliveries = createDeliveries(database);
    const [{ endpointId, partition, organizationId, directoryId } = delivery()] = rows;
    const ofEndpoint = rows.filter((row) => row.endpointId === endpointId && row.body === null);
    expect(await deliveries.queue(partition, endpointId, DELIVERY_STATUSES, undefined, 100)).toEqual(
      ofEndpoint.map(afterwards),
    );
    expect(await deliveries.countByStatus(endpointId, 1000)).toEqual({
      ...Object.fromEntries(DELIVERY_STATUSES.filter((status) => status !== 'sending').map((status) => [status, 1])),
      pending: 3,
    });
    const filter = { organizationId: organizationId ?? '', directoryId: directoryId ?? '' };
    expect(await deliveries.list(filter, { limit: 100 })).toHaveLength(DELIVERY_STATUSES.length * 3);
    const open_ = ofEndpoint.filter(({ status }) => OPEN_STATUSES.includes(status));
    expect(await deliveries.claim(ofEndpoint, 'other', T0 + 9, T0)).toEqual(new Set(open_.map(({ id }) => id)));
    expect((await deliveries.list({ status: 'sending' }, { limit: 100 })).length).toBe(open_.length);
  });

  test('that were under way when their endpoint was disabled are held, and nobody sends them', async () => {
    const database = open();
    const held = delivery({ status: 'held', leaseOwner: 'me', leaseUntil: T0 });
    insertFormer(database, held);
    migrate(database);
    expect(await createDeliveries(database).get(held.id)).toEqual({ ...held, leaseOwner: null, leaseUntil: null });
  });

  test('have in common what was the same, and leave nothing behind', () => {
    const database = open();
    const { rows } = fill(database);
    migrate(database);
    const count = (table: string) => database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'];
    // Three for each of the directory's events: two orders, and one that came later.
    expect(count('delivery_events')).toBe(DELIVERY_STATUSES.length * 3 + 2);
    expect(count('delivery_endpoints')).toBe(4);
    expect(count('delivery_scopes')).toBe(3);
    for (const { id } of rows) database.prepare('DELETE FROM deliveries WHERE id = ?').run(id);
    for (const table of ['delivery_events', 'delivery_endpoints', 'delivery_scopes']) expect(count(table)).toBe(0);
  });
});
