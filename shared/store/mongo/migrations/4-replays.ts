import type { Indexes } from '../migrations.js';

/** The registry's table of replays. */
export const REPLAYS: Indexes = {
  replays: [
    { name: 'endpoint', key: { endpointId: 1, _id: 1 } },
    { name: 'state', key: { state: 1, _id: 1 } },
  ],
};
