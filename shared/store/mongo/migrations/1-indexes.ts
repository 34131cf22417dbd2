import type { Indexes } from '../migrations.js';

/**
 * Beside `_id`. Each begins with what its collection is sharded by, or may be: the directory, and for positions the partition.
 * Tombstones have no keys, and `live` keeps them out of the pages.
 */
export const INDEXES: Indexes = {
  commits: [
    { name: 'chain', key: { directoryId: 1, number: -1 } },
    { name: 'events', key: { directoryId: 1, lastSeq: 1 } },
    { name: 'outbox', key: { partition: 1, published: 1, at: 1, number: 1 } },
  ],
  positions: [
    { name: 'log', key: { partition: 1, position: -1 } },
    { name: 'place', key: { partition: 1, commit: 1 }, unique: true },
  ],
  resources: [
    { name: 'pages', key: { directoryId: 1, type: 1, live: 1, id: 1 } },
    { name: 'keys', key: { directoryId: 1, type: 1, keys: 1, id: 1 } },
  ],
  memberships: [
    { name: 'members', key: { directoryId: 1, groupId: 1, live: 1, memberId: 1 } },
    { name: 'groups', key: { directoryId: 1, memberId: 1, live: 1 } },
  ],
  deliveries: [
    { name: 'queue', key: { endpointId: 1, partition: 1, status: 1, offset: 1, seq: 1 } },
    { name: 'open', key: { partition: 1, status: 1, endpointId: 1 } },
    { name: 'endpoint', key: { endpointId: 1, _id: -1 } },
    { name: 'organization', key: { organizationId: 1, _id: -1 } },
    { name: 'directory', key: { directoryId: 1, _id: -1 } },
    { name: 'event', key: { eventId: 1, _id: -1 } },
    { name: 'status', key: { status: 1, _id: -1 } },
  ],
  directories: [{ name: 'organization', key: { organizationId: 1, _id: 1 } }],
  tokens: [{ name: 'directory', key: { directoryId: 1, _id: 1 } }],
  endpoints: [
    { name: 'organization', key: { organizationId: 1, _id: 1 } },
    { name: 'directory', key: { directoryId: 1, _id: 1 } },
  ],
  adminKeys: [{ name: 'hash', key: { hash: 1, _id: 1 } }],
};
