import { createHash } from 'node:crypto';
import type { Commit } from '../../shared/directory/commit.js';
import { isoOrNull } from '../../shared/events/timestamp.js';
import type { AuditedFields } from '../../shared/store/audit.js';
import type { Registry, RegistryTable } from '../../shared/store/registry.js';

/** The tables that operations write. */
export type AuditedTable = Exclude<keyof Registry, 'idempotencyKeys'>;
export type RecordOf<Name extends AuditedTable> =
  Registry[Name] extends RegistryTable<infer T, infer _Lookup> ? T : never;

/** How a table's records are called, and what of them the audit log has: nothing that lets anybody in, or that signs. */
type Shown = { readonly [Name in AuditedTable]: readonly [string, (record: RecordOf<Name>) => AuditedFields] };

export const SHOWN: Shown = {
  organizations: ['organization', ({ name }) => ({ name })],
  directories: [
    'directory',
    (directory) => ({
      organizationId: directory.organizationId,
      name: directory.name,
      provider: directory.provider,
      enabled: directory.disabled !== true,
      deletionGuard: directory.deletionGuard ?? null,
      allowedCidrs: directory.allowedCidrs ?? [],
      clientCertificates: directory.clientCertificates ?? [],
      declarations: directory.declarations ?? null,
      mapping: directory.mapping ?? null,
      setUpAt: isoOrNull(directory.setUpAt ?? null),
      deletedAt: isoOrNull(directory.deletedAt),
    }),
  ],
  tokens: [
    'token',
    ({ directoryId, hint, expiresAt, revokedAt }) => ({
      directoryId,
      hint,
      expiresAt: isoOrNull(expiresAt),
      revokedAt: isoOrNull(revokedAt),
    }),
  ],
  endpoints: [
    'endpoint',
    (endpoint) => ({
      url: endpoint.url,
      description: endpoint.description,
      eventTypes: endpoint.eventTypes,
      filter: endpoint.filter,
      organizationId: endpoint.organizationId,
      directoryId: endpoint.directoryId,
      payload: endpoint.payload,
      // When values change, which are sealed, their names may stay.
      headers: endpoint.headers.map(({ name, sealed }) => ({ name, sealedAs: digest(sealed) })),
      ordering: endpoint.ordering,
      rateLimit: endpoint.rateLimit,
      enabled: endpoint.enabled,
      disabledReason: endpoint.disabledReason,
      secrets: endpoint.secrets.map(({ createdAt, expiresAt }) => ({
        createdAt: isoOrNull(createdAt),
        expiresAt: isoOrNull(expiresAt),
      })),
    }),
  ],
  setupLinks: [
    'setup_link',
    ({ directoryId, expiresAt, openedAt, sessionUntil, revokedAt }) => ({
      directoryId,
      expiresAt: isoOrNull(expiresAt),
      openedAt: isoOrNull(openedAt),
      sessionUntil: isoOrNull(sessionUntil),
      revokedAt: isoOrNull(revokedAt),
    }),
  ],
  adminKeys: [
    'admin_key',
    ({ name, hint, scopes, organizationId, expiresAt }) => ({
      ...{ name, hint, scopes, organizationId },
      expiresAt: isoOrNull(expiresAt),
    }),
  ],
  replays: [
    'replay',
    ({ endpointId, state, since, until, directoryId, types }) => ({
      ...{ endpointId, state, directoryId, types },
      since: isoOrNull(since),
      until: isoOrNull(until),
    }),
  ],
  erasures: ['erasure', ({ directoryId, userId, state }) => ({ directoryId, userId, state })],
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Of a record that is replaced, what differs. */
export function differences(
  before: AuditedFields,
  after: AuditedFields,
): { before: AuditedFields; after: AuditedFields } {
  const names = Object.keys({ ...before, ...after });
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const only = (fields: AuditedFields): AuditedFields =>
    Object.fromEntries(changed.map((name) => [name, fields[name] ?? null]));
  return { before: only(before), after: only(after) };
}

const FIELD_MAX_BYTES = 16_384;

/** A field that is very long, such as a directory's schemas, is told by its length and its SHA-256. */
export const bounded = (fields: AuditedFields): AuditedFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const text = JSON.stringify(value);
      if (text.length <= FIELD_MAX_BYTES) return [name, value];
      return [name, { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') }];
    }),
  );

/** What a replacement of a record did, where that has a name of its own. */
export function replacement(subject: string, changes: AuditedFields): string {
  if (subject === 'token' && typeof changes['revokedAt'] === 'string') return 'token.revoked';
  if (subject === 'setup_link' && typeof changes['revokedAt'] === 'string') return 'setup_link.revoked';
  if (subject === 'setup_link' && typeof changes['openedAt'] === 'string') return 'setup_link.opened';
  if (subject === 'setup_link' && 'sessionUntil' in changes) return 'setup_link.closed';
  if (subject === 'directory' && typeof changes['setUpAt'] === 'string') return 'directory.set_up';
  if (subject === 'replay' && changes['state'] === 'canceled') return 'replay.canceled';
  if (subject === 'endpoint' && 'secrets' in changes) return 'endpoint.secret_rotated';
  return `${subject}.updated`;
}

interface CommitTold {
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
}

/** What a commit that an operation makes is for. */
export function commitTold({
  directoryId,
  deleted,
  events,
  changes,
}: Pick<Commit, 'directoryId' | 'deleted' | 'events' | 'changes'>): CommitTold {
  const directory = { type: 'directory', id: directoryId };
  if (deleted) return { action: 'directory.deleted', subject: directory };
  if (changes.some(({ kind }) => kind === 'unhold')) {
    const isDiscard = events.some(({ type }) => type === 'directory.discarded');
    return { action: isDiscard ? 'held_events.discarded' : 'held_events.released', subject: directory };
  }
  const gone = changes.find((change) => change.kind === 'delete');
  if (gone !== undefined) return { action: 'user.deleted', subject: { type: 'user', id: gone.id } };
  return { action: 'directory.committed', subject: directory };
}
