import type { Head, HeldEvent } from '../directory/commit.js';
import type { Membership, ResourceRow } from '../directory/resource.js';
import type { StoredEvent } from '../events/envelope.js';
import type { Attempt, Delivery } from '../webhooks/delivery.js';
import type { LogCursor, Store } from './port.js';

/** A commit as far as every store keeps it: its changes are in the rows. */
export interface MovedCommit {
  readonly number: number;
  readonly at: number;
  readonly lastSeq: number;
  readonly partition: number;
  /** Null: it has none yet, or one that the log no longer has. */
  readonly position: number | null;
  readonly published: boolean;
  readonly events: readonly StoredEvent[];
}

/** A membership that ended because its user or group was deleted: what `endedWith` answers of `id`. */
export interface EndedMembership extends Membership {
  readonly id: string;
  readonly type: 'User' | 'Group';
  /** When that was committed. */
  readonly at: number;
}

/** See `EventReader.logStart`. */
export interface LogStart {
  readonly partition: number;
  readonly position: number;
}

/** Where a consumer of the log that is the store itself goes on. */
export interface MovedCursor extends LogCursor {
  readonly group: string;
  readonly partition: number;
}

export interface MovedDelivery {
  readonly delivery: Delivery;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
}

/** What is read of a whole store and cannot be asked of its port. Pages are in the order that they go on after. */
export interface TransferReader {
  /** Directories that have a commit, in the order of ids. */
  directories(afterId: string, limit: number): Promise<string[]>;
  commits(directoryId: string, afterNumber: number, limit: number): Promise<MovedCommit[]>;
  /** Of every type. */
  resources(directoryId: string, afterId: string, limit: number): Promise<ResourceRow[]>;
  memberships(directoryId: string, after: Membership | undefined, limit: number): Promise<Membership[]>;
  /** Newest first, as `DeliveryStore.list`. */
  deliveries(beforeId: string | undefined, limit: number): Promise<MovedDelivery[]>;
  /** The last place in each partition's log that a delivery has; those of operational events, before the log, do not count. */
  lastOffsets(): Promise<Map<number, number>>;
  logStarts(): Promise<LogStart[]>;
  cursors(): Promise<MovedCursor[]>;
}

/** Writes what a port has no write for. Each row comes once. */
export interface TransferWriter {
  /** A directory with its head; its rows follow. */
  directory(directoryId: string, head: Head): Promise<DirectoryWriter>;
  logStart(start: LogStart): Promise<void>;
  deliveries(rows: readonly MovedDelivery[]): Promise<void>;
  /** All is there. Gives a place to commits that came without one, where a store needs it. */
  finish(): Promise<void>;
}

export interface DirectoryWriter {
  commits(commits: readonly MovedCommit[]): Promise<void>;
  resources(rows: readonly ResourceRow[]): Promise<void>;
  memberships(rows: readonly Membership[]): Promise<void>;
  /** Those of one deletion follow one another. */
  ended(rows: readonly EndedMembership[]): Promise<void>;
  held(events: readonly HeldEvent[]): Promise<void>;
}

/** A store that is exported. */
export interface ExportSource {
  readonly kind: 'sqlite' | 'mongodb';
  readonly store: Store;
  readonly reader: TransferReader;
  /** Whether everything is read as of one moment, whoever writes meanwhile. */
  readonly isSnapshot: boolean;
  /** Leases that processes hold on it. */
  liveLeases(now: number): Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** An empty store that is being filled. Until it is accepted, no role can start on it. */
export interface ImportTarget {
  readonly store: Store;
  readonly reader: TransferReader;
  readonly writer: TransferWriter;
  /** What was imported is the store's content from now on, and durable. */
  accept(): Promise<void>;
  /** In any case. What was not accepted is left to the next import, which begins by removing it. */
  readonly close: () => Promise<void>;
}

/** Why nothing is exported or imported, in words that say what to do. */
export class TransferRefused extends Error {
  override readonly name = 'TransferRefused';
}

/** A commit's place as it is told: one that the log no longer has is none. */
export const placeInLog = (position: number | undefined, start: number): number | null =>
  position === undefined || position <= start ? null : position;
