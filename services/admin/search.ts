import { validate as isUuid } from 'uuid';
import * as z from 'zod';
import { keyPrefixes } from '../../shared/scim/keys.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { ResourceRow } from '../../shared/directory/resource.js';
import type { ResourceReader } from '../../shared/store/port.js';
import type { PrefixPlace } from '../../shared/store/prefix-search.js';
import { findAll, type Organization, type Registry } from '../../shared/store/registry.js';
import { text } from './fields.js';
import { cursorOrNull, placeBehind, unknownCursor, type Page, type PageRequest, type Slice } from './paging.js';

/** What people type to find something. */
export const q = text(1, 200).exactOptional();

/** Index keys that one request looks at: nearly all are of what it answers, but for whom two keys of a user tell. */
const KEYS_MAX = 1000;

/** Users, or groups, of a directory: by a beginning of what has index keys, or by an id as a whole. */
export async function searchResources(
  resources: Pick<ResourceReader, 'search' | 'get'>,
  directoryId: string,
  type: ResourceType,
  asked: string,
  { after, limit }: PageRequest,
): Promise<Page<ResourceRow>> {
  const byId = isUuid(asked) ? await resources.get(directoryId, type.name, asked.toLowerCase()) : undefined;
  if (byId !== undefined) return { data: [byId], nextCursor: null };
  const prefixes = keyPrefixes(type, asked);
  const place = after === undefined ? undefined : placeAt(after, prefixes);
  const { found, next } = await resources.search(directoryId, type.name, prefixes, {
    ...{ after: place, limit, scan: KEYS_MAX },
  });
  return { data: found, nextCursor: next === undefined ? null : searchCursor(next) };
}

const placeView = z.tuple([z.int().min(0), z.string(), z.string()]);

const searchCursor = ({ prefix, key, id }: PrefixPlace): string =>
  Buffer.from(JSON.stringify([prefix, key, id])).toString('base64url');

function placeAt(cursor: string, prefixes: readonly string[]): PrefixPlace {
  const [prefix, key, id] = placeIn(cursor);
  const begins = prefixes[prefix];
  if (begins === undefined || !(key === '' || key.startsWith(begins))) throw unknownCursor('comes from another search');
  return { prefix, key, id };
}

function placeIn(cursor: string): z.output<typeof placeView> {
  try {
    return placeView.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw unknownCursor();
  }
}

/** Records that one request looks at, and how many at a time. */
const SCANNED_MAX = 10_000;
const SCAN_PAGE = 500;

/** Reads on until the page is full, or enough was looked at; `read` goes through records in the order of ids. */
export async function matching<T extends { readonly id: string }>(
  read: (slice: Slice) => Promise<readonly T[]>,
  { after, limit }: PageRequest,
  matches: (record: T) => boolean,
): Promise<Page<T>> {
  const found: T[] = [];
  let place: string | undefined = placeBehind({ after }).afterId ?? '';
  for (let scanned = 0; place !== undefined && scanned < SCANNED_MAX && found.length <= limit; scanned += SCAN_PAGE) {
    const page: readonly T[] = await read({ afterId: place, limit: SCAN_PAGE });
    found.push(...page.filter(matches));
    place = page.length < SCAN_PAGE ? undefined : page.at(-1)?.id;
  }
  const data = found.slice(0, limit);
  return { data, nextCursor: cursorOrNull(found.length > limit ? data.at(-1)?.id : place) };
}

/** Whether a name has the words as they are typed, or they are an id. */
export function createMatch(asked: string): (record: { readonly id: string; readonly name: string }) => boolean {
  const wanted = asked.toLowerCase();
  return ({ id, name }) => id === wanted || name.toLowerCase().includes(wanted);
}

/** Ids of the organizations that match. */
export async function matchingOrganizations(
  organizations: Registry['organizations'],
  matches: (record: Organization) => boolean,
): Promise<ReadonlySet<string>> {
  return new Set((await findAll(organizations, {})).filter(matches).map(({ id }) => id));
}
