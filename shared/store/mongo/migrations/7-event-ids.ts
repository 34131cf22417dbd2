import type { Indexes } from '../migrations.js';

/** Events by id, wherever they are. */
export const EVENT_IDS: Indexes = { commits: [{ name: 'eventIds', key: { 'events.id': 1 } }] };
