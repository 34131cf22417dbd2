import type { Arrival } from '../../services/cli/demo/receiver.js';
import type { Run } from '../../services/simulator/simulator.js';
import type { World } from '../../services/simulator/truth.js';
import type { EventType } from '../../shared/events/event.js';
import type { DeliveryStatus } from '../../shared/webhooks/delivery.js';

/** Everything that a run of the fault harness has seen from outside, and nothing else: what the checker decides on. */
export interface History {
  readonly directories: readonly DirectoryHistory[];
  readonly receivers: readonly ReceiverHistory[];
}

export interface DirectoryHistory {
  readonly id: string;
  /** What its identity provider was answered, and what must therefore be true. */
  readonly run: Pick<Run, 'exchanges' | 'world' | 'doubts'>;
  readonly reads: readonly Read[];
  /** As the Events API lists them in the end, body by body. */
  readonly events: readonly string[];
  /** Users, groups and members as the directory's snapshot tells them in the end. */
  readonly state: World;
}

/** A resource read on its own, beside what its identity provider does. Times in milliseconds since the epoch. */
export interface Read {
  /** Of the user or group. */
  readonly id: string;
  /** Id of a request whose 2xx was in hand before this one was sent. */
  readonly after: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null: there is none of that id. */
  readonly version: number | null;
}

export interface ReceiverHistory {
  readonly name: string;
  /** What its endpoint subscribes to. Undefined: everything. */
  readonly types?: readonly EventType[];
  /** In order of arrival, refused ones too. */
  readonly arrivals: readonly Arrival[];
  /** The deliveries of its endpoint in the end, with their attempts. */
  readonly ledger: readonly LedgerEntry[];
}

/** One delivery as the management API tells it. */
export interface LedgerEntry {
  readonly eventId: string;
  readonly status: DeliveryStatus;
  readonly attempts: readonly LedgerAttempt[];
}

interface LedgerAttempt {
  /** HTTP status; null: no answer. */
  readonly status: number | null;
  /** Null: it succeeded. */
  readonly error: string | null;
}
