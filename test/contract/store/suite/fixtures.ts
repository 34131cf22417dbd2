import type { Change, Commit, Head, HeldEvent } from '../../../../shared/directory/commit.js';
import type { DirectoryRef } from '../../../../shared/directory/deletion.js';
import { GENESIS, headOf } from '../../../../shared/directory/commit.js';
import type { Loaded, Needs } from '../../../../shared/directory/needs.js';
import { NO_NEEDS } from '../../../../shared/directory/needs.js';
import type { Membership, ResourceRow } from '../../../../shared/directory/resource.js';
import { newId } from '../../../../shared/runtime/ids.js';
import type { CommitStore, Outbox, PositionedCommit } from '../../../../shared/store/port.js';
import { eventually } from '../../../support/eventually.js';

export { headOf };

export const T0 = 1_750_000_000_000;

let partitions = 0;

/** A log partition that no other test of this file uses. */
export const newPartition = (): number => (partitions += 1);

/** A directory without commits, in a partition of its own unless told otherwise. */
export const newDirectory = (partition = newPartition()): DirectoryRef => ({
  id: newId(),
  organizationId: 'organization',
  partition,
});

export const user = (id: string, row: Partial<ResourceRow> = {}): ResourceRow => ({
  id,
  type: 'User',
  version: 1,
  createdAt: T0,
  updatedAt: T0,
  attributes: { userName: id },
  keys: [`userName:${id}`],
  ...row,
});

export const group = (id: string, row: Partial<ResourceRow> = {}): ResourceRow =>
  user(id, { type: 'Group', attributes: { displayName: id }, keys: [`displayName:${id}`], ...row });

export const membership = (groupId: string, memberId: string, memberType = 'User'): Membership => ({
  groupId,
  memberId,
  memberType,
});

export const create = (resource: ResourceRow): Change => ({ kind: 'put', resource, isNew: true });
export const update = (resource: ResourceRow): Change => ({ kind: 'put', resource, isNew: false });
export const remove = ({ type, id }: ResourceRow): Change => ({ kind: 'delete', type, id });
export const unlink = (id: string): Change => ({ kind: 'unlink', id });
export const join = (row: Membership): Change => ({ kind: 'join', membership: row });
export const leave = (row: Membership): Change => ({ kind: 'leave', membership: row });

export const hold = (event: HeldEvent): Change => ({ kind: 'hold', event });
export const unhold = (upTo: number): Change => ({ kind: 'unhold', upTo });

/** A held event about the given ids. */
export const heldEvent = (order: number, ...keys: string[]): HeldEvent => ({
  order,
  id: newId(),
  heldAt: T0,
  keys,
  draft: { type: 'user.deleted', data: { id: keys[0], custom: { 'a.b': '$c' } } as never, cause: { requestId: 'r' } },
});

export interface CommitOptions {
  /** How many events; one unless told otherwise. */
  readonly events?: number;
  readonly type?: string;
  /** Makes an event's body. */
  readonly body?: (event: { readonly id: string; readonly seq: number }) => string;
  readonly deleted?: boolean;
  /** Of each event. */
  readonly traceparent?: string;
  /** Left out: ids of now, which is not the commit's time. */
  readonly newEventId?: () => string;
}

export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const bodyOf =
  ({ id: directoryId }: DirectoryRef) =>
  (event: object): string =>
    JSON.stringify({ ...event, directoryId });

/** The commit that follows `head` with these changes. */
export function commitAfter(
  head: Head,
  directory: DirectoryRef,
  changes: readonly Change[],
  {
    events: eventCount = 1,
    deleted = false,
    type = 'user.created',
    body = bodyOf(directory),
    traceparent,
    newEventId = newId,
  }: CommitOptions = {},
): Commit {
  const number = head.number + 1;
  const counts: Record<string, number> = deleted ? {} : { ...head.counts };
  for (const change of changes) {
    if (change.kind === 'put' && change.isNew) counts[change.resource.type] = (counts[change.resource.type] ?? 0) + 1;
    if (change.kind === 'delete') counts[change.type] = (counts[change.type] ?? 0) - 1;
  }
  const events = Array.from({ length: eventCount }, (_, index) => {
    const seq = head.lastSeq + index + 1;
    const id = newEventId();
    const event = { id, type, seq, body: body({ id, seq }) };
    return traceparent === undefined ? event : { ...event, traceparent };
  });
  return {
    directoryId: directory.id,
    partition: directory.partition,
    number,
    nonce: newId(),
    at: T0 + number,
    purgeAt: T0 + number + 86_400_000,
    lastSeq: head.lastSeq + eventCount,
    counts,
    deleted,
    guard: head.guard,
    failureToldAt: head.failureToldAt,
    changes,
    events,
  };
}

/** A directory and the commits written to it, one after another. */
export interface Chain {
  readonly directory: DirectoryRef;
  readonly head: Head;
  /** The commit that would come next. */
  next(changes: readonly Change[], options?: CommitOptions): Commit;
  /** Writes it; fails the test when another writer was first. */
  write(changes: readonly Change[], options?: CommitOptions): Promise<Commit>;
}

export function createChain(commits: CommitStore, directory = newDirectory()): Chain {
  let head: Head = GENESIS;
  const next = (changes: readonly Change[], options?: CommitOptions): Commit =>
    commitAfter(head, directory, changes, options);
  return {
    directory,
    get head() {
      return head;
    },
    next,
    async write(changes, options) {
      const commit = next(changes, options);
      expect(await commits.commit(commit)).toBe('committed');
      head = headOf(commit);
      return commit;
    },
  };
}

export const needs = (some: Partial<Needs>): Needs => ({ ...NO_NEEDS, ...some });

/** Loaded rows in an order that can be compared. */
export const sorted = ({ resources, memberships, heldKeys }: Loaded): Loaded => ({
  resources: resources.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  memberships: sortedMemberships(memberships),
  heldKeys: heldKeys.toSorted(),
});

export const sortedMemberships = (rows: readonly Membership[]): Membership[] =>
  rows.toSorted((a, b) => (pairOf(a) < pairOf(b) ? -1 : 1));

const pairOf = ({ groupId, memberId }: Membership): string => `${groupId} ${memberId}`;

/** The commits that wait in the partition, once there are at least so many: a store may take its time to position a new head. */
export const waiting = (outbox: Outbox, partition: number, count: number): Promise<PositionedCommit[]> =>
  eventually(`${count} commits to publish`, async () => {
    const commits = await outbox.next(partition, 1000);
    return commits.length >= count && commits;
  });
