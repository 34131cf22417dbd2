import type { mongo } from 'mongoose';
import type { Delivery, Attempt } from '../../webhooks/delivery.js';
import type { Journals } from '../journals.js';
import type { Registry } from '../registry.js';
import type { Tally } from '../tallies.js';

/** A commit, and with it its events: the only document whose insert decides anything. `_id` see `commitId`. */
export interface CommitDocument {
  readonly _id: string;
  readonly directoryId: string;
  readonly number: number;
  readonly partition: number;
  readonly nonce: string;
  readonly at: number;
  readonly purgeAt: number;
  readonly lastSeq: number;
  /** JSON of `Head.counts`. */
  readonly counts: string;
  readonly deleted: boolean;
  /** JSON of `Head.guard`. Absent, as the next one, from commits that are older than the deletion guard. */
  readonly guard?: string;
  readonly failureToldAt?: number;
  /** JSON of `Commit.changes`: attribute names may have dots and dollars. */
  readonly changes: string;
  readonly events: readonly EventDocument[];
  /** How many events there are, for readers that leave them out. */
  readonly eventCount: number;
  /** That the rows have its changes. Set when its directory falls idle; before that, a next commit proves it. */
  readonly applied: boolean;
  /** That its events are in the log. */
  readonly published: boolean;
}

interface EventDocument {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly body: string;
  readonly traceparent?: string;
}

/** The place of a commit in its log partition. `_id` is `partition:position`. */
export interface PositionDocument {
  readonly _id: string;
  readonly partition: number;
  readonly position: number;
  /** `_id` of the commit. */
  readonly commit: string;
  readonly directoryId: string;
  readonly number: number;
  readonly eventCount: number;
  /** When it was given, by its relay's clock. */
  readonly givenAt: number;
}

/** Where a partition's log begins. `_id` is the partition. */
interface LogStartDocument {
  readonly _id: number;
  /** The last position that it no longer has. */
  readonly position: number;
}

/** What every row of a directory has. A row that is not live is a tombstone: it keeps late writers from bringing the row back. */
export interface Row {
  readonly _id: string;
  readonly directoryId: string;
  readonly live: boolean;
  /** Number of the commit that wrote this image; only a later one may replace it. */
  readonly commit: number;
  /** When the tombstone may be removed; null for a live row. */
  readonly purgeAt: number | null;
}

/** `_id` is `directoryId:id`. */
export interface ResourceDocument extends Row {
  readonly id: string;
  readonly type: string;
  /** The index keys, see `indexTerm`; none for a tombstone. */
  readonly keys: readonly string[];
  /** JSON of the `ResourceRow`; null for a tombstone. */
  readonly row: string | null;
}

/** `_id` is `directoryId:groupId:memberId`. */
export interface MembershipDocument extends Row {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberType: string;
}

/** `_id` is `directoryId:order`. */
export interface HeldDocument extends Row {
  readonly order: number;
  /** Lane keys; none for a tombstone. */
  readonly keys: readonly string[];
  /** JSON of the `HeldEvent`; null for a tombstone. */
  readonly event: string | null;
}

/** The delivery with its attempts, so that an attempt and the state after it are one write. */
export interface DeliveryDocument extends Omit<Delivery, 'id'> {
  readonly _id: string;
  readonly attemptLog: readonly Attempt[];
  /** Of the last change by hand: tells a repeated call that an earlier try of it was carried out. */
  readonly nonce?: string;
}

/** `_id` is the directory's id. */
interface ProgressDocument {
  readonly _id: string;
  readonly seq: number;
}

/** `_id` is `partition:consumer group`. */
interface CursorDocument {
  readonly _id: string;
  readonly position: number;
  readonly index: number;
}

/** `_id` is the lease's name. */
interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly epoch: number;
  readonly expiresAt: number;
}

/** `_id` is the record's id; beside `record` stand the fields of `REGISTRY_LOOKUPS`. */
export interface RecordDocument {
  readonly _id: string;
  readonly version: number;
  /** JSON of the record. */
  readonly record: string;
  readonly [lookup: string]: unknown;
}

