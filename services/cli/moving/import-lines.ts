import { createHash, type Hash } from 'node:crypto';
import type { HeldEvent } from '../../../shared/directory/commit.js';
import { GENESIS, headOf } from '../../../shared/directory/commit.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import type { AuditEntry } from '../../../shared/store/audit.js';
import type { Registry, RegistryRecord } from '../../../shared/store/registry.js';
import {
  TransferRefused,
  type DirectoryWriter,
  type EndedMembership,
  type ImportTarget,
  type MovedCommit,
  type MovedDelivery,
} from '../../../shared/store/transfer.js';
import { directoryLines } from './export-lines.js';
import { parseLine, type ContentLine, type DirectoryLine, type Footer, type Header, type Table } from './line.js';
import { textLines } from './text-lines.js';

export interface ImportOptions {
  /** Throws `TransferRefused` when what follows is of no use here. */
  readonly onHeader: (header: Header) => void;
  readonly onLines: (lines: number) => void;
  /** Whether the log goes on to be the store itself, so that places in it go on to mean something. */
  readonly isLogInStore: boolean;
}

/**
 * Writes what the lines say, and looks that it is all of it: the footer's counts and digest, and of each directory the digest of what
 * is in the store by then. Memory is bounded, however many lines there are. Throws `TransferRefused`, naming the line.
 */
export async function importLines(
  input: AsyncIterable<Buffer>,
  target: Pick<ImportTarget, 'store' | 'reader' | 'writer'>,
  { onHeader, onLines, isLogInStore }: ImportOptions,
): Promise<Footer> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  const intake = createIntake(target, isLogInStore);
  let number = 0;
  let footer: Footer | undefined;
  for await (const text of textLines(input)) {
    number += 1;
    if (footer !== undefined) throw new TransferRefused(`line ${number}: comes after the footer; export it anew`);
    const line = parseLine(text.toString('utf8'), number);
    if ((line.kind === 'header') !== (number === 1)) {
      throw new TransferRefused(`line ${number}: an export begins with one header; import the whole of its output`);
    }
    if (line.kind === 'footer') {
      checkFooter(line, counts, hash);
      footer = line;
      continue;
    }
    hash.update(text).update('\n');
    if (line.kind === 'header') {
      onHeader(line);
      continue;
    }
    counts[line.kind] = (counts[line.kind] ?? 0) + 1;
    await intake.take(line, number, text.length);
    if (number % LINES_PER_TELL === 0) onLines(number);
  }
  if (footer === undefined) {
    throw new TransferRefused(
      `the export ends after line ${number} without a footer: it was cut short; export it anew`,
    );
  }
  await intake.end();
  await target.writer.finish();
  return footer;
}

const LINES_PER_TELL = 1000;

function checkFooter(footer: Footer, counts: Readonly<Record<string, number>>, hash: Hash): void {
  const kinds = new Set([...Object.keys(counts), ...Object.keys(footer.counts)]);
  for (const kind of kinds) {
    const [found = 0, told = 0] = [counts[kind], footer.counts[kind]];
    if (found !== told) {
      throw new TransferRefused(
        `the export has ${found} lines of ${kind}, its footer tells of ${told}; export it anew`,
      );
    }
  }
  if (hash.digest('hex') !== footer.sha256) {
    throw new TransferRefused('the export is not what was written: its digest differs from its footer; export it anew');
  }
}

/** Lines of one kind that follow one another are written together, up to so many, or so long. */
const LINES_PER_WRITE = 500;
const CHARACTERS_PER_WRITE = 1_000_000;

/** Takes lines one by one and writes them some at a time. */
function createIntake(target: Pick<ImportTarget, 'store' | 'reader' | 'writer'>, isLogInStore: boolean) {
  let waiting: ContentLine[] = [];
  let size = 0;
  const directory = createDirectoryIntake(target);
  const flush = async (): Promise<void> => {
    const lines = waiting;
    [waiting, size] = [[], 0];
    const [first] = lines;
    if (first === undefined) return;
    if ('directoryId' in first) return directory.write(lines as DirectoryLine[]);
    await writeApart(target, lines, isLogInStore);
  };
  return {
    async take(line: ContentLine, number: number, length: number): Promise<void> {
      if (waiting[0]?.kind !== line.kind) await flush();
      directory.expect(line, number);
      waiting.push(line);
      size += length;
      if (waiting.length >= LINES_PER_WRITE || size >= CHARACTERS_PER_WRITE) await flush();
    },
    async end(): Promise<void> {
      await flush();
    },
  };
}

