import type { LogCursor } from '../../shared/store/port.js';
import { unknownCursor } from './paging.js';

/** How far each partition of the log was read; what is not there was not begun. */
export type LogPlace = ReadonlyMap<number, LogCursor>;

export const START: LogCursor = { position: 0, index: 0 };

/** Oldest first, or newest first. */
export type Order = 'asc' | 'desc';

/** What a cursor begins with, so that one of another list is known. */
const OF_LOG = { asc: 'l', desc: 'L' } as const;
const OF_DIRECTORY = { asc: 'd', desc: 'D' } as const;

/** Per partition, `partition.position.index` in base 36; or a directory's id and a `seq`. */
const LOG_PART = /^[0-9a-z]{1,2}\.[0-9a-z]{1,10}\.[0-9a-z]{1,4}$/;
const DIRECTORY_CURSOR = /^[dD]~([0-9a-f-]{36})~([0-9a-z]{1,10})$/;

export function logCursorAt(place: LogPlace, order: Order): string {
  const parts = [...place].map(([partition, { position, index }]) =>
    [partition, position, index].map(base36).join('.'),
  );
  return [OF_LOG[order], ...parts].join('~');
}

export function logCursor(after: string, order: Order): LogPlace {
  const [kind = '', ...parts] = after.split('~');
  if (kind.toLowerCase() === 'd') throw unknownCursor('comes from the events of one directory');
  if (kind !== OF_LOG[order]) throw ofOtherOrder(kind, OF_LOG);
  if (!parts.every((part) => LOG_PART.test(part))) throw unknownCursor();
  return new Map(
    parts.map((part) => {
      const [partition = 0, position = 0, index = 0] = part.split('.').map(fromBase36);
      return [partition, { position, index }];
    }),
  );
}

export const directoryCursorAt = (directoryId: string, seq: number, order: Order): string =>
  `${OF_DIRECTORY[order]}~${directoryId}~${base36(seq)}`;

/** The `seq` after which, or before which, to go on. */
export function directoryCursor(after: string, directoryId: string, order: Order): number {
  if (after.startsWith('l') || after.startsWith('L')) throw unknownCursor('comes from the events of all directories');
  const [, of, seq] = DIRECTORY_CURSOR.exec(after) ?? [];
  if (of === undefined || seq === undefined) throw unknownCursor();
  if (of !== directoryId) throw unknownCursor('comes from the events of another directory');
  if (!after.startsWith(OF_DIRECTORY[order])) throw ofOtherOrder(after.charAt(0), OF_DIRECTORY);
  return fromBase36(seq);
}

const ofOtherOrder = (kind: string, kinds: Readonly<Record<Order, string>>): Error =>
  Object.values(kinds).includes(kind) ? unknownCursor('comes from a list in the other order') : unknownCursor();

const base36 = (n: number): string => n.toString(36);

const fromBase36 = (text: string): number => parseInt(text, 36);
