import type { Indexes } from '../migrations.js';

/** The journals. Audit entries are found by time through `_id`; requests are read and purged by directory alone. */
export const JOURNALS: Indexes = {
  audit: [
    { name: 'organization', key: { organizationId: 1, _id: -1 } },
    { name: 'directory', key: { directoryId: 1, _id: -1 } },
    { name: 'actor', key: { actor: 1, _id: -1 } },
  ],
  requests: [{ name: 'directory', key: { directoryId: 1, _id: -1 } }],
};
