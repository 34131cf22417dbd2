import type { z } from 'zod';
import type { DeliveryStatus } from '../../../../../shared/webhooks/delivery.js';
import type { adminKey } from '../../../api/admin-keys.js';
import type { auditEntry } from '../../../api/audit.js';
import type { erasure } from '../../../api/erasures.js';

/** What the API answers, as it declares it. */

export type AdminKey = z.output<typeof adminKey>;
export type AuditEntry = z.output<typeof auditEntry>;
export type Erasure = z.output<typeof erasure>;

export interface SystemState {
  readonly version: string;
  readonly schemaVersion: number;
  readonly store: { readonly kind: string; readonly sizeBytes: number | null };
  readonly eventLog: { readonly kind: string };
  readonly outbox: { readonly oldestSeconds: number | null; readonly commits: number };
  readonly deliveries: { readonly byStatus: Readonly<Partial<Record<DeliveryStatus, number>>> };
  readonly parkedLanes: number;
  readonly throughput: {
    readonly buckets: readonly {
      readonly at: string;
      readonly requests: number;
      readonly events: number;
      readonly attempts: number;
    }[];
  };
  readonly retention: Readonly<Record<string, unknown>>;
}
