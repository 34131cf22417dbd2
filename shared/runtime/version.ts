import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package's version; package.json is two folders up in the source tree, three in the build. */
export const version: string =
  ['../..', '../../..'].flatMap((up) => readVersion(join(__dirname, up, 'package.json')))[0] ?? '0';

function readVersion(file: string): string[] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
    return typeof found === 'string' ? [found] : [];
  } catch {
    return [];
  }
}
