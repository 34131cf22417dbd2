import type { HeldEvent } from '../../directory/commit.js';
import type { HeldEventReader } from '../port.js';
import type { HeldDocument } from './collections.js';
import type { MongoConnection } from './connection.js';

export const createHeld = (connection: MongoConnection): HeldEventReader => ({
  async list(directoryId, afterOrder, limit) {
    if (limit === 0) return [];
    const where = { directoryId, live: true, order: { $gt: afterOrder } };
    return connection.call(({ held }, session) =>
      held
        .find(where, { session, projection: { event: 1 }, sort: { order: 1 } })
        .limit(limit)
        .map(toHeldEvent)
        .toArray(),
    );
  },
});

function toHeldEvent({ _id, event }: Pick<HeldDocument, '_id' | 'event'>): HeldEvent {
  if (event === null) throw new Error(`held event ${_id}: live without an event`);
  return JSON.parse(event) as HeldEvent;
}
