import type { ResourceRow } from '../directory/resource.js';

/**
 * Resources by how their index keys begin. What several keys of a resource are found by counts once: by the first of the prefixes, and of
 * its keys that begin so by the first. Whether an entry of the index is that one is told by the resource alone, so that a search goes on
 * from any place without knowing what came before.
 */

/** No text has one that sorts behind it. */
export const LAST_CHARACTER = '\u{10ffff}';

/** After the entry of that key and resource, under the prefix with that number. */
export interface PrefixPlace {
  readonly prefix: number;
  readonly key: string;
  readonly id: string;
}

export interface PrefixPage {
  readonly after?: PrefixPlace | undefined;
  readonly limit: number;
  /** How many entries of the index are looked at. */
  readonly scan: number;
}

export interface PrefixResult {
  /** May be fewer than asked for, or none, before the end. */
  readonly found: readonly ResourceRow[];
  /** Where to go on; undefined at the end. */
  readonly next: PrefixPlace | undefined;
}

/** An entry of the index. */
interface KeyEntry {
  readonly key: string;
  readonly id: string;
  /** Undefined where it was deleted meanwhile. */
  readonly resource: ResourceRow | undefined;
  /** All that the index has of the resource. */
  readonly keys: readonly string[];
}

/** `read`: entries under the prefix after the place, by key; an empty key is before them all. */
export async function searchByPrefix(
  prefixes: readonly string[],
  { after, limit, scan }: PrefixPage,
  read: (prefix: string, place: PrefixPlace, limit: number) => Promise<readonly KeyEntry[]>,
): Promise<PrefixResult> {
  const found: ResourceRow[] = [];
  let place = after ?? { prefix: 0, key: '', id: '' };
  for (let looked = 0; ;) {
    const prefix = prefixes[place.prefix];
    if (prefix === undefined) return { found, next: undefined };
    const count = Math.min(limit - found.length, scan - looked);
    if (count <= 0) return { found, next: place };
    const entries = await read(prefix, place, count);
    for (const entry of entries) {
      if (entry.resource !== undefined && isFirst(entry, prefixes, place.prefix)) found.push(entry.resource);
    }
    const last = entries.length < count ? undefined : entries.at(-1);
    place =
      last === undefined
        ? { prefix: place.prefix + 1, key: '', id: '' }
        : { prefix: place.prefix, key: last.key, id: last.id };
    looked += entries.length;
  }
}

function isFirst({ key, keys }: KeyEntry, prefixes: readonly string[], number: number): boolean {
  const begins = (prefix: string) => keys.filter((one) => one.startsWith(prefix));
  if (prefixes.slice(0, number).some((prefix) => begins(prefix).length > 0)) return false;
  return begins(prefixes[number] ?? '').every((one) => one === key || isBefore(key, one));
}

/** As the stores compare text: by its bytes in UTF-8. */
const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
