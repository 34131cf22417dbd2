import type { Attempt, Delivery, DeliveryStatus } from '../webhooks/delivery.js';
import type { SearchPage, SearchResult } from './bounded-search.js';

/** Up to which event of a directory the dispatcher has made delivery rows. */
interface Progress {
  readonly directoryId: string;
  readonly seq: number;
}

/** What an attempt, or a decision about a delivery, leaves behind. */
export interface Settlement {
  readonly deliveryId: string;
  /** Undefined when no HTTP request was made (canceled, held, blocked). */
  readonly attempt?: Attempt;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
  readonly lastError: string | null;
  /** Deliveries of the operational events that tell of it. */
  readonly tells?: readonly Delivery[];
}

export interface DeliveryFilter {
  readonly endpointId?: string;
  readonly directoryId?: string;
  readonly organizationId?: string;
  readonly eventId?: string;
  readonly status?: DeliveryStatus;
}

/** What deliveries are looked for by; all that is given must hold. */
export interface DeliverySearch extends DeliveryFilter {
  readonly eventType?: string;
  /** One of the lane keys. */
  readonly resourceId?: string;
  /** By the times in ids, in milliseconds: from `since` on, before `until`. */
  readonly since?: number;
  readonly until?: number;
}

/** An attempt without what was answered. */
export type AttemptOutline = Omit<Attempt, 'response'>;

/** A place in an endpoint's order of deliveries; excludes itself. */
export interface DeliveryOrder {
  readonly offset: number;
  readonly seq: number;
}

export const inLogOrder = (a: DeliveryOrder, b: DeliveryOrder): number => a.offset - b.offset || a.seq - b.seq;

/** Ids of deliveries by the number of attempts that a claim expects of them. Nearly always none has been tried before. */
export function idsByAttempts(deliveries: readonly Pick<Delivery, 'id' | 'attempts'>[]): Map<number, string[]> {
  const ids = new Map<number, string[]>();
  for (const { id, attempts } of deliveries) {
    const same = ids.get(attempts);
    if (same === undefined) ids.set(attempts, [id]);
    else same.push(id);
  }
  return ids;
}

/** Statuses that no delivery has are left out. */
type StatusCounts = Readonly<Partial<Record<DeliveryStatus, number>>>;

/** Delivery rows and their attempts. Every write is bulk: the dispatcher gathers, the store writes once. */
export interface DeliveryStore {
  /** Adds those that are not there yet (by id) and moves each directory's progress forward, never back. */
  insert(deliveries: readonly Delivery[], progress: readonly Progress[]): Promise<void>;
  /** `seq` 0 where nothing was consumed yet. */
  progress(directoryIds: readonly string[]): Promise<Map<string, number>>;
  /** Endpoints that have deliveries of the partition in one of the statuses. */
  endpointsWith(partition: number, statuses: readonly DeliveryStatus[]): Promise<string[]>;
  /** One endpoint's deliveries of the partition in one of the statuses, by (offset, seq). */
  queue(
    partition: number,
    endpointId: string,
    statuses: readonly DeliveryStatus[],
    after: DeliveryOrder | undefined,
    limit: number,
  ): Promise<Delivery[]>;
  /**
   * Before the requests go out: status `sending` with a lease. Answers the ids of those it got: not of those that are no longer
   * open, because they were held or canceled, or are over, and not of those that have another number of attempts by now, because
   * they were retried by hand.
   */
  claim(
    deliveries: readonly Pick<Delivery, 'id' | 'attempts' | 'endpointId' | 'partition'>[],
    owner: string,
    leaseUntil: number,
    now: number,
  ): Promise<Set<string>>;
  /**
   * After: the attempt and the delivery's next state as one; clears the lease. What tells of it is inserted no later, those that are
   * not there yet (by id): a crash in between leaves a delivery that is still `sending`, whose end is told under the same id.
   */
  settle(settlements: readonly Settlement[], now: number): Promise<void>;
  /**
   * Moves all of an endpoint's deliveries from one status to another (hold, resume, cancel). Answers how many. What becomes pending
   * is at the start of the retry schedule.
   */
  move(endpointId: string, from: readonly DeliveryStatus[], to: DeliveryStatus, now: number): Promise<number>;
  /** Changes the status of those of the deliveries that have the status `from`; the others stay as they have become. */
  relabel(deliveryIds: readonly string[], from: DeliveryStatus, to: DeliveryStatus, now: number): Promise<void>;
  /** Makes one pending, at the start of the retry schedule. False when its status is not `from` by now. */
  retry(deliveryId: string, from: DeliveryStatus, now: number): Promise<boolean>;
  /** Cancels one. False when its status is not `from` by now. */
  skip(deliveryId: string, from: DeliveryStatus, now: number): Promise<boolean>;
  get(id: string): Promise<Delivery | undefined>;
  /** Newest first. `beforeId` excludes itself. */
  list(filter: DeliveryFilter, page: { readonly beforeId?: string; readonly limit: number }): Promise<Delivery[]>;
  /** The same, of what no index finds; a page may be short, or empty, before the end. */
  search(search: DeliverySearch, page: SearchPage): Promise<SearchResult<Delivery>>;
  /** The newest attempt of each, by the delivery's id; those without one are left out. */
  lastAttempts(deliveryIds: readonly string[]): Promise<Map<string, AttemptOutline>>;
  /** Oldest first. */
  attempts(deliveryId: string): Promise<Attempt[]>;
  /** Of one endpoint, each status counted no further than `limit`. */
  countByStatus(endpointId: string, limit: number): Promise<StatusCounts>;
  /** The same of all endpoints. */
  countAll(limit: number): Promise<StatusCounts>;
}
