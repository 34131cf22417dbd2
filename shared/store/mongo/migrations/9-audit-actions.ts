import type { Indexes } from '../migrations.js';

/** Audit entries by what was done. */
export const AUDIT_ACTIONS: Indexes = { audit: [{ name: 'action', key: { action: 1, _id: -1 } }] };
