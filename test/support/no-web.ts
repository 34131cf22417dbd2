import type { AdminDeps } from '../../services/admin/deps.js';

/** For tests that open no page. */
export const NO_WEB: AdminDeps['web'] = { folder: '', app: { name: 'Rollcall', logo: null, color: null } };
