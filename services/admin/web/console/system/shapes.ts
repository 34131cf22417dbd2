import type * as z from 'zod';
import type { adminKey } from '../../../api/admin-keys.js';
import type { auditEntry } from '../../../api/audit.js';
import type { erasure } from '../../../api/erasures.js';
import type { system } from '../../../api/system.js';

/** What the API answers, as it declares it. */

export type AdminKey = z.output<typeof adminKey>;
export type AuditEntry = z.output<typeof auditEntry>;
export type Erasure = z.output<typeof erasure>;

export type SystemState = z.output<typeof system>;
export type Throughput = SystemState['throughput'];
