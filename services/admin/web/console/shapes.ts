import type * as z from 'zod';
import type { mappingPreview, mappingView } from '../../api/mapping.js';
import type { heldEvent } from '../../api/held-events.js';
import type { member, userWithGroups } from '../../api/resource-details.js';
import type { setupLink } from '../../api/setup-links.js';
import type { token } from '../../api/tokens.js';
import type { groupView, pastUserView, userView } from '../../views.js';
import type { attemptFields, deliveryView } from '../../api/deliveries.js';
import type { directoryView } from '../../api/directories.js';
import type { eventView } from '../../api/events.js';
import type { traceView } from '../../api/event-trace.js';
import type { scimRequest } from '../../api/requests.js';

/** What the API answers, as it declares it: server and console cannot disagree. */

export type Directory = z.output<typeof directoryView>;
export type ScimRequest = z.output<typeof scimRequest>;
export type Event = z.output<typeof eventView>;
export type Delivery = z.output<typeof deliveryView>;
export type Attempt = z.output<z.ZodObject<typeof attemptFields>> & { readonly id: string };

/** An event from the request that caused it to the endpoints' answers. */
export type Trace = z.output<typeof traceView>;

/** Of the hours asked for. */
export interface DirectoryStatistics {
  readonly directoryId: string;
  readonly lastRequestAt: string | null;
  readonly lastErrorAt: string | null;
  /** One an hour, oldest first. */
  readonly buckets: readonly {
    readonly at: string;
    readonly requests: number;
    readonly errors: number;
    readonly events: number;
  }[];
}

export type SetupLink = z.output<typeof setupLink>;
export type Token = z.output<typeof token>;
export type User = z.output<typeof userView>;
export type UserWithGroups = z.output<typeof userWithGroups>;
export type Group = z.output<typeof groupView>;
export type Member = z.output<typeof member>;
export type HeldEvent = z.output<typeof heldEvent>;
export type Mapping = z.output<typeof mappingView>;
export type PastUser = z.output<typeof pastUserView>;

/** A SCIM request with the events that it caused. */
export type RequestWithEvents = Omit<ScimRequest, 'events'> & {
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly seq: number;
    readonly resourceId: string;
  }[];
  /** How many it caused; the first ones are told. */
  readonly eventCount: number;
};

export type MappingPreview = z.output<typeof mappingPreview>;
