import { createHash } from 'node:crypto';
import type { Head, HeldEvent } from '../../../shared/directory/commit.js';
import { createLineDigest } from '../../../shared/directory/digest.js';
import { pairOf, type Membership, type ResourceRow } from '../../../shared/directory/resource.js';
import type { StoredEvent } from '../../../shared/events/envelope.js';
import { iso } from '../../../shared/events/timestamp.js';
import type { Clock } from '../../../shared/runtime/clock.js';
import { keyIdOfSealed } from '../../../shared/runtime/seal.js';
import { version } from '../../../shared/runtime/version.js';
import type { AuditEntry } from '../../../shared/store/audit.js';
import {
  findAll,
  type Erasure,
  type Registry,
  type RegistryRecord,
  type Replay,
} from '../../../shared/store/registry.js';
import {
  TransferRefused,
  type EndedMembership,
  type ExportSource,
  type MovedCommit,
  type MovedDelivery,
} from '../../../shared/store/transfer.js';
import type { Attempt, Delivery } from '../../../shared/webhooks/delivery.js';
import { FORMAT, TABLES, toText, type ContentLine, type DirectoryLine, type Footer, type Table } from './line.js';
import { headPages, pages } from './pages.js';

const ROWS_PER_PAGE = 500;
/** Each commit can be some megabytes. */
const COMMITS_PER_PAGE = 20;
/** What is written at once, in characters. */
const CHUNK = 65_536;

type Source = Pick<ExportSource, 'kind' | 'store' | 'reader' | 'isSnapshot'>;

/**
 * Everything of an installation, as text of whole lines, some at a time. Throws `TransferRefused` when something was committed
 * meanwhile that a store without snapshots may have told of in part. `onLines` is told how many lines there are so far.
 */
export async function* exportLines(
  source: Source,
  clock: Clock,
  onLines: (lines: number) => void = () => undefined,
): AsyncGenerator<string, Footer, void> {
  const { store, kind } = source;
  const before = await survey(source);
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let lines = 0;
  let chunk = toText({
    ...{ kind: 'header', format: FORMAT, rollcall: version, exportedAt: iso(clock()), store: kind },
    ...{ sealedWith: await sealingKeys(store.registry), counts: before.counts },
  });
  for await (const line of contentLines(source)) {
    counts[line.kind] = (counts[line.kind] ?? 0) + 1;
    lines += 1;
    chunk += toText(line);
    if (chunk.length < CHUNK) continue;
    hash.update(chunk);
    yield chunk;
    chunk = '';
    onLines(lines);
  }
  if (!source.isSnapshot && (await survey(source)).digest !== before.digest) throw changedMeanwhile();
  const footer: Footer = { kind: 'footer', counts, sha256: hash.update(chunk).digest('hex') };
  yield chunk + toText(footer);
  return footer;
}

const changedMeanwhile = (): TransferRefused =>
  new TransferRefused(
    'something was committed while it was exported, so that the export is of no one moment and has no end; stop every role that uses the database, and repeat it',
  );

/** How much there is, and a digest of all heads. */
async function survey({ store, reader }: Source) {
  const digest = createLineDigest();
  let [directories, resources] = [0, 0];
  for await (const { directoryId, head } of headPages({ store, reader })) {
    directories += 1;
    resources += Object.values(head.counts).reduce((sum, count) => sum + count, 0);
    digest.add(`${directoryId} ${head.number}`);
  }
  return { counts: { directories, resources }, digest: digest.result() };
}

async function sealingKeys({ endpoints }: Registry): Promise<string[]> {
  const ids = new Set<string>();
  for (const { secrets, headers } of await findAll(endpoints, {})) {
    for (const { sealed } of [...secrets, ...headers]) ids.add(keyIdOfSealed(sealed));
  }
  return [...ids].sort();
}

