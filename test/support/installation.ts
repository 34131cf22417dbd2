import type { AdminDeps } from '../../services/admin/deps.js';
import { DAY_MS } from '../../shared/store/retention.js';

/** As nobody has configured anything. */
export const INSTALLATION: AdminDeps['installation'] = {
  eventLog: 'in-process',
  retention: { eventMs: 90 * DAY_MS, attemptMs: 30 * DAY_MS, auditMs: 400 * DAY_MS, requestMs: 14 * DAY_MS },
};
