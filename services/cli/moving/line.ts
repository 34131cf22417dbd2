import * as z from 'zod';
import type { Head, HeldEvent } from '../../../shared/directory/commit.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import type { AuditEntry } from '../../../shared/store/audit.js';
import type { Registry, RegistryRecord } from '../../../shared/store/registry.js';
import {
  TransferRefused,
  type EndedMembership,
  type LogStart,
  type MovedCommit,
  type MovedCursor,
  type MovedDelivery,
} from '../../../shared/store/transfer.js';

/** Of the lines; a later one is refused by versions that do not know it. */
export const FORMAT = 1;

/** The registry's tables that move; who repeats a POST after the move must not hope for its former answer. */
export const TABLES = [
  'organizations',
  'directories',
  'tokens',
  'endpoints',
  'setupLinks',
  'adminKeys',
  'replays',
  'erasures',
] as const satisfies readonly (keyof Registry)[];
export type Table = (typeof TABLES)[number];

export interface Header {
  readonly kind: 'header';
  readonly format: number;
  /** Version of Rollcall. */
  readonly rollcall: string;
  readonly exportedAt: string;
  readonly store: 'sqlite' | 'mongodb';
  /** Ids of the encryption keys that secrets in it are sealed with; see `keyIdOf`. */
  readonly sealedWith: readonly string[];
  /** As far as it is known before everything is read. */
  readonly counts: { readonly directories: number; readonly resources: number };
}

/** What is of one directory; `digest` ends it. */
export type DirectoryLine = { readonly directoryId: string } & (
  | ({ readonly kind: 'head' } & Head)
  | ({ readonly kind: 'commit' } & MovedCommit)
  | ({ readonly kind: 'ended' } & EndedMembership)
  | { readonly kind: 'held'; readonly event: HeldEvent }
  | { readonly kind: 'resource'; readonly row: ResourceRow }
  | ({ readonly kind: 'membership' } & Membership)
  | { readonly kind: 'progress'; readonly seq: number }
  | { readonly kind: 'digest'; readonly lines: number; readonly digest: string }
);

export type ContentLine =
  | { readonly kind: Table; readonly record: RegistryRecord }
  | { readonly kind: 'audit'; readonly entry: AuditEntry }
  | DirectoryLine
  | ({ readonly kind: 'logStart' } & LogStart)
  | ({ readonly kind: 'cursor' } & MovedCursor)
  | ({ readonly kind: 'delivery' } & MovedDelivery);

export interface Footer {
  readonly kind: 'footer';
  /** Lines of each kind between header and footer. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of all bytes before this line, hexadecimal. */
  readonly sha256: string;
}

export type Line = Header | ContentLine | Footer;

export const toText = (line: Line): string => `${JSON.stringify(line)}\n`;

const text = z.string().min(1);
const count = z.int().min(0);
const place = z.int().min(1).nullable();
const inDirectory = { directoryId: text };
const record = z.looseObject({ id: text, version: z.int().min(1), createdAt: z.int(), updatedAt: z.int() });
const event = z.looseObject({ id: text, type: text, seq: z.int().min(1), body: text });
const pair = { groupId: text, memberId: text, memberType: text };

/** What a line has at least: enough for a file of another kind, or one that was edited, to be refused in words. */
const SHAPES: Readonly<Record<string, z.ZodType>> = {
  header: z.looseObject({
    rollcall: text,
    sealedWith: z.array(text),
    counts: z.looseObject({ directories: count, resources: count }),
  }),
  ...Object.fromEntries(TABLES.map((table) => [table, z.looseObject({ record })])),
  audit: z.looseObject({ entry: z.looseObject({ id: text, action: text }) }),
  head: z.looseObject({ ...inDirectory, number: z.int().min(1), lastSeq: count, at: z.int(), deleted: z.boolean() }),
  commit: z.looseObject({
    ...inDirectory,
    ...{ number: z.int().min(1), lastSeq: count, partition: z.int().min(0).max(255), position: place },
    ...{ published: z.boolean(), events: z.array(event) },
  }),
  ended: z.looseObject({ ...inDirectory, ...pair, id: text, type: z.enum(['User', 'Group']), at: z.int() }),
  held: z.looseObject({ ...inDirectory, event: z.looseObject({ order: z.int().min(1), keys: z.array(z.string()) }) }),
  resource: z.looseObject({ ...inDirectory, row: z.looseObject({ id: text, type: text, keys: z.array(z.string()) }) }),
  membership: z.looseObject({ ...inDirectory, ...pair }),
  progress: z.looseObject({ ...inDirectory, seq: count }),
  digest: z.looseObject({ ...inDirectory, lines: count, digest: text }),
  logStart: z.looseObject({ partition: count, position: count }),
  cursor: z.looseObject({ group: text, partition: count, position: count, index: count }),
  delivery: z.looseObject({
    delivery: z.looseObject({ id: text, endpointId: text, offset: z.int(), status: text }),
    attempts: z.array(z.looseObject({ id: text })),
  }),
  footer: z.looseObject({ counts: z.record(z.string(), count), sha256: text }),
};

const envelope = z.looseObject({ kind: z.string() });

/** The line of a text. Throws `TransferRefused`, naming the line and what is wrong with it. */
export function parseLine(json: string, number: number): Line {
  const refuse = (why: string): TransferRefused => new TransferRefused(`line ${number}: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw refuse('is no JSON; it must be a line that "rollcall export" has written');
  }
  const kind = envelope.safeParse(value).data?.kind;
  const shape = kind === undefined || !Object.hasOwn(SHAPES, kind) ? undefined : SHAPES[kind];
  if (kind === undefined || shape === undefined) {
    throw refuse(
      `has no kind that this version of Rollcall knows (${kind ?? 'none'}); export it with the same version`,
    );
  }
  if (kind === 'header') checkFormat(value);
  const issue = shape.safeParse(value).error?.issues[0];
  if (issue !== undefined) throw refuse(`${kind}: ${issue.path.join('.')}: ${issue.message}; export it anew`);
  return value as Line;
}

function checkFormat(header: unknown): void {
  const { format, rollcall } = (header ?? {}) as Partial<Header>;
  if (format === FORMAT) return;
  throw new TransferRefused(
    `the export has format ${String(format)}, written by Rollcall ${String(rollcall)}, and this version reads format ${FORMAT}; import it with that version`,
  );
}