/** What is of no directory, all of one kind. */
async function writeApart(
  { store, writer }: Pick<ImportTarget, 'store' | 'writer'>,
  lines: readonly ContentLine[],
  isLogInStore: boolean,
): Promise<void> {
  const entries: AuditEntry[] = [];
  const deliveries: MovedDelivery[] = [];
  for (const line of lines) {
    if ('record' in line) await insertRecord(store.registry, line);
    else if (line.kind === 'audit') entries.push(line.entry);
    else if (line.kind === 'delivery') deliveries.push({ delivery: line.delivery, attempts: line.attempts });
    else if (line.kind === 'logStart') await writer.logStart({ partition: line.partition, position: line.position });
    else if (line.kind === 'cursor' && isLogInStore) {
      await store.events.saveCursor(line.group, line.partition, { position: line.position, index: line.index });
    }
  }
  if (entries.length > 0) await store.journals.audit.append(entries);
  if (deliveries.length > 0) await writer.deliveries(deliveries);
}

const insertRecord = (
  registry: Registry,
  { kind, record }: { readonly kind: Table; readonly record: RegistryRecord },
): Promise<void> => (registry[kind] as unknown as Pick<Registry['organizations'], 'insert'>).insert(record as never);

/** What is of one directory: a head begins it, and a digest ends it. */
function createDirectoryIntake({ store, reader, writer }: Pick<ImportTarget, 'store' | 'reader' | 'writer'>) {
  let open: { readonly id: string; lines: number } | undefined;
  let rows: DirectoryWriter | undefined;
  const check = async ({ directoryId, digest }: DirectoryLine & { kind: 'digest' }): Promise<void> => {
    const head = await store.commits.head(directoryId);
    for await (const line of directoryLines({ store, reader }, directoryId, head)) {
      if (line.kind !== 'digest' || line.digest === digest) continue;
      throw new TransferRefused(
        `directory ${directoryId}: what was imported has the digest ${line.digest}, and must have ${digest}; export it anew`,
      );
    }
  };
  return {
    /** Whether the line may come now. */
    expect(line: ContentLine, number: number): void {
      const id = 'directoryId' in line ? line.directoryId : undefined;
      if (line.kind === 'head' && open === undefined) open = { id: line.directoryId, lines: 0 };
      if (open?.id !== id || (line.kind === 'head' && (open?.lines ?? 0) > 0)) {
        throw new TransferRefused(
          `line ${number}: ${line.kind} of ${id ?? 'no directory'} stands among those of ${open?.id ?? 'none'}; export it anew`,
        );
      }
      if (open === undefined) return;
      if (line.kind !== 'digest') {
        open.lines += 1;
        return;
      }
      if (line.lines !== open.lines) {
        throw new TransferRefused(
          `line ${number}: directory ${open.id} has ${open.lines} lines, and must have ${line.lines}; export it anew`,
        );
      }
      open = undefined;
    },
    /** Lines of one kind. */
    async write(lines: readonly DirectoryLine[]): Promise<void> {
      for (const line of lines) {
        if (line.kind === 'head') rows = await writer.directory(line.directoryId, headOf({ ...GENESIS, ...line }));
        if (line.kind === 'digest') await check(line);
        if (line.kind === 'progress') {
          await store.deliveries.insert([], [{ directoryId: line.directoryId, seq: line.seq }]);
        }
      }
      if (rows !== undefined) await writeRows(rows, lines);
    },
  };
}

async function writeRows(rows: DirectoryWriter, lines: readonly DirectoryLine[]): Promise<void> {
  const commits: MovedCommit[] = [];
  const resources: ResourceRow[] = [];
  const memberships: Membership[] = [];
  const ended: EndedMembership[] = [];
  const held: HeldEvent[] = [];
  for (const line of lines) {
    if (line.kind === 'commit') commits.push(line);
    if (line.kind === 'resource') resources.push(line.row);
    if (line.kind === 'membership') memberships.push(line);
    if (line.kind === 'ended') ended.push(line);
    if (line.kind === 'held') held.push(line.event);
  }
  if (commits.length > 0) await rows.commits(commits);
  if (resources.length > 0) await rows.resources(resources);
  if (memberships.length > 0) await rows.memberships(memberships);
  if (ended.length > 0) await rows.ended(ended);
  if (held.length > 0) await rows.held(held);
}
