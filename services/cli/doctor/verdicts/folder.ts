import { fail, ok, warn, type Finding } from '../finding.js';

/** A folder as it was found. */
export interface FolderFound {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'folder' | 'something else' | 'nothing';
  readonly isWritable: boolean;
  /** Bytes that this user may still write. */
  readonly freeBytes: number;
}

const MIB = 1024 * 1024;
const FREE_MIN = 100 * MIB;
const FREE_LOW = 1024 * MIB;

export function judgeFolder({ path, kind, isWritable, freeBytes }: FolderFound): Finding {
  const what = 'data folder';
  const other = 'choose another one with ROLLCALL_DATA_DIR';
  const free = `${Math.floor(freeBytes / MIB)} MiB free`;
  if (kind === 'nothing') {
    return warn(what, `${path}: not there yet`, 'the first start makes it; if there was one, mend ROLLCALL_DATA_DIR');
  }
  if (kind === 'something else') return fail(what, `${path}: is no folder`, other);
  if (!isWritable) return fail(what, `${path}: this user may not write to it`, `give it to this user, or ${other}`);
  if (freeBytes >= FREE_LOW) return ok(what, `${path}: writable, ${free}`);
  const finding = `${path}: ${free}`;
  return (freeBytes < FREE_MIN ? fail : warn)(what, finding, 'make room, or move the folder to a larger disk');
}

/** Whether a process works on the folder. */
export const judgeHolder = (isHeld: boolean): Finding =>
  isHeld
    ? ok('process', 'a running Rollcall has the data folder; it is read beside it')
    : warn('process', 'no running Rollcall has the data folder', 'start it: rollcall standalone');
