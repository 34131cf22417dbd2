import type { Indexes } from '../migrations.js';

/** Statistics: those of a subject, and the old ones. */
export const TALLIES: Indexes = {
  tallies: [
    { name: 'subject', key: { subject: 1, hour: 1 } },
    { name: 'hour', key: { hour: 1 } },
  ],
};
