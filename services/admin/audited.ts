import { newId } from '../../shared/runtime/ids.js';
import type { AuditEntry } from '../../shared/store/audit.js';
import { StoreUnavailable } from '../../shared/store/port.js';
import type { Registry, RegistryRecord, RegistryTable } from '../../shared/store/registry.js';
import {
  bounded,
  commitTold,
  differences,
  replacement,
  SHOWN,
  type AuditedTable,
  type RecordOf,
} from './audited-fields.js';
import type { AdminDeps } from './deps.js';

/** Who changes something, and by which request. */
export type Author = Pick<AuditEntry, 'actor' | 'actorName' | 'requestId' | 'address'>;

type Place = Pick<AuditEntry, 'organizationId' | 'directoryId'>;
type Told = Pick<AuditEntry, 'action' | 'subject' | 'before' | 'after'> & { readonly place: Place };

/**
 * The same, but each write has its entry in the audit log: it is there before the write is begun, so that none is made without, and is
 * told afterwards whether it was made.
 */
export function audited<Deps extends AdminDeps>(deps: Deps, author: Author): Deps {
  const audit = createAudit(deps, author);
  return {
    ...deps,
    registry: {
      organizations: auditTable(deps, audit, 'organizations'),
      directories: auditTable(deps, audit, 'directories'),
      tokens: auditTable(deps, audit, 'tokens'),
      endpoints: auditTable(deps, audit, 'endpoints'),
      setupLinks: auditTable(deps, audit, 'setupLinks'),
      adminKeys: auditTable(deps, audit, 'adminKeys'),
      replays: auditTable(deps, audit, 'replays'),
      erasures: auditTable(deps, audit, 'erasures'),
      idempotencyKeys: deps.registry.idempotencyKeys,
    },
    commits: {
      ...deps.commits,
      async commit(commit) {
        const place = await ofDirectory(deps.registry, commit.directoryId);
        const told = { ...commitTold(commit), place, before: null, after: null };
        return audit(
          told,
          () => deps.commits.commit(commit),
          (outcome) => outcome === 'committed',
        );
      },
    },
    deliveries: auditDeliveries(deps, audit),
  };
}

/** Does the work with its entry. `isDone` tells by what it answered whether anything was changed. */
type Audit = <T>(told: Told, work: () => Promise<T>, isDone: (result: T) => boolean) => Promise<T>;

function createAudit({ journals: { audit }, logger }: AdminDeps, author: Author): Audit {
  const settle = async (entry: AuditEntry, outcome: AuditEntry['outcome']): Promise<void> => {
    try {
      await audit.amend({ ...entry, outcome });
    } catch (error) {
      // The change is made, and is not taken back for want of a word on it.
      logger.error({ err: error, requestId: author.requestId }, 'An audit entry stays without its outcome.');
    }
  };
  // A delivery that is canceled because its endpoint was deleted is told where the endpoint was.
  const seen = new Map<string, Place>();
  return async ({ place: found, before, after, ...told }, work, isDone) => {
    const place = found === NOWHERE ? (seen.get(told.subject.id) ?? NOWHERE) : found;
    seen.set(told.subject.id, place);
    const fields = { before: before && bounded(before), after: after && bounded(after) };
    const entry: AuditEntry = { id: newId(), ...author, ...told, ...place, ...fields, outcome: 'unknown' };
    await audit.append([entry]);
    try {
      const result = await work();
      await settle(entry, isDone(result) ? 'done' : 'failed');
      return result;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) await settle(entry, 'failed');
      throw error;
    }
  };
}

function auditTable<Name extends AuditedTable>({ registry }: AdminDeps, audit: Audit, name: Name): Registry[Name] {
  type T = RecordOf<Name>;
  const table = registry[name] as unknown as RegistryTable<T & RegistryRecord, never>;
  const [type, show] = SHOWN[name];
  const placeOf = (record: T): Promise<Place> => PLACES[name](record, registry);
  const audited: RegistryTable<T & RegistryRecord, never> = {
    get: (id) => table.get(id),
    find: (where, page) => table.find(where, page),
    revision: () => table.revision(),
    async insert(record) {
      const told = { action: `${type}.created`, subject: { type, id: record.id }, before: null, after: show(record) };
      await audit(
        { ...told, place: await placeOf(record) },
        () => table.insert(record),
        () => true,
      );
    },
    async replace(record) {
      const before = await table.get(record.id);
      // Somebody else was faster: there is nothing to be done.
      if (before?.version !== record.version - 1) return false;
      const fields = differences(show(before), show(record));
      const told = { action: replacement(type, fields.after), subject: { type, id: record.id }, ...fields };
      return audit(
        { ...told, place: await placeOf(record) },
        () => table.replace(record),
        (isDone) => isDone,
      );
    },
    async delete(id) {
      const before = await table.get(id);
      if (before === undefined) return false;
      const told = { action: `${type}.deleted`, subject: { type, id }, before: show(before), after: null };
      return audit(
        { ...told, place: await placeOf(before) },
        () => table.delete(id),
        (isDone) => isDone,
      );
    },
  };
  return audited as unknown as Registry[Name];
}

const NOWHERE: Place = { organizationId: null, directoryId: null };

/** Whose business a record is. Keys are the operator's, whatever they are good for. */
const PLACES: { readonly [Name in AuditedTable]: (record: RecordOf<Name>, registry: Registry) => Promise<Place> } = {
  organizations: async ({ id }) => ({ organizationId: id, directoryId: null }),
  directories: async ({ id, organizationId }) => ({ organizationId, directoryId: id }),
  tokens: ({ directoryId }, registry) => ofDirectory(registry, directoryId),
  endpoints: async ({ organizationId, directoryId }) => ({ organizationId, directoryId }),
  setupLinks: ({ directoryId }, registry) => ofDirectory(registry, directoryId),
  adminKeys: async () => NOWHERE,
  replays: ({ endpointId }, registry) => ofEndpoint(registry, endpointId),
  erasures: ({ directoryId }, registry) => ofDirectory(registry, directoryId),
};

const ofDirectory = async ({ directories }: Registry, directoryId: string): Promise<Place> => ({
  organizationId: (await directories.get(directoryId))?.organizationId ?? null,
  directoryId,
});

async function ofEndpoint({ endpoints }: Registry, endpointId: string): Promise<Place> {
  const endpoint = await endpoints.get(endpointId);
  if (endpoint === undefined) return NOWHERE;
  return { organizationId: endpoint.organizationId, directoryId: endpoint.directoryId };
}

function auditDeliveries({ registry, deliveries }: AdminDeps, audit: Audit): AdminDeps['deliveries'] {
  const change = async (action: string, id: string, status: string, work: () => Promise<boolean>): Promise<boolean> => {
    const { organizationId = null, directoryId = null } = (await deliveries.get(id)) ?? {};
    const told = { action, subject: { type: 'delivery', id }, before: { status }, after: null };
    return audit({ ...told, place: { organizationId, directoryId } }, work, (isDone) => isDone);
  };
  return {
    ...deliveries,
    retry: (id, from, now) => change('delivery.retried', id, from, () => deliveries.retry(id, from, now)),
    skip: (id, from, now) => change('delivery.skipped', id, from, () => deliveries.skip(id, from, now)),
    async move(endpointId, from, to, now) {
      const told = { subject: { type: 'endpoint', id: endpointId }, before: { statuses: from }, after: { status: to } };
      const place = await ofEndpoint(registry, endpointId);
      return audit(
        { action: 'endpoint.deliveries_moved', ...told, place },
        () => deliveries.move(endpointId, from, to, now),
        () => true,
      );
    },
  };
}
