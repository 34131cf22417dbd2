import type { z } from 'zod';
import type { attemptFields, deliveryView } from '../../api/deliveries.js';
import type { directoryView } from '../../api/directories.js';
import type { eventView } from '../../api/events.js';
import type { scimRequest } from '../../api/requests.js';

/** What the API answers, as it declares it: server and console cannot disagree. */

export type Directory = z.output<typeof directoryView>;
export type ScimRequest = z.output<typeof scimRequest>;
export type Event = z.output<typeof eventView>;
export type Delivery = z.output<typeof deliveryView>;
export type Attempt = z.output<z.ZodObject<typeof attemptFields>> & { readonly id: string };

/** An event from the request that caused it to the endpoints' answers. */
export interface Trace {
  readonly event: Event;
  /** Null: it is not in the request log. */
  readonly request: ScimRequest | null;
  readonly deliveries: readonly (Delivery & {
    /** Null: it is deleted. */
    readonly endpoint: { readonly id: string; readonly url: string; readonly description: string | null } | null;
    readonly attempts: readonly Attempt[];
  })[];
}
