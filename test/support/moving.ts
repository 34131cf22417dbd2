import { Readable } from 'node:stream';
import { exportLines } from '../../services/cli/moving/export-lines.js';
import { importLines } from '../../services/cli/moving/import-lines.js';
import type { ExportSource, ImportTarget } from '../../shared/store/transfer.js';

/** The lines of an export, without their ends. */
export async function exported(source: ExportSource): Promise<string[]> {
  let text = '';
  try {
    for await (const chunk of exportLines(source, Date.now)) text += chunk;
  } finally {
    await source.close();
  }
  return text.trimEnd().split('\n');
}

/** Imports lines and accepts them. `isLogInStore`: see `ImportOptions`. */
export async function imported(target: ImportTarget, lines: readonly string[], isLogInStore = true): Promise<void> {
  try {
    // In pieces that end anywhere.
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, n) =>
      bytes.subarray(n * 1000, n * 1000 + 1000),
    );
    const options = { onHeader: () => undefined, onLines: () => undefined, isLogInStore };
    await importLines(Readable.from(pieces), target, options);
    await target.accept();
  } finally {
    await target.close();
  }
}