async function* contentLines(source: Source): AsyncGenerator<ContentLine, void> {
  const { store, reader } = source;
  const last = await reader.lastOffsets();
  for (const table of TABLES) yield* recordLines(table, store.registry, last);
  for await (const entry of pages<AuditEntry>(ROWS_PER_PAGE, (after, limit) =>
    store.journals.audit.list({}, { beforeId: after?.id, limit }),
  )) {
    yield { kind: 'audit', entry };
  }
  for await (const { directoryId, head } of headPages(source)) yield* directoryLines(source, directoryId, head);
  for (const start of await reader.logStarts()) yield { kind: 'logStart', ...start };
  for (const cursor of await reader.cursors()) yield { kind: 'cursor', ...cursor };
  for await (const moved of pages<MovedDelivery>(ROWS_PER_PAGE, (after, limit) =>
    reader.deliveries(after?.delivery.id, limit),
  )) {
    yield { kind: 'delivery', ...deliveryOf(moved, last) };
  }
}

async function* recordLines(
  table: Table,
  registry: Registry,
  last: ReadonlyMap<number, number>,
): AsyncGenerator<ContentLine, void> {
  const rows = registry[table] as Pick<Registry['organizations'], 'find'>;
  const find = (after: RegistryRecord | undefined, limit: number): Promise<RegistryRecord[]> =>
    rows.find({}, { limit, ...(after === undefined ? {} : { afterId: after.id }) });
  for await (const record of pages(ROWS_PER_PAGE, find))
    yield { kind: table, record: movedRecord(table, record, last) };
}

/** Where its work goes on is told as it is true in another store. */
function movedRecord(table: Table, record: RegistryRecord, last: ReadonlyMap<number, number>): RegistryRecord {
  if (table === 'replays') return movedReplay(record as Replay, last);
  // Each store counts the steps of an erasure in its own way; a pass that begins anew does no harm.
  return table === 'erasures' ? begunAnew(record as Erasure) : record;
}

const begunAnew = (erasure: Erasure): Erasure => ({ ...erasure, after: 0 });

/** One that is still at the operational events, which the former log's deliveries will precede, begins anew. */
const movedReplay = (replay: Replay, last: ReadonlyMap<number, number>): Replay => ({
  ...replay,
  remaining: replay.remaining.map(({ partition, after }) => ({
    partition,
    after:
      after === null || after.offset === -1
        ? null
        : { offset: beforeNewLog(after.offset, partition, last), seq: after.seq },
  })),
});

/** All of a directory, and a digest of it. */
export async function* directoryLines(
  { store, reader }: Pick<Source, 'store' | 'reader'>,
  directoryId: string,
  head: Head,
): AsyncGenerator<DirectoryLine, void> {
  const digest = createLineDigest();
  let lines = 0;
  const told = (line: DirectoryLine): DirectoryLine => {
    lines += 1;
    digest.add(digestLine(line));
    return line;
  };
  const progress = (await store.deliveries.progress([directoryId])).get(directoryId) ?? 0;
  yield told({ kind: 'head', directoryId, ...head });
  for await (const commit of pages<MovedCommit>(COMMITS_PER_PAGE, (after, limit) =>
    reader.commits(directoryId, after?.number ?? 0, limit),
  )) {
    yield told({ kind: 'commit', directoryId, ...commitOf(commit, progress) });
    for (const row of await endedWith(store.resources, directoryId, deletionsIn(commit))) {
      yield told({ kind: 'ended', directoryId, ...row });
    }
  }
  for await (const event of pages<HeldEvent>(ROWS_PER_PAGE, (after, limit) =>
    store.held.list(directoryId, after?.order ?? 0, limit),
  )) {
    yield told({ kind: 'held', directoryId, event });
    for (const row of await endedWith(store.resources, directoryId, deletionOf(event.draft, event.heldAt))) {
      yield told({ kind: 'ended', directoryId, ...row });
    }
  }
  for await (const row of pages<ResourceRow>(ROWS_PER_PAGE, (after, limit) =>
    reader.resources(directoryId, after?.id ?? '', limit),
  )) {
    const { id, type, version: nth, createdAt, updatedAt, attributes, keys } = row;
    yield told({
      kind: 'resource',
      directoryId,
      row: { id, type, version: nth, createdAt, updatedAt, attributes, keys },
    });
  }
  for await (const row of pages<Membership>(ROWS_PER_PAGE, (after, limit) =>
    reader.memberships(directoryId, after, limit),
  )) {
    yield told({ kind: 'membership', directoryId, ...row });
  }
  if (progress > 0) yield told({ kind: 'progress', directoryId, seq: progress });
  yield { kind: 'digest', directoryId, lines, digest: digest.result() };
}

