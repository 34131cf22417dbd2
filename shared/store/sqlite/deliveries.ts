import type { DeliveryStore } from '../deliveries.js';
import { number } from './columns.js';
import type { Database } from './database.js';
import { prepareInsert } from './delivery-inserts.js';
import { createDeliveryLeases, type DeliveryLeases } from './delivery-leases.js';
import { prepareQueue, prepareRecords } from './delivery-queries.js';
import { prepareSearch } from './delivery-search.js';
import { prepareSteps } from './delivery-steps.js';

/** The tables are told of where they are made: migrations/11-delivery-events.ts and 12-lean-deliveries.ts. */
export function createDeliveries(database: Database): DeliveryStore {
  const leases = createDeliveryLeases();
  return {
    ...prepareIntake(database, leases),
    ...prepareSteps(database, leases),
    ...prepareQueue(database, leases),
    ...prepareRecords(database, leases),
    ...prepareSearch(database, leases),
  };
}

/** From the log's records to rows. */
function prepareIntake(database: Database, leases: DeliveryLeases): Pick<DeliveryStore, 'insert' | 'progress'> {
  const insert = prepareInsert(database, leases);
  const advance = database.prepare(`
    INSERT INTO delivery_progress (directory_id, seq) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`);
  const progressOf = database.prepare('SELECT seq FROM delivery_progress WHERE directory_id = ?');
  return {
    async insert(deliveries, progress) {
      // The log's cursor is in this database too and is saved later, so that what is undone is consumed again.
      database.lazily(() => {
        insert(deliveries);
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
