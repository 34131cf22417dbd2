import request from 'supertest';
import { newId } from '../../shared/runtime/ids.js';
import type { Bench } from '../service/admin-support.js';
import { openSetup } from '../service/setup-support.js';
import type { IngestHarness } from '../support/ingest.js';
import { ENTERPRISE_USER, GROUP, USER } from '../support/scim-client.js';
import { DECLARATIONS, LEASE_URN } from '../unit/scim/devices.js';

/** An organization with one directory, and of everything that can belong to one, something; every text of it tells whose it is. */
export interface World {
  /** In each of its texts and in nothing else. */
  readonly canary: string;
  readonly organizationId: string;
  readonly directoryId: string;
  /** Path of its SCIM base URL. */
  readonly base: string;
  readonly token: string;
  /** An admin key of the organization. */
  readonly key: string;
  /** Sessions of the set-up page; several, because each may ask only so often. */
  readonly pages: readonly { readonly cookie: string; readonly csrf: string }[];
  /** Ids by what they are of. */
  readonly ids: Readonly<Record<Kind, readonly string[]>>;
}

export type Kind =
  | 'organization'
  | 'directory'
  | 'user'
  | 'group'
  | 'device'
  | 'event'
  | 'endpoint'
  | 'delivery'
  | 'replay'
  | 'erasure'
  | 'token'
  | 'link'
  | 'request'
  | 'key';

const USERS = 8;
const PAGES = 18;

/** `name` says whose it is. What both worlds call alike (`user-1`, `ext-1`) is told apart by nothing but the directory. */
export async function makeWorld(bench: Bench, ingest: IngestHarness, name: string): Promise<World> {
  const canary = `canary-${name}`;
  const created = async (url: string, body: object): Promise<Record<string, unknown>> =>
    (await bench.post(url, body).expect(201)).body as Record<string, unknown>;
  const organizationId = String((await created('/v1/organizations', { name: canary }))['id']);
  const directory = await created('/v1/directories', { organizationId, name: canary });
  const directoryId = String(directory['id']);
  await ingest.declare(directoryId, DECLARATIONS);
  const key = await created('/v1/admin-keys', { name: canary, organizationId });
  const endpoints: Record<string, unknown>[] = [];
  for (const scope of [{ organizationId }, { directoryId }, { directoryId }]) {
    const more = { description: canary, headers: { 'x-whose': canary } };
    endpoints.push(await created('/v1/endpoints', { url: `http://127.0.0.1:9/${canary}`, ...more, ...scope }));
  }
  const base = new URL(String(directory['scimBaseUrl'])).pathname;
  const token = String(directory['token']);
  const resources = await fill(ingest, base, token, canary);

  const erasures = [];
  for (const id of resources.leavers) {
    const { body } = await bench.post(`/v1/directories/${directoryId}/users/${id}/erase`).expect(202);
    erasures.push(String(body.id));
  }
  const replays = [];
  for (const { id } of endpoints) {
    const { body } = await bench.post(`/v1/endpoints/${String(id)}/replay`, { since: '2020-01-01T00:00:00Z' });
    replays.push(String(body.id));
  }
  const partition = (await bench.store.registry.directories.get(directoryId))?.partition ?? -1;
  const events = await bench.store.events.ofDirectory(directoryId, 0, 100);
  const deliveries = events.slice(0, 6).map(({ id, seq }, index) => ({
    ...{ id: newId(), eventId: id, eventType: 'user.created', seq, offset: seq, laneKeys: [], attempts: 1, partition },
    ...{ endpointId: String(endpoints[index % endpoints.length]?.['id']), organizationId, directoryId },
    ...{ status: 'parked' as const, createdAt: bench.now, updatedAt: bench.now, lastError: canary },
    ...{ nextAttemptAt: null, leaseOwner: null, leaseUntil: null, body: null },
  }));
  await bench.store.deliveries.insert(deliveries, []);
  const requests = await bench.store.journals.requests.list({ directoryId }, { limit: 10 });
  const pages = [];
  for (let count = 0; count < PAGES; count += 1) pages.push(await openSetup(bench, directoryId));
  const tokens = await bench.store.registry.tokens.find({ directoryId }, { limit: 10 });
  return {
    ...{ canary, organizationId, directoryId, base, token, key: String(key['key']), pages },
    ids: {
      ...{ organization: [organizationId], directory: [directoryId], replay: replays, erasure: erasures },
      ...{ user: resources.users, group: resources.groups, device: resources.devices },
      ...{ event: idsOf(events), delivery: idsOf(deliveries), request: idsOf(requests), token: idsOf(tokens) },
      endpoint: endpoints.map(({ id }) => String(id)),
      ...{ link: pages.map(({ linkId }) => linkId), key: [String(key['id'])] },
    },
  };
}

const idsOf = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);

/** As an identity provider would. */
async function fill(ingest: IngestHarness, base: string, token: string, canary: string) {
  const create = async (path: string, body: object): Promise<string> => {
    const sent = request(ingest.app)
      .post(base + path)
      .set({ authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', 'user-agent': canary });
    return String((await sent.send(JSON.stringify(body)).expect(201)).body.id);
  };
  const user = (n: number) => ({
    schemas: [USER, ENTERPRISE_USER],
    ...{ userName: `user-${n}`, externalId: `ext-${n}`, displayName: canary, title: canary, nickName: canary },
    name: { givenName: canary, familyName: canary },
    emails: [{ value: `${canary}-${n}@example.com`, type: 'work', display: canary }],
    [ENTERPRISE_USER]: { department: canary, employeeNumber: `${canary}-${n}` },
  });
  const users: string[] = [];
  for (let n = 0; n < USERS; n += 1) users.push(await create('/Users', user(n)));
  const groups: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const members = users.slice(n, n + 4).map((value) => ({ value, display: canary }));
    const displayName = `${canary}-${n}`;
    groups.push(await create('/Groups', { schemas: [GROUP], displayName, externalId: `ext-${n}`, members }));
  }
  const devices: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const lease = { [LEASE_URN]: { lender: canary } };
    devices.push(await create('/Devices', { serial: `S-${n}`, model: canary, tags: [canary], ...lease }));
  }
  const leavers = [await create('/Users', user(100)), await create('/Users', user(101))];
  await ingest.requestLog.flush();
  return { users, groups, devices, leavers };
}

/** Everything of the store that belongs to a world, to see that nobody else changes it. */
export async function stateOf({ store }: Bench, { organizationId, directoryId, ids }: World): Promise<string> {
  const { registry, commits, resources, deliveries } = store;
  const page = { limit: 1000 };
  return JSON.stringify([
    await registry.organizations.get(organizationId),
    await registry.adminKeys.get(ids.key[0] ?? ''),
    await commits.head(directoryId),
    ...(await Promise.all([
      registry.directories.find({ organizationId }, page),
      registry.endpoints.find({ organizationId }, page),
      registry.tokens.find({ directoryId }, page),
      registry.setupLinks.find({ directoryId }, page),
      registry.erasures.find({ directoryId }, page),
      ...ids.endpoint.map((endpointId) => registry.replays.find({ endpointId }, page)),
      ...ids.endpoint.map((endpointId) => deliveries.list({ endpointId }, page)),
      ...['User', 'Group', 'Device'].map((type) => resources.list(directoryId, type, undefined, page)),
      ...ids.group.map((id) => resources.membersOf(directoryId, id, page)),
    ])),
  ]);
}