/** What a directory is does not depend on where its commits stand in the log. */
const digestLine = (line: DirectoryLine): string =>
  JSON.stringify(line.kind === 'commit' ? { ...line, position: undefined } : line);

/**
 * A commit counts as published once its events have been consumed: only those are surely in nobody's way any more. The others are
 * published again, to whichever log there is then, and who has seen them drops them by their `seq`.
 */
function commitOf(commit: MovedCommit, progress: number): MovedCommit {
  const { number, at, lastSeq, partition, position, events } = commit;
  const published = commit.published && lastSeq <= progress;
  return { number, at, lastSeq, partition, position, published, events: events.map(eventOf) };
}

const eventOf = ({ id, type, seq, body, traceparent }: StoredEvent): StoredEvent => ({
  ...{ id, type, seq, body },
  ...(traceparent === undefined ? {} : { traceparent }),
});

type Deletion = Pick<EndedMembership, 'id' | 'type' | 'at'>;

const deletionsIn = ({ events, at }: MovedCommit): Deletion[] =>
  events.flatMap(({ type, body }) =>
    type === 'user.deleted' || type === 'group.deleted' ? deletionOf(JSON.parse(body) as Told, at) : [],
  );

interface Told {
  readonly type: string;
  readonly data: object;
}

function deletionOf({ type, data }: Told, at: number): Deletion[] {
  if (!('id' in data) || typeof data.id !== 'string') return [];
  if (type === 'user.deleted') return [{ id: data.id, type: 'User', at }];
  return type === 'group.deleted' ? [{ id: data.id, type: 'Group', at }] : [];
}

/** What these deletions have ended, each membership once. */
async function endedWith(
  resources: ExportSource['store']['resources'],
  directoryId: string,
  deletions: readonly Deletion[],
): Promise<EndedMembership[]> {
  const ended = new Map<string, EndedMembership>();
  for (const deletion of deletions) {
    for (const { groupId, memberId, memberType } of await resources.endedWith(directoryId, deletion.id)) {
      const row = { ...deletion, groupId, memberId, memberType };
      if (!ended.has(pairOf(row))) ended.set(pairOf(row), row);
    }
  }
  return [...ended.values()];
}

/**
 * A place in the log that is left behind, before every place that another log can give: the last one is -2, since operational
 * events stand at -1.
 */
const beforeNewLog = (offset: number, partition: number, last: ReadonlyMap<number, number>): number =>
  offset === -1 ? offset : offset - (last.get(partition) ?? -2) - 2;

/** Nobody is sending it any more: it is as it was before. */
function deliveryOf({ delivery, attempts }: MovedDelivery, last: ReadonlyMap<number, number>): MovedDelivery {
  const { id, eventId, eventType, endpointId, organizationId, directoryId, partition, seq, laneKeys } = delivery;
  const { body, nextAttemptAt, lastError, createdAt, updatedAt } = delivery;
  const unsent = delivery.attempts > 0 ? 'retrying' : 'pending';
  const status = delivery.status === 'sending' ? unsent : delivery.status;
  const offset = beforeNewLog(delivery.offset, partition, last);
  const moved: Delivery = {
    ...{ id, eventId, eventType, endpointId, organizationId, directoryId, partition, offset, seq, laneKeys, body },
    ...{ status, attempts: delivery.attempts, nextAttemptAt, leaseOwner: null, leaseUntil: null, lastError },
    ...{ createdAt, updatedAt },
  };
  return { delivery: moved, attempts: attempts.map(attemptOf) };
}

/** Some compatible services leave a null out. */
function attemptOf({ id, deliveryId, endpointId, startedAt, durationMs, response, ...rest }: Attempt): Attempt {
  const { status, error }: Partial<Pick<Attempt, 'status' | 'error'>> = rest;
  return { id, deliveryId, endpointId, startedAt, durationMs, status: status ?? null, error: error ?? null, response };
}
