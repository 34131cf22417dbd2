import type { Indexes } from '../migrations.js';

/** What the janitors look for. A live row's `purgeAt` is null. */
export const RETENTION: Indexes = {
  resources: [{ name: 'tombstones', key: { purgeAt: 1 } }],
  memberships: [{ name: 'tombstones', key: { purgeAt: 1 } }],
  held: [{ name: 'tombstones', key: { purgeAt: 1 } }],
  erasures: [
    { name: 'directory', key: { directoryId: 1, _id: 1 } },
    { name: 'state', key: { state: 1, _id: 1 } },
  ],
};
