import type { DeletionGuard } from '../directory/guard.js';
import type { Mapping } from '../directory/mapping.js';
import type { DisablingReason } from '../events/event.js';
import type { Payload } from '../events/thin.js';
import type { Declarations } from '../scim/declarations/declarations.js';
import type { DeliveryOrder } from './deliveries.js';
import type { Ordering } from '../webhooks/ordering.js';

/** A record that people and programs administer. `version` 1 when made, one more for each change. */
export interface RegistryRecord {
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A customer of the host application. */
export interface Organization extends RegistryRecord {
  readonly name: string;
}

/** One identity provider's connection of an organization. Whether it is activated is told by its first commit. */
export interface Directory extends RegistryRecord {
  readonly organizationId: string;
  readonly name: string;
  /** Which provider's dialect to expect, such as `okta`; null when unknown. */
  readonly provider: string | null;
  /** Log partition, given at creation and never changed. */
  readonly partition: number;
  /** True: the identity provider is refused. Absent of a directory that never was. */
  readonly disabled?: boolean;
  /** Address ranges in CIDR form that its identity provider may send from; absent and empty: every address. */
  readonly allowedCidrs?: readonly string[];
  /** SHA-256 thumbprints of TLS clients' certificates, one of which it has to present; absent and empty: none. */
  readonly clientCertificates?: readonly string[];
  /** When a mass removal of users is held back; null is never. Absent from records that are older than the guard. */
  readonly deletionGuard?: DeletionGuard | null;
  /** Deleted directories stay on record, so that their ids are never used again. */
  readonly deletedAt: number | null;
  /** Schemas and resource types of its own; absent where none were ever declared. */
  readonly declarations?: Declarations;
  /** How users become user data; absent where that was never said. */
  readonly mapping?: Mapping;
  /** When a customer's admin said that it is set up; null and absent: nobody did. */
  readonly setUpAt?: number | null;
  /** Users are being told of what the mapping changes for them; null and absent: all were. */
  readonly remap?: Remap | null;
}

/** How far the telling of a new mapping has come. */
interface Remap {
  /** The mapping that users were told by. */
  readonly before: Mapping;
  /** Of the request that brought the new one: the cause of the events. */
  readonly requestId: string;
  readonly since: number;
  /** The last user that was looked at; null before the first. */
  readonly afterId: string | null;
  /** Users looked at. */
  readonly users: number;
}

/** A bearer token of a directory; only its SHA-256 is kept. */
export interface DirectoryToken extends RegistryRecord {
  readonly directoryId: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  /** The token's last four characters, to tell tokens apart. */
  readonly hint: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Whether a request may bear the token. */
export const isLive = ({ revokedAt, expiresAt }: DirectoryToken, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** A signing secret; several at once while one is rotated out. */
export interface EndpointSecret {
  /** `whsec_…`, sealed with the encryption key. */
  readonly sealed: string;
  readonly createdAt: number;
  /** Null of the current one. */
  readonly expiresAt: number | null;
}

/** A webhook URL with its subscription and signing secrets. */
export interface Endpoint extends RegistryRecord {
  readonly url: string;
  readonly description: string;
  /** Patterns, see `matchesType` in shared/events. Empty: every type. */
  readonly eventTypes: readonly string[];
  /** See `compileDataFilter` in shared/events; null: whatever the data. */
  readonly filter: string | null;
  /** Null: every organization. */
  readonly organizationId: string | null;
  /** Null: every directory of the scope above. */
  readonly directoryId: string | null;
  readonly payload: Payload;
  /** Sent with every message. */
  readonly headers: readonly SealedHeader[];
  readonly ordering: Ordering;
  /** At most so many requests in a second; null: as many as it takes. */
  readonly rateLimit: RateLimit | null;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  /** That it was disabled, until `endpoint.disabled` is made of it; null: there is nothing to tell. */
  readonly disabling: Disabling | null;
  /** Since when every attempt has failed; see `judge` in shared/webhooks. Written by the dispatcher; `updatedAt` does not move. */
  readonly failingSince: number | null;
  /** Newest first. */
  readonly secrets: readonly EndpointSecret[];
}

export interface Disabling {
  readonly at: number;
  readonly reason: DisablingReason;
  /** The request that asked for it; null: none did. */
  readonly requestId: string | null;
}

interface SealedHeader {
  /** In lower case. */
  readonly name: string;
  /** Its value, which may be a secret of the receiver's, sealed with the encryption key. */
  readonly sealed: string;
}

interface RateLimit {
  readonly perSecond: number;
}

/** A link that opens the set-up page of a directory, once; only its token's SHA-256 is kept. */
export interface SetupLink extends RegistryRecord {
  readonly directoryId: string;
  /** SHA-256 of the token in it, hex. */
  readonly hash: string;
  /** From then on it cannot be opened. */
  readonly expiresAt: number;
  /** Null: it was not yet. */
  readonly openedAt: number | null;
  /** When the session that began with it ends; null before. */
  readonly sessionUntil: number | null;
  readonly revokedAt: number | null;
}

/** When nobody can, or could, do anything with the link any more. */
export const endOfLink = ({ revokedAt, openedAt, sessionUntil, expiresAt }: SetupLink): number =>
  Math.min(revokedAt ?? Infinity, openedAt === null ? expiresAt : (sessionUntil ?? openedAt));

/** What a key for the management API is good for: to look, and to change things. */
export const ADMIN_SCOPES = ['read', 'write'] as const;
export type AdminScope = (typeof ADMIN_SCOPES)[number];

/** A key for the management API; only its SHA-256 is kept. A revoked one is deleted. */
export interface AdminKey extends RegistryRecord {
  readonly name: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  readonly hint: string;
  readonly scopes: readonly AdminScope[];
  /** The only organization that it sees and changes anything of; null: every one, and what belongs to none. */
  readonly organizationId: string | null;
  readonly expiresAt: number | null;
  /** Give or take a minute. */
  readonly lastUsedAt: number | null;
}

/** A POST to the management API that came with a key of its client's, so that it can be repeated without being done twice. */
export interface IdempotencyKey extends RegistryRecord {
  /** SHA-256 of what was asked for, hex: another request cannot have the same key. */
  readonly fingerprint: string;
  /** The answer, sealed, since it may have secrets in it; null while it is worked on. */
  readonly answer: string | null;
  /** When it can be begun anew, if there is no answer by then: whoever worked on it is taken for dead. */
  readonly leaseUntil: number;
  /** When it is forgotten. */
  readonly expiresAt: number;
}

/** An endpoint's deliveries of a time are sent again, a few at a time. Only those that were made before it was asked for. */
export interface Replay extends RegistryRecord {
  readonly endpointId: string;
  readonly state: 'running' | 'done' | 'canceled';
  /** Events committed from `since` on and before `until`. */
  readonly since: number;
  readonly until: number;
  /** Null: every directory. */
  readonly directoryId: string | null;
  /** Patterns; empty: every type. */
  readonly types: readonly string[];
  /** Log partitions that are not through, and up to where they are. */
  readonly remaining: readonly ReplayPlace[];
  /** Deliveries that were sent again. */
  readonly replayed: number;
  /** Deliveries that were left out because their events are no longer stored. */
  readonly missing: number;
}

interface ReplayPlace {
  readonly partition: number;
  readonly after: DeliveryOrder | null;
}

/** An order to erase personal data, carried out by a janitor, and how far it has come. */
export interface Erasure extends RegistryRecord {
  readonly directoryId: string;
  /** Null: everything of the directory. */
  readonly userId: string | null;
  readonly state: 'open' | 'done';
  /** When a janitor looks at it next. */
  readonly dueAt: number;
  /** A user's events are gone through twice: the second time finds what was under way during the first. */
  readonly pass: 1 | 2;
  /** Where the pass goes on, see `ErasureStep.next`. */
  readonly after: number;
  /** How many events were rewritten or removed so far. */
  readonly erased: number;
}

/** A table of records, looked up by id or by equality on the fields named in `Lookup`. */
export interface RegistryTable<T extends RegistryRecord, Lookup extends keyof T> {
  /** Throws `DuplicateId` when the id is taken. */
  insert(record: T): Promise<void>;
  get(id: string): Promise<T | undefined>;
  /** In the order of ids; `afterId` excludes itself. */
  find(where: Partial<Pick<T, Lookup>>, page: { readonly afterId?: string; readonly limit: number }): Promise<T[]>;
  /** Writes `record` when the stored version is `record.version - 1`; answers whether it did. */
  replace(record: T): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** Another text once a record was written or deleted, by whomever; while it is the same, so is the table. */
  revision(): Promise<string>;
}

export interface Registry {
  readonly organizations: RegistryTable<Organization, never>;
  readonly directories: RegistryTable<Directory, 'organizationId'>;
  readonly tokens: RegistryTable<DirectoryToken, 'directoryId'>;
  readonly endpoints: RegistryTable<Endpoint, 'organizationId' | 'directoryId'>;
  readonly setupLinks: RegistryTable<SetupLink, 'directoryId' | 'hash'>;
  readonly adminKeys: RegistryTable<AdminKey, 'hash'>;
  readonly replays: RegistryTable<Replay, 'endpointId' | 'state'>;
  readonly erasures: RegistryTable<Erasure, 'directoryId' | 'state'>;
  readonly idempotencyKeys: RegistryTable<IdempotencyKey, never>;
}

/** Which fields each table is looked up by, for the adapters' indexes. */
export const REGISTRY_LOOKUPS = {
  organizations: [],
  directories: ['organizationId'],
  tokens: ['directoryId'],
  endpoints: ['organizationId', 'directoryId'],
  setupLinks: ['directoryId', 'hash'],
  adminKeys: ['hash'],
  replays: ['endpointId', 'state'],
  erasures: ['directoryId', 'state'],
  idempotencyKeys: [],
} as const satisfies { readonly [Name in keyof Registry]: readonly string[] };

/** What a record has for a field that was not there yet when it was written. */
export const REGISTRY_DEFAULTS: { readonly [Name in keyof Registry]?: object } = {
  endpoints: {
    ...{ filter: null, payload: 'full', headers: [] },
    ...{ ordering: 'resource', rateLimit: null, failingSince: null, disabling: null },
  } satisfies Partial<Endpoint>,
  adminKeys: {
    ...{ scopes: ADMIN_SCOPES, organizationId: null, expiresAt: null, lastUsedAt: null },
  } satisfies Partial<AdminKey>,
};

const FIND_PAGE = 500;

/** Every record that `find` would page through. */
export async function findAll<T extends RegistryRecord, Lookup extends keyof T>(
  table: Pick<RegistryTable<T, Lookup>, 'find'>,
  where: Partial<Pick<T, Lookup>>,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await table.find(where, { limit: FIND_PAGE, ...(last === undefined ? {} : { afterId: last.id }) });
    all.push(...page);
    if (page.length < FIND_PAGE) return all;
  }
}

/** A record of that id is already there. */
export class DuplicateId extends Error {
  override readonly name = 'DuplicateId';
}
