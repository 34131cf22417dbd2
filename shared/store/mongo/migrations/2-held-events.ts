import type { Indexes } from '../migrations.js';

/** What the deletion guard holds back: pages of it, and whether an event about something is among it. */
export const HELD_EVENTS: Indexes = {
  held: [
    { name: 'pages', key: { directoryId: 1, live: 1, order: 1 } },
    { name: 'keys', key: { directoryId: 1, keys: 1 } },
  ],
};
