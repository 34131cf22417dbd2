import { TransferRefused } from '../../../shared/store/transfer.js';

/** A commit's events take some megabytes, and a text within a text some more. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const LINE_FEED = 10;

/** The lines of an input, without their ends. Only a line feed ends one: other characters that do so elsewhere can be within. */
export async function* textLines(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      [parts, bytes, start] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > LINE_BYTES_MAX) {
      throw new TransferRefused(`a line is longer than ${LINE_BYTES_MAX} bytes: this is no export; name another file`);
    }
  }
  if (bytes > 0) yield Buffer.concat(parts);
}
