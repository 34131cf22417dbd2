import type { Delivery } from '../../shared/webhooks/delivery.js';
import type { EventReader, PositionedEvent } from '../../shared/store/port.js';
import { mergeResults, newestFirst, oldestFirst } from '../../shared/store/bounded-search.js';
import { findAll, type Registry, type RegistryRecord, type RegistryTable } from '../../shared/store/registry.js';
import type { AdminDeps } from './deps.js';
import { notFound, Problem } from './problem.js';

/**
 * The world of a key of one organization, or of a link of one directory in it: everything reads as though nothing else were there, and
 * nothing else can be written. What an operation makes of it (an empty list, a 404) is what it makes of what is not there; it need not
 * know of keys.
 */
export function scopeTo<Deps extends AdminDeps>(deps: Deps, organizationId: string, directoryId: string | null): Deps {
  const territory = createTerritory(deps.registry, organizationId, directoryId);
  const { audit, requests } = deps.journals;
  return {
    ...deps,
    organizationId,
    registry: scopeRegistry(deps.registry, territory),
    ...scopeReaders(deps, territory),
    outbox: { oldestAt: closed, count: closed },
    describe: closed,
    events: scopeEvents(deps.events, territory),
    deliveries: scopeDeliveries(deps.deliveries, territory),
    tallies: {
      async read(subjects, since) {
        const ours = await Promise.all(
          subjects.map(async (id) => (await territory.hasDirectory(id)) || territory.hasEndpoint(id)),
        );
        return deps.tallies.read(
          subjects.filter((_id, index) => ours[index]),
          since,
        );
      },
    },
    journals: {
      audit: {
        search: async (where, page) =>
          directoryId === null && (where.organizationId ?? organizationId) === organizationId
            ? audit.search({ ...where, organizationId }, page)
            : NOTHING_FOUND,
        append: closed,
        amend: closed,
      },
      requests: {
        list: async ({ directoryId = '', ...where }, page) =>
          (await territory.hasDirectory(directoryId)) ? requests.list({ directoryId, ...where }, page) : [],
        search: async ({ directoryId = '', ...where }, page) =>
          (await territory.hasDirectory(directoryId))
            ? requests.search({ directoryId, ...where }, page)
            : NOTHING_FOUND,
        get: async ({ directoryId = '', ...where }, id) =>
          (await territory.hasDirectory(directoryId)) ? requests.get({ directoryId, ...where }, id) : undefined,
      },
    },
  };
}

const NOTHING_FOUND = { found: [], nextId: undefined };

/** What is the organization's. Remembered for as long as a request takes: nothing ever moves to another organization. */
interface Territory {
  readonly organizationId: string;
  /** The only one of its directories, and no endpoint; null: all that it has. */
  readonly directoryId: string | null;
  readonly hasDirectory: (id: string) => Promise<boolean>;
  readonly hasEndpoint: (id: string) => Promise<boolean>;
  readonly directoryIds: () => Promise<string[]>;
  readonly endpointIds: () => Promise<string[]>;
}

function createTerritory(
  { directories, endpoints }: Registry,
  organizationId: string,
  directoryId: string | null,
): Territory {
  const remembered = (has: (id: string) => Promise<boolean>) => {
    const known = new Map<string, Promise<boolean>>();
    return (id: string): Promise<boolean> => {
      const answer = known.get(id) ?? has(id);
      known.set(id, answer);
      return answer;
    };
  };
  const idsOf = async (records: Promise<RegistryRecord[]>): Promise<string[]> => (await records).map(({ id }) => id);
  if (directoryId !== null) {
    return {
      ...{ organizationId, directoryId },
      hasDirectory: async (id) => id === directoryId,
      hasEndpoint: async () => false,
      directoryIds: async () => [directoryId],
      endpointIds: async () => [],
    };
  }
  return {
    ...{ organizationId, directoryId },
    hasDirectory: remembered(async (id) => (await directories.get(id))?.organizationId === organizationId),
    hasEndpoint: remembered(async (id) => (await endpoints.get(id))?.organizationId === organizationId),
    directoryIds: () => idsOf(findAll(directories, { organizationId })),
    endpointIds: () => idsOf(findAll(endpoints, { organizationId })),
  };
}

const forbidden = (what: string): Problem =>
  new Problem('forbidden', `${what}; the key is for one organization alone. Use a key that is for all of them.`);

const closed = async (): Promise<never> => {
  throw forbidden('Admin keys and what belongs to no organization are out of reach');
};