/** `_id` is the entry's id; beside `entry` stand the fields of `JOURNAL_LOOKUPS`. */
export interface EntryDocument {
  readonly _id: string;
  /** JSON of the entry. */
  readonly entry: string;
  readonly [lookup: string]: unknown;
}

/** `_id` is `subject:hour`. See `Tally`. */
interface TallyDocument extends Tally {
  readonly _id: string;
}

/** That an import into the database has begun and is not accepted: no role may start on it. There is one at most. */
interface ImportDocument {
  readonly _id: 'import';
  readonly startedAt: number;
}

/** `_id` is the migration's number. */
interface MigrationDocument {
  readonly _id: number;
  readonly appliedAt: number;
  /** See `SchemaVersion`. */
  readonly oldest?: number;
}

export interface Collections
  extends
    Readonly<Record<keyof Registry, mongo.Collection<RecordDocument>>>,
    Readonly<Record<keyof Journals, mongo.Collection<EntryDocument>>> {
  readonly commits: mongo.Collection<CommitDocument>;
  readonly positions: mongo.Collection<PositionDocument>;
  readonly logStarts: mongo.Collection<LogStartDocument>;
  readonly resources: mongo.Collection<ResourceDocument>;
  readonly memberships: mongo.Collection<MembershipDocument>;
  readonly held: mongo.Collection<HeldDocument>;
  readonly deliveries: mongo.Collection<DeliveryDocument>;
  readonly progress: mongo.Collection<ProgressDocument>;
  readonly cursors: mongo.Collection<CursorDocument>;
  readonly leases: mongo.Collection<LeaseDocument>;
  readonly tallies: mongo.Collection<TallyDocument>;
  readonly imports: mongo.Collection<ImportDocument>;
  readonly migrations: mongo.Collection<MigrationDocument>;
}

export const collectionsOf = (db: mongo.Db): Collections => ({
  commits: db.collection('commits'),
  positions: db.collection('positions'),
  logStarts: db.collection('log_starts'),
  resources: db.collection('resources'),
  memberships: db.collection('memberships'),
  held: db.collection('held_events'),
  deliveries: db.collection('deliveries'),
  progress: db.collection('delivery_progress'),
  cursors: db.collection('log_cursors'),
  leases: db.collection('leases'),
  tallies: db.collection('tallies'),
  imports: db.collection('imports'),
  migrations: db.collection('migrations'),
  organizations: db.collection('organizations'),
  directories: db.collection('directories'),
  tokens: db.collection('tokens'),
  endpoints: db.collection('endpoints'),
  setupLinks: db.collection('setupLinks'),
  adminKeys: db.collection('adminKeys'),
  replays: db.collection('replays'),
  erasures: db.collection('erasures'),
  idempotencyKeys: db.collection('idempotencyKeys'),
  audit: db.collection('audit'),
  requests: db.collection('requests'),
});

/** Ids are ours and have no colon, so that two different rows never meet in one `_id`. */
export const commitId = (directoryId: string, number: number): string => `${directoryId}:${number}`;
/** Where a commit is, for a sharded cluster too. */
export const slot = (directoryId: string, number: number) => ({ _id: commitId(directoryId, number), directoryId });
export const positionId = (partition: number, position: number): string => `${partition}:${position}`;
export const resourceId = (directoryId: string, id: string): string => `${directoryId}:${id}`;
export const membershipId = (directoryId: string, groupId: string, memberId: string): string =>
  `${directoryId}:${groupId}:${memberId}`;

export const heldId = (directoryId: string, order: number): string => `${directoryId}:${order}`;

/** Equality with any of the values. One alone is compared plainly: some compatible services scan for `$in`. */
export function anyOf<T>(values: readonly T[]): T | { $in: readonly T[] } {
  const [first, ...others] = values;
  return first !== undefined && others.length === 0 ? first : { $in: values };
}

/** Slices of at most so many, so that one call stays small and ends before its deadline. */
export const slices = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
