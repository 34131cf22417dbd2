import type { LogCursor } from '../../shared/store/port.js';
import { unknownCursor } from './paging.js';

/** How far each partition of the log was read; what is not there was not begun. */
export type LogPlace = ReadonlyMap<number, LogCursor>;

export const START: LogCursor = { position: 0, index: 0 };

/** `l` and, per partition, `partition.position.index` in base 36; or `d`, a directory's id and a `seq`. */
const LOG_PART = /^[0-9a-z]{1,2}\.[0-9a-z]{1,10}\.[0-9a-z]{1,4}$/;
const DIRECTORY_CURSOR = /^d~([0-9a-f-]{36})~([0-9a-z]{1,10})$/;

export function logCursorAt(place: LogPlace): string {
  const parts = [...place].map(([partition, { position, index }]) =>
    [partition, position, index].map(base36).join('.'),
  );
  return ['l', ...parts].join('~');
}

export function logCursor(after: string): LogPlace {
  const [kind, ...parts] = after.split('~');
  if (kind === 'd') throw unknownCursor('comes from the events of one directory');
  if (kind !== 'l' || !parts.every((part) => LOG_PART.test(part))) throw unknownCursor();
  return new Map(
    parts.map((part) => {
      const [partition = 0, position = 0, index = 0] = part.split('.').map(fromBase36);
      return [partition, { position, index }];
    }),
  );
}

export const directoryCursorAt = (directoryId: string, seq: number): string => `d~${directoryId}~${base36(seq)}`;

/** The `seq` after which to go on. */
export function directoryCursor(after: string, directoryId: string): number {
  if (after.startsWith('l')) throw unknownCursor('comes from the events of all directories');
  const [, of, seq] = DIRECTORY_CURSOR.exec(after) ?? [];
  if (of === undefined || seq === undefined) throw unknownCursor();
  if (of !== directoryId) throw unknownCursor('comes from the events of another directory');
  return fromBase36(seq);
}

const base36 = (n: number): string => n.toString(36);

const fromBase36 = (text: string): number => parseInt(text, 36);