/** Where nothing can be found or written. */
const CLOSED = { get: closed, find: closed, insert: closed, replace: closed, delete: closed, revision: closed };

function scopeRegistry(registry: Registry, territory: Territory): Registry {
  const { organizationId, directoryId, hasDirectory, directoryIds, hasEndpoint, endpointIds } = territory;
  const { organizations, directories, endpoints, tokens, setupLinks, erasures, replays } = registry;
  const isOurs = async (record: { readonly organizationId: string | null }): Promise<boolean> =>
    record.organizationId === organizationId;
  /** What a list of records that name their organization asks for; undefined where it asks for another one's. */
  const narrowed = <Where extends { readonly organizationId?: string | null }>(where: Where) =>
    (where.organizationId ?? organizationId) === organizationId ? { ...where, organizationId } : undefined;
  return {
    organizations: {
      ...guard(organizations, async ({ id }) => id === organizationId),
      async find(_where, { afterId = '' }) {
        const own = await organizations.get(organizationId);
        return own === undefined || own.id <= afterId ? [] : [own];
      },
      async delete() {
        throw forbidden('An organization cannot be deleted with its own key');
      },
    },
    directories: {
      ...guard(directories, async (record) => (await isOurs(record)) && (directoryId ?? record.id) === record.id),
      async find(where, page) {
        const asked = narrowed(where);
        return asked === undefined || directoryId !== null ? [] : directories.find(asked, page);
      },
    },
    endpoints: {
      ...guard(endpoints, async (record) => directoryId === null && (await isOurs(record))),
      async find(where, page) {
        const asked = narrowed(where);
        return asked === undefined || directoryId !== null ? [] : endpoints.find(asked, page);
      },
    },
    tokens: scopeBy(tokens, 'directoryId', hasDirectory, directoryIds),
    setupLinks: scopeBy(setupLinks, 'directoryId', hasDirectory, directoryIds),
    erasures: scopeBy(erasures, 'directoryId', hasDirectory, directoryIds),
    replays: scopeBy(replays, 'endpointId', hasEndpoint, endpointIds),
    adminKeys: CLOSED,
    idempotencyKeys: CLOSED,
  };
}

/** A table of what hangs on a directory or an endpoint. */
function scopeBy<T extends RegistryRecord, Lookup extends keyof T>(
  table: RegistryTable<T, Lookup>,
  owner: Lookup,
  has: (id: string) => Promise<boolean>,
  ids: () => Promise<string[]>,
): RegistryTable<T, Lookup> {
  return {
    ...guard(table, (record) => has(String(record[owner]))),
    async find(where, page) {
      const asked = where[owner];
      const owners = asked === undefined ? await ids() : (await has(String(asked))) ? [String(asked)] : [];
      const pages = await Promise.all(owners.map((id) => table.find({ ...where, [owner]: id }, page)));
      return pages.flat().sort(oldestFirst).slice(0, page.limit);
    },
  };
}

/** All of a table but `find`, for the records that are the organization's. */
function guard<T extends RegistryRecord, Lookup extends keyof T>(
  table: RegistryTable<T, Lookup>,
  isOurs: (record: T) => Promise<boolean>,
): Omit<RegistryTable<T, Lookup>, 'find'> {
  const get = async (id: string): Promise<T | undefined> => {
    const record = await table.get(id);
    return record !== undefined && (await isOurs(record)) ? record : undefined;
  };
  return {
    get,
    async insert(record) {
      if (!(await isOurs(record))) throw forbidden('That would belong to another organization, or to all');
      await table.insert(record);
    },
    replace: async (record) =>
      (await get(record.id)) !== undefined && (await isOurs(record)) && (await table.replace(record)),
    delete: async (id) => (await get(id)) !== undefined && (await table.delete(id)),
    revision: () => table.revision(),
  };
}

