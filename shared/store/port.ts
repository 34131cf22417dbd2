import type { Commit, Head, HeldEvent } from '../directory/commit.js';
import type { StoredEvent } from '../events/envelope.js';
import type { Loaded, Needs } from '../directory/needs.js';
import type { Membership, ResourceRow, StoredResource } from '../directory/resource.js';
import type { DeliveryStore } from './deliveries.js';
import type { ErasureStore } from './erasure.js';
import type { Journals } from './journals.js';
import type { PrefixPage, PrefixResult } from './prefix-search.js';
import type { Registry } from './registry.js';
import type { RetentionStore } from './retention.js';
import type { TallyStore } from './tallies.js';

/**
 * The store port. Two adapters: `sqlite/` and `mongo/`; one contract suite for both in test/contract. Consumers ask for the
 * part that they need. Every directory-bound call takes the directory; rows of one can never answer for another.
 */
export interface Store {
  readonly commits: CommitStore;
  readonly resources: ResourceReader;
  readonly held: HeldEventReader;
  readonly outbox: Outbox;
  readonly events: EventReader;
  readonly deliveries: DeliveryStore;
  readonly registry: Registry;
  readonly journals: Journals;
  readonly tallies: TallyStore;
  readonly leases: Leases;
  readonly retention: RetentionStore;
  readonly erasure: ErasureStore;
  readonly describe: () => Promise<StoreDescription>;
  /** Throws when the store cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What a store tells of itself. */
interface StoreDescription {
  readonly kind: 'sqlite' | 'mongodb';
  /** Number of the newest migration. */
  readonly schemaVersion: number;
  /** What it takes of the disk, indexes included; null where the server does not tell. */
  readonly sizeBytes: number | null;
}

/** What a check-up reads of a store: nothing here writes, and nothing finishes what a writer has left half done. */
export interface StoreReader {
  readonly registry: { readonly [Name in keyof Registry]: Pick<Registry[Name], 'get' | 'find'> };
  readonly outbox: Pick<Outbox, 'oldestAt' | 'count' | 'newestAt'>;
  readonly events: Pick<EventReader, 'after' | 'tail' | 'loadCursor'>;
  readonly held: HeldEventReader;
  readonly deliveries: Pick<DeliveryStore, 'endpointsWith' | 'queue' | 'list'>;
  close(): Promise<void>;
}

/** The store did not answer, or cannot be reached; whether the call was carried out is unknown, unless it says so. */
export class StoreUnavailable extends Error {}

/** The write path. A directory's commits form one gapless chain; `commit` is a compare-and-swap on its head. */
export interface CommitStore {
  /** The newest commit, after making sure that it is applied. `GENESIS` where there is none. */
  head(directoryId: string): Promise<Head>;
  /** Rows as of a head at least as new as the last one that this process has seen. */
  load(directoryId: string, needs: Needs): Promise<Loaded>;
  /**
   * Writes resources and events as one. `conflict`: another writer took this number; read the head and decide again. Resolves
   * only when the outcome is certain, however long that takes; rejects only when nothing was written and nothing will be.
   */
  commit(commit: Commit): Promise<'committed' | 'conflict'>;
  /** Whether `number` is still the directory's head: asked before an answer that commits nothing (no-op, 409, 412 …). */
  confirmHead(directoryId: string, number: number): Promise<boolean>;
}

/** Which resources can match a filter: those with one of the ids or one of the index keys. A superset, never the answer. */
export interface Candidates {
  readonly ids: readonly string[];
  readonly keys: readonly string[];
}

/** Pages are in the order of ids. `afterId` excludes itself. */
export interface ResourcePage {
  readonly afterId?: string;
  readonly offset?: number;
  readonly limit: number;
}

/** Live resources of one directory. */
export interface ResourceReader {
  get(directoryId: string, type: string, id: string): Promise<ResourceRow | undefined>;
  /** The same, and a page of all of the type, for showing: nobody needs their keys. */
  getStored(directoryId: string, type: string, id: string): Promise<StoredResource | undefined>;
  listStored(directoryId: string, type: string, page: ResourcePage): Promise<StoredResource[]>;
  /** Of any type, in no order; absent ones are left out. */
  getMany(directoryId: string, ids: readonly string[]): Promise<ResourceRow[]>;
  /** `candidates` undefined: every resource of the type. */
  list(
    directoryId: string,
    type: string,
    candidates: Candidates | undefined,
    page: ResourcePage,
  ): Promise<ResourceRow[]>;
  /** Those with an index key that begins with one of the prefixes, each once: those of the first prefix first, by key. */
  search(directoryId: string, type: string, prefixes: readonly string[], page: PrefixPage): Promise<PrefixResult>;
  /** In the order of member ids. */
  membersOf(directoryId: string, groupId: string, page: ResourcePage): Promise<Membership[]>;
  /** Memberships of each of the given members, in no order. */
  groupsOf(directoryId: string, memberIds: readonly string[]): Promise<Membership[]>;
  /**
   * The memberships that the deletion of a user or group ended, which no event tells of, in no order. One that the deletions of
   * both ended in one commit is told of one of them at least. Kept as long as the deletion's event.
   */
  endedWith(directoryId: string, id: string): Promise<Membership[]>;
}

/** What the deletion guard of a directory holds back. */
export interface HeldEventReader {
  /** In their order; `afterOrder` excludes itself. */
  list(directoryId: string, afterOrder: number, limit: number): Promise<HeldEvent[]>;
}

/** A commit on its way to the log, with its place in it. */
export interface PositionedCommit {
  readonly directoryId: string;
  readonly number: number;
  readonly position: number;
  /** May be read from the store only when asked for. */
  readonly events: readonly StoredEvent[];
}

/** The commits that are not yet published, seen by the relay. */
export interface Outbox {
  /**
   * The next commits to publish of a partition, in position order, each with a position that is its own for ever: commits
   * already positioned and not marked come first, then newly positioned ones, per directory by number. Only applied commits;
   * a half applied one is applied on the way. Empty when there is nothing to do, or when another relay was faster.
   */
  next(partition: number, limit: number): Promise<PositionedCommit[]>;
  /** They are in the log. Marking twice changes nothing. */
  markPublished(partition: number, commits: readonly PositionedCommit[]): Promise<void>;
  /** The oldest commit not yet published: how far behind the log is. Undefined when none waits. */
  oldestAt(partition: number): Promise<number | undefined>;
  /** How many commits are not yet published, counted no further than `limit`. */
  count(partition: number, limit: number): Promise<number>;
  /** When the newest commit was made, published or not, by its writer's clock. Undefined when the partition has none. */
  newestAt(partition: number): Promise<number | undefined>;
}

/** A place in a partition's order of events: after the `index`-th event of the commit at `position`. */
export interface LogCursor {
  readonly position: number;
  readonly index: number;
}

export interface FoundEvent extends StoredEvent {
  readonly directoryId: string;
}

export interface PositionedEvent extends FoundEvent, LogCursor {}

/** Events, read back from the commits that carry them. */
export interface EventReader {
  /**
   * The last position that a partition's log no longer has, 0 when it has them all. A reader that stands at it or before has
   * missed what retention has removed.
   */
  logStart(partition: number): Promise<number>;
  /**
   * Events after the cursor, in log order, up to the first position that is not there yet; what the log no longer has is left
   * out. `{position: 0, index: 0}` is the start.
   */
  after(partition: number, cursor: LogCursor, limit: number): Promise<PositionedEvent[]>;
  /** Events before the cursor, in reverse log order; `undefined` is the end. What the log no longer has is left out. */
  before(partition: number, cursor: LogCursor | undefined, limit: number): Promise<PositionedEvent[]>;
  /** The event of that id; undefined where it is not kept, or never was. Found by the time in ids, as far as the writers' clocks agree. */
  find(id: string): Promise<FoundEvent | undefined>;
  /** Events of a directory with `seq` above `afterSeq`, in order. Retention removes them from the first on, and never the newest. */
  ofDirectory(directoryId: string, afterSeq: number, limit: number): Promise<StoredEvent[]>;
  /** The same with `seq` below `beforeSeq`, newest first. */
  ofDirectoryBefore(directoryId: string, beforeSeq: number, limit: number): Promise<StoredEvent[]>;
  /**
   * `seq` of a directory's newest event that was committed at `time` or before; 0 when there is none. Undefined when the
   * events of that time are no longer kept.
   */
  seqAt(directoryId: string, time: number): Promise<number | undefined>;
  /**
   * A cursor before every event of the partition that was committed after `time`: as far as the writers' clocks agree, because
   * in a partition only the commits of one directory are in the order of their times.
   */
  placeAt(partition: number, time: number): Promise<LogCursor>;
  /** The newest position of the partition; 0 at the start. Only a hint that there is something new. */
  tail(partition: number): Promise<number>;
  /** Where a consumer group goes on reading. */
  loadCursor(group: string, partition: number): Promise<LogCursor>;
  saveCursor(group: string, partition: number, cursor: LogCursor): Promise<void>;
}

/** Leases that save work, never correctness: a late owner's writes are harmless. */
export interface Leases {
  /**
   * Takes or extends the lease when it is free, expired or ours, or ends later than it can (`latestEnd`). Answers its epoch (one more per
   * change of owner), or undefined. All that take it take it for equally long.
   */
  acquire(name: string, owner: string, ttlMs: number, now: number): Promise<number | undefined>;
  /** Gives it back, if it is still ours. */
  release(name: string, owner: string): Promise<void>;
}
