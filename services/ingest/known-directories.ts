import { directoryGone } from '../../shared/directory/batch.js';
import type { MappingRules } from '../../shared/directory/mapping.js';
import { parseCidrs, type AddressRanges } from '../../shared/runtime/address-ranges.js';
import type { Clock } from '../../shared/runtime/clock.js';
import { remember } from '../../shared/runtime/remember.js';
import { compileTypes } from '../../shared/scim/declarations/compile.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import { RESOURCE_TYPES } from '../../shared/scim/schemas/index.js';
import { rulesOf } from '../../shared/store/mapping-rules.js';
import { findAll, isLive, type Directory, type DirectoryToken, type Registry } from '../../shared/store/registry.js';
import type { DirectoryTypes } from './call.js';

/** How long a directory and its tokens are believed: a revoked token is dead everywhere within 5 s. */
export const BELIEVED_MS = 3_000;
const DIRECTORIES_MAX = 10_000;

/** A directory with what is compiled of it. */
export type ServedDirectory = Directory & {
  readonly rules: MappingRules;
  /** Empty: requests may come from everywhere. */
  readonly callers: AddressRanges;
};

/** A directory and the tokens that were live when it was read. */
export interface KnownDirectory {
  readonly directory: ServedDirectory;
  readonly types: DirectoryTypes;
  readonly tokens: readonly { readonly record: DirectoryToken; readonly hash: Buffer }[];
  readonly until: number;
}

/** Directories as they were at most 3 s ago, so that a request in regular use needs no look at the store. */
export interface KnownDirectories {
  /** Undefined when it has to be read. */
  recall(directoryId: string): KnownDirectory | undefined;
  /** Throws `NotFound` when there is none, or none any more. */
  read(directoryId: string): Promise<KnownDirectory>;
  forget(directoryId: string): void;
}

export function createKnownDirectories(
  registry: Pick<Registry, 'directories' | 'tokens'>,
  clock: Clock,
): KnownDirectories {
  const known = new Map<string, KnownDirectory>();
  return {
    recall(directoryId) {
      const cached = known.get(directoryId);
      return cached !== undefined && cached.until > clock() ? cached : undefined;
    },
    async read(directoryId) {
      const readAt = clock();
      const directory = await registry.directories.get(directoryId);
      if (directory === undefined || directory.deletedAt !== null) {
        known.delete(directoryId);
        throw directoryGone(directoryId);
      }
      const tokens = (await findAll(registry.tokens, { directoryId }))
        .filter((record) => isLive(record, readAt))
        .map((record) => ({ record, hash: Buffer.from(record.hash, 'hex') }));
      const before = known.get(directoryId);
      const isSame = before?.directory.version === directory.version;
      const types = isSame ? before.types : typesOf(directory);
      const rules = isSame ? before.directory.rules : rulesOf(directory, types.all);
      const callers = isSame ? before.directory.callers : parseCidrs(directory.allowedCidrs ?? []);
      // Counted from before the reads, however long they took: what was revoked meanwhile may not be in them.
      const served = { ...directory, rules, callers };
      const fresh = { directory: served, types, tokens, until: readAt + BELIEVED_MS };
      remember(known, directoryId, fresh, DIRECTORIES_MAX);
      return fresh;
    },
    forget: (directoryId) => void known.delete(directoryId),
  };
}

/** Compiled once for each state of the directory, so that what is remembered of a type stays good. */
const typesOf = ({ declarations }: Directory): DirectoryTypes =>
  declarations === undefined ? BUILT_IN_TYPES : withEndpoints(compileTypes(declarations));

const withEndpoints = (all: readonly ResourceType[]): DirectoryTypes => ({
  all,
  byEndpoint: new Map(all.map((type) => [type.endpoint.slice(1).toLowerCase(), type])),
});

const BUILT_IN_TYPES = withEndpoints(RESOURCE_TYPES);