/** What is asked for by directory. */
function scopeReaders(
  { commits, held, resources }: AdminDeps,
  { hasDirectory }: Territory,
): Pick<AdminDeps, 'commits' | 'held' | 'resources'> {
  const within = async <T>(directoryId: string, work: () => Promise<T>): Promise<T> => {
    if (!(await hasDirectory(directoryId))) throw notFound('directory', directoryId);
    return work();
  };
  return {
    commits: {
      head: (id) => within(id, () => commits.head(id)),
      load: (id, needs) => within(id, () => commits.load(id, needs)),
      commit: (commit) => within(commit.directoryId, () => commits.commit(commit)),
      confirmHead: (id, number) => within(id, () => commits.confirmHead(id, number)),
    },
    held: { list: (id, ...page) => within(id, () => held.list(id, ...page)) },
    resources: {
      get: (id, ...asked) => within(id, () => resources.get(id, ...asked)),
      getStored: (id, ...asked) => within(id, () => resources.getStored(id, ...asked)),
      listStored: (id, ...asked) => within(id, () => resources.listStored(id, ...asked)),
      getMany: (id, ids) => within(id, () => resources.getMany(id, ids)),
      list: (id, ...asked) => within(id, () => resources.list(id, ...asked)),
      search: (id, ...asked) => within(id, () => resources.search(id, ...asked)),
      membersOf: (id, ...asked) => within(id, () => resources.membersOf(id, ...asked)),
      groupsOf: (id, ids) => within(id, () => resources.groupsOf(id, ids)),
      endedWith: (id, ended) => within(id, () => resources.endedWith(id, ended)),
    },
  };
}

/** Others' events keep their places in the log, which is read by place, and nothing else. */
function scopeEvents(events: EventReader, { hasDirectory }: Territory): EventReader {
  const shown = async (event: PositionedEvent): Promise<PositionedEvent> => {
    if (await hasDirectory(event.directoryId)) return event;
    const { id, position, index } = event;
    return { id, position, index, directoryId: '', type: '', seq: 0, body: '{}' };
  };
  return {
    logStart: (partition) => events.logStart(partition),
    after: async (...place) => Promise.all((await events.after(...place)).map(shown)),
    before: async (...place) => Promise.all((await events.before(...place)).map(shown)),
    async find(id) {
      const event = await events.find(id);
      return event !== undefined && (await hasDirectory(event.directoryId)) ? event : undefined;
    },
    ofDirectoryBefore: async (id, ...page) => ((await hasDirectory(id)) ? events.ofDirectoryBefore(id, ...page) : []),
    ofDirectory: async (id, ...page) => ((await hasDirectory(id)) ? events.ofDirectory(id, ...page) : []),
    seqAt: async (id, time) => ((await hasDirectory(id)) ? events.seqAt(id, time) : 0),
    placeAt: (...place) => events.placeAt(...place),
    tail: (partition) => events.tail(partition),
    loadCursor: closed,
    saveCursor: closed,
  };
}

/** Deliveries to the organization's endpoints; those of its events to other endpoints are not its business. */
function scopeDeliveries(
  deliveries: AdminDeps['deliveries'],
  { hasEndpoint, endpointIds }: Territory,
): AdminDeps['deliveries'] {
  const get = async (id: string): Promise<Delivery | undefined> => {
    const delivery = await deliveries.get(id);
    return delivery !== undefined && (await hasEndpoint(delivery.endpointId)) ? delivery : undefined;
  };
  const isOurs = async (id: string): Promise<boolean> => (await get(id)) !== undefined;
  return {
    get,
    async list({ endpointId, ...filter }, page) {
      const asked = endpointId === undefined ? await endpointIds() : [endpointId];
      const lists = asked.map(async (id) =>
        (await hasEndpoint(id)) ? deliveries.list({ ...filter, endpointId: id }, page) : [],
      );
      return (await Promise.all(lists)).flat().sort(newestFirst).slice(0, page.limit);
    },
    async search({ endpointId, ...search }, page) {
      const asked = endpointId === undefined ? await endpointIds() : [endpointId];
      const ours = await Promise.all(asked.map(hasEndpoint));
      const share = { ...page, scan: Math.ceil(page.scan / Math.max(asked.length, 1)) };
      const searches = asked
        .filter((_id, index) => ours[index])
        .map((id) => deliveries.search({ ...search, endpointId: id }, share));
      return mergeResults(await Promise.all(searches), page.limit);
    },
    lastAttempts: async (ids) => {
      const ours = await Promise.all(ids.map(isOurs));
      return deliveries.lastAttempts(ids.filter((_id, index) => ours[index]));
    },
    attempts: async (id) => ((await isOurs(id)) ? deliveries.attempts(id) : []),
    retry: async (id, ...change) => (await isOurs(id)) && deliveries.retry(id, ...change),
    skip: async (id, ...change) => (await isOurs(id)) && deliveries.skip(id, ...change),
    move: async (id, ...change) => ((await hasEndpoint(id)) ? deliveries.move(id, ...change) : 0),
    countByStatus: async (id, limit) => ((await hasEndpoint(id)) ? deliveries.countByStatus(id, limit) : {}),
    countAll: closed,
  };
}
