import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';

/** SQLite's file format, section 4: the write-ahead log. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const SALTS_AT = 16;
const FRAME_SALTS_AT = 8;
const SALT_BYTES = 8;
const PAGE_SIZE_AT = 8;

/**
 * Writes, behind the last frame of a write-ahead log, a frame as a power cut may leave it: its header belongs to the log, its page is
 * noise, and its checksum fits neither; then part of another one. Answers false where there is no log.
 */
export function tear(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < HEADER_BYTES) return false;
  const log = openSync(file, 'r+');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(log, header, 0, HEADER_BYTES, 0);
    const salts = header.subarray(SALTS_AT, SALTS_AT + SALT_BYTES);
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(PAGE_SIZE_AT);
    const frame = Buffer.alloc(FRAME_HEADER_BYTES);
    let end = HEADER_BYTES;
    // Frames of an earlier turn of the log have other salts.
    while (end + frameBytes <= size) {
      readSync(log, frame, 0, FRAME_HEADER_BYTES, end);
      if (!frame.subarray(FRAME_SALTS_AT, FRAME_SALTS_AT + SALT_BYTES).equals(salts)) break;
      end += frameBytes;
    }
    const torn = randomFillSync(Buffer.alloc(frameBytes + Math.floor(frameBytes / 3)));
    // Page 2, and the end of a transaction that leaves a database of 2 pages.
    torn.writeUInt32BE(2, 0);
    torn.writeUInt32BE(2, 4);
    salts.copy(torn, FRAME_SALTS_AT);
    writeSync(log, torn, 0, torn.length, end);
    return true;
  } finally {
    closeSync(log);
  }
}
